"""Generate markets of any size for load tests: seeded, in cents, with sectors and one change of regime."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.batches import chunks
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.reasons import no_data, not_found
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.domain.universe import Security, SourceInfo, Universe
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import MacroSeries, MessageSink, PriceBatch
from technic_scanner.plugins import PluginContext, SourcePlugin
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.panel_build import between

# Symbols x sessions, offered as universe names; other sizes are possible as well, see ``sized``.
SIZES: tuple[str, ...] = ("500x1260", "100x260", "2000x1260", "8000x1260")
BENCHMARK = "SYN-INDEX"
# A name for what its prices are in, since no market has made them.
CURRENCY = "USD"
# Share of the history before the change of regime, and (drift, volatility) per session before and after it.
_SWITCH_AT = 0.6
_CALM = (0.0006, 0.007)
_ROUGH = (-0.0004, 0.018)
_INDUSTRIES_PER_SECTOR = 4
# Sector, industry and sub-industry of the first symbols; those after them have the same in turn.
_GROUPS = tuple(
    (sector, f"{sector} {kind}", f"{sector} {kind}a")
    for kind in range(1, _INDUSTRIES_PER_SECTOR + 1)
    for sector in GICS_SECTORS
)
_MARKET_KEY, _SECTOR_KEY, _SYMBOL_KEY = 1 << 40, 1 << 41, 1 << 42
# Of the four numbers that Philox makes at a time, none is left.
_NOTHING_BUFFERED = 4
_TRADING_DAY_RANGE = 0.006
# The traits of the index, in the order of _Traits.
_INDEX = (1.0, 0.0, 0.0, 0.0, 1000.0, 5e8)
# Symbols that are computed together: enough for NumPy, and few enough that their bars stay in the processor's cache.
_BLOCK = 10


@dataclass(frozen=True, slots=True)
class _Traits:
    """(n, 1) parameters of symbols: market and sector beta, own volatility and drift, first price, usual volume."""

    beta: FloatArray
    sector_beta: FloatArray
    volatility: FloatArray
    drift: FloatArray
    price: FloatArray
    shares: FloatArray


def sized(name: str | None) -> SyntheticSource:
    """Return the source of a universe name such as ``8000x1260``; ConfigError if it is not symbols x sessions."""
    match = re.fullmatch(r"([1-9]\d{0,5})x([1-9]\d{0,4})", name or SIZES[0])
    if match is None:
        raise ConfigError([FieldProblem("universe", f"{name!r} is not symbols x sessions, for example {SIZES[0]}")])
    return SyntheticSource(symbols=int(match[1]), sessions=int(match[2]))


class SyntheticSource:
    """``symbols`` × ``sessions`` of generated daily bars, which are never labelled as market data.

    A symbol's bars depend only on ``seed``, its number, ``sessions`` and ``last_session``, not on the subset, order or
    batch size of a request. Sessions are weekdays up to ``last_session``. ``late_listings`` is the share of symbols
    that begin to trade at a later session. Prices are whole cents, volumes whole shares.
    """

    def __init__(
        self,
        symbols: int = 500,
        sessions: int = 1260,
        seed: int = 7,
        *,
        last_session: date = date(2024, 12, 31),
        late_listings: float = 0.0,
        batch_size: int = 250,
    ) -> None:
        problems = [
            FieldProblem(f"synthetic.{name}", f"must be at least 1, not {value!r}")
            for name, value in (("symbols", symbols), ("sessions", sessions), ("batch_size", batch_size))
            if value < 1
        ]
        if not 0.0 <= late_listings <= 1.0:
            problems.append(FieldProblem("synthetic.late_listings", f"must be 0 to 1, not {late_listings!r}"))
        if problems:
            raise ConfigError(problems)
        self._count = symbols
        self._seed = seed
        self._late = late_listings
        self._batch_size = batch_size
        last = np.busday_offset(np.datetime64(last_session, "D"), 0, roll="backward")
        self._sessions = np.busday_offset(last, np.arange(1 - sessions, 1))

    def info(self) -> SourceInfo:
        """Describe the source."""
        return SourceInfo(
            name="synthetic",
            label=f"Synthetic: {self._count:,} generated symbols × {len(self._sessions):,} sessions"
            f" (seed {self._seed})",
            universes=tuple(dict.fromkeys((self._size, *SIZES))),
            first_session=self._sessions[0].item(),
            last_session=self._sessions[-1].item(),
            is_market=False,
            notes=("Random numbers for load tests, not prices of real securities.",),
        )

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        """Return all symbols. Raises ConfigError for another name."""
        if name not in (None, self._size):
            raise ConfigError([FieldProblem("universe", f"{name!r} is not {self._size}, the size of this source")])
        cancel.check()
        return Universe(self._size, self._securities, self.info().notes)

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:  # noqa: ARG002 - the port's
        """Return an empty tuple, because no macro series are generated."""
        return ()

    def benchmark(self) -> str | None:
        """Return the symbol of the generated index on which all symbols depend."""
        return BENCHMARK

    def fetch(
        self,
        symbols: Sequence[str],
        start: date | None,
        end: date | None,
        cancel: CancelToken,
        say: MessageSink,  # noqa: ARG002 - the port's
    ) -> Iterator[PriceBatch]:
        """Yield the bars in batches; see PriceSource."""
        for group in chunks(symbols, self._batch_size):
            cancel.check()
            known = [(symbol, number) for symbol in group if (number := self._number(symbol)) is not None]
            panel = between(self._bars(known), start, end)
            listed = ~np.isnan(panel.close).all(axis=1)
            failures = [not_found(symbol) for symbol in group if self._number(symbol) is None]
            failures += [no_data(panel.symbols[row], start, end) for row in np.flatnonzero(~listed)]
            kept = panel if listed.all() else panel.take(np.flatnonzero(listed))
            yield PriceBatch(kept, tuple(failures))

    @property
    def _size(self) -> str:
        return f"{self._count}x{len(self._sessions)}"

    def _number(self, symbol: str) -> int | None:
        """Return the symbol's number, −1 for the benchmark, None for an unknown symbol."""
        if symbol == BENCHMARK:
            return -1
        digits = symbol.removeprefix("SYN")
        if not digits.isascii() or not digits.isdigit():
            return None
        number = int(digits) - 1
        return number if 0 <= number < self._count and _name(number) == symbol else None

    @cached_property
    def _securities(self) -> tuple[Security, ...]:
        return tuple([self._security(number) for number in range(self._count)])

    def _security(self, number: int) -> Security:
        sector, industry, sub_industry = _GROUPS[number % len(_GROUPS)]
        return Security(_name(number), f"Synthetic {number + 1}", sector, industry, sub_industry, currency=CURRENCY)

    def _bars(self, known: list[tuple[str, int]]) -> Panel:
        shape = (len(known), len(self._sessions))
        arrays = [np.empty(shape) for _ in range(5)]
        for first in range(0, len(known), _BLOCK):
            rows = slice(first, first + _BLOCK)
            self._fill([array[rows] for array in arrays], [number for _, number in known[rows]])
        return Panel(tuple(symbol for symbol, _ in known), self._sessions, *arrays)

    def _fill(self, bars: list[FloatArray], numbers: list[int]) -> None:
        """Write some symbols' open, high, low, close and volume into ``bars``, five (n, T) arrays."""
        traits, noise, firsts = self._drawn(numbers)
        sectors = [max(number, 0) % len(GICS_SECTORS) for number in numbers]
        step = traits.beta * self._market + traits.drift
        step += traits.sector_beta * self._sectors[sectors]
        step += _single(traits.volatility) * noise[:, 0]
        opened, high, low, close, volume = bars
        np.exp(np.cumsum(step, axis=1), out=close)
        close *= traits.price
        spread = traits.volatility * 0.5 + _TRADING_DAY_RANGE
        opened[:, :1] = traits.price
        opened[:, 1:] = close[:, :-1] * (1.0 + _single(0.3 * spread) * noise[:, 1, 1:])
        np.maximum(opened, close, out=high)
        high *= 1.0 + _single(spread) * np.abs(noise[:, 2])
        np.minimum(opened, close, out=low)
        low *= 1.0 - np.minimum(_single(spread) * np.abs(noise[:, 3]), 0.5)
        # The volume is higher on days on which the price moved.
        np.multiply(traits.shares * (0.6 + 20.0 * np.abs(step)), np.exp(0.25 * noise[:, 2]), out=volume)
        _round(bars)
        for row, first in enumerate(firsts):
            for array in bars:
                array[row, :first] = np.nan

    def _drawn(self, numbers: list[int]) -> tuple[_Traits, npt.NDArray[np.float32], list[int]]:
        """Return what is random of some symbols: traits, (n, 4, T) noise, and the sessions at which they begin."""
        draws = np.zeros((len(numbers), 6))
        noise = np.empty((len(numbers), 4, len(self._sessions)), dtype=np.float32)
        firsts = []
        stream = self._stream(_SYMBOL_KEY)
        for row, number in enumerate(numbers):
            self._restart(stream, _SYMBOL_KEY + number + 1)
            if number >= 0:
                stream.standard_normal(out=draws[row])
            stream.standard_normal(dtype=np.float32, out=noise[row])
            late = number >= 0 and stream.random() < self._late
            firsts.append(int(stream.integers(0, len(self._sessions))) if late else 0)
        return _traits(draws, np.array(numbers) < 0), noise, firsts

    def _stream(self, key: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=self._key(key)))

    def _key(self, key: int) -> npt.NDArray[np.uint64]:
        return np.array([self._seed & (2**64 - 1), key], dtype=np.uint64)

    def _restart(self, stream: np.random.Generator, key: int) -> None:
        """Make ``stream`` what ``_stream(key)`` is, in an eighth of the time that a new one takes."""
        start = {"counter": np.zeros(4, dtype=np.uint64), "key": self._key(key)}
        fresh = {"state": start, "buffer_pos": _NOTHING_BUFFERED, "has_uint32": 0}
        stream.bit_generator.state = dict(stream.bit_generator.state) | fresh

    @cached_property
    def _market(self) -> FloatArray:
        """Return (T,) log returns of the market, with the change of regime."""
        total = len(self._sessions)
        calm = np.arange(total) < int(_SWITCH_AT * total)
        drift = np.where(calm, _CALM[0], _ROUGH[0])
        return drift + np.where(calm, _CALM[1], _ROUGH[1]) * self._stream(_MARKET_KEY).standard_normal(total)

    @cached_property
    def _sectors(self) -> npt.NDArray[np.float64]:
        """Return (sectors, T) log returns of the sectors in excess of the market's."""
        return 0.004 * self._stream(_SECTOR_KEY).standard_normal((len(GICS_SECTORS), len(self._sessions)))


def _name(number: int) -> str:
    return f"SYN{number + 1:05d}"


def _single(values: FloatArray) -> npt.NDArray[np.float32]:
    """Return the numbers in the precision of the noise with which they are multiplied."""
    return values.astype(np.float32)


def _round(bars: list[FloatArray]) -> None:
    """Round prices to cents, at least one, and volumes to shares."""
    for prices in bars[:4]:
        np.multiply(prices, 100.0, out=prices)
        np.maximum(np.rint(prices, out=prices), 1.0, out=prices)
        np.divide(prices, 100.0, out=prices)
    np.maximum(np.rint(bars[4], out=bars[4]), 0.0, out=bars[4])


def _traits(draws: FloatArray, of_index: npt.NDArray[np.bool_]) -> _Traits:
    """Return the traits that (n, 6) ``draws`` give, and those of the index where (n,) ``of_index`` is true."""
    drawn = (
        np.clip(1.0 + 0.35 * draws[:, 0], 0.1, 2.5),
        np.clip(1.0 + 0.3 * draws[:, 1], 0.0, 2.0),
        0.013 * np.exp(0.4 * draws[:, 2]),
        0.0003 * draws[:, 3],
        np.clip(45.0 * np.exp(0.8 * draws[:, 4]), 2.0, 2000.0),
        np.clip(8e5 * np.exp(1.2 * draws[:, 5]), 2e3, 1e9),
    )
    return _Traits(*(np.where(of_index, own, usual)[:, None] for own, usual in zip(_INDEX, drawn, strict=True)))


def _open(_context: PluginContext, config: ScanConfig) -> SyntheticSource:
    return sized(config.universe)


def _info(_context: PluginContext) -> SourceInfo:
    return SyntheticSource().info()


def _cache_part(source: SyntheticSource, _config: ScanConfig) -> str:
    return source.info().universes[0]


PLUGIN = SourcePlugin(
    name="synthetic", label="Made-up prices for scale tests", open=_open, info=_info, cache_part=_cache_part
)
