"""Makes a source of three methods: what it is, which securities it has, and the bars of some of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np

from technic_scanner.domain.reasons import no_data, not_found
from technic_scanner.domain.universe import Security, SourceInfo, Universe
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import MacroSeries, MessageSink, PriceBatch
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.panel_build import between


class BatchSource(ABC):
    """A source without macro series and benchmark, which serves the bars of ``batch_size`` symbols at a time.

    Subclass it and write ``info``, ``securities`` and ``bars``; override any other method of ``pipeline.ports.Source``
    that should do more. ``bars`` is called once per batch and must return within a second, because a scan can only be
    cancelled between batches; make ``batch_size`` smaller where it takes longer.
    """

    batch_size = 50

    @abstractmethod
    def info(self) -> SourceInfo:
        """Describe the source; fast, without network access."""

    @abstractmethod
    def securities(self, universe: str) -> Iterable[Security]:
        """Return the securities of one of the universes that ``info`` names, in any order."""

    @abstractmethod
    def bars(self, symbols: Sequence[str], start: date | None, end: date | None) -> Panel:
        """Return the bars of ``symbols``, without the symbols that the source does not know.

        Only the sessions start..end are used (both included, None: open). Other sessions and other symbols may be in
        the panel; they are left out of the batch.
        """

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        """Return the named universe (None: the first one that ``info`` names). Raises ConfigError for another name."""
        cancel.check()
        names = self.info().universes
        if name is not None and name not in names:
            raise ConfigError([FieldProblem("universe", f"{name!r} is not one of {', '.join(names)}")])
        chosen = names[0] if name is None else name
        by_symbol = {security.symbol: security for security in self.securities(chosen)}
        return Universe(chosen, tuple(by_symbol[symbol] for symbol in sorted(by_symbol)))

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:  # noqa: ARG002 - the port's
        """Return no macro series."""
        return ()

    def benchmark(self) -> str | None:
        """Return None: there is no benchmark."""
        return None

    def fetch(
        self,
        symbols: Sequence[str],
        start: date | None,
        end: date | None,
        cancel: CancelToken,
        say: MessageSink,  # noqa: ARG002 - the port's
    ) -> Iterator[PriceBatch]:
        """Yield the bars of ``symbols`` in batches; a symbol without bars is a failure with its reason."""
        wanted = list(dict.fromkeys(symbols))
        for first in range(0, len(wanted), self.batch_size):
            cancel.check()
            batch = wanted[first : first + self.batch_size]
            yield _batch(batch, self.bars(batch, start, end), start, end)


def _batch(symbols: Sequence[str], found: Panel, start: date | None, end: date | None) -> PriceBatch:
    """Return the bars of start..end in ``found`` of each of ``symbols``, or the reason why it has none."""
    panel = between(found, start, end)
    rows = {symbol: row for row, symbol in enumerate(panel.symbols)}
    has_bars = np.asarray(~np.isnan(panel.close).all(axis=1))
    served = {symbol: rows[symbol] for symbol in symbols if symbol in rows and has_bars[rows[symbol]]}
    without = [symbol for symbol in symbols if symbol not in served]
    failures = [no_data(symbol, start, end) if symbol in rows else not_found(symbol) for symbol in without]
    return PriceBatch(panel.take(list(served.values())) if served else Panel.empty(), tuple(failures))
