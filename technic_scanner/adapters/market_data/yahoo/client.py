"""Asks Yahoo for one symbol's daily bars through yfinance, and sorts every way in which that fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from technic_scanner.adapters.market_data.long_bars import LongBars, clean
from technic_scanner.adapters.market_data.reasons import (
    BAD_DATA,
    NETWORK,
    NO_DATA,
    NOT_FOUND,
    PROVIDER_ERROR,
    RATE_LIMITED,
    TIMED_OUT,
)
from technic_scanner.extras import import_optional
from technic_scanner.screening.bars import Panel

_COLUMNS = ("Open", "High", "Low", "Close", "Volume")
# What Yahoo writes when it knows the symbol, or the span, and has nothing.
_NOTHING_THERE = ("no data found", "delisted", "data doesn't exist", "not found")
_TIMEOUTS = ("Timeout", "ConnectTimeout", "ReadTimeout", "TimeoutError")
_CONNECTION = (
    "ConnectionError",
    "ProxyError",
    "SSLError",
    "CertificateVerifyError",
    "DNSError",
    "ChunkedEncodingError",
)
_TRANSIENT = frozenset({NETWORK, TIMED_OUT, PROVIDER_ERROR})


class YahooError(Exception):
    """One symbol could not be had; ``reason`` is a code of ``reasons``, ``detail`` a sentence. Stays in the adapter."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail

    @property
    def is_transient(self) -> bool:
        """True if asking again in a moment may help (being rate-limited needs longer)."""
        return self.reason in _TRANSIENT


@dataclass(frozen=True, slots=True, eq=False)
class YahooBars:
    """Clean bars of one symbol as a one-row panel, and what had to be repaired in words."""

    panel: Panel
    repairs: str


class YahooClient(Protocol):
    """Gets one symbol's bars; blocks, and is called from several threads."""

    def bars(self, symbol: str, start: date | None, end: date | None) -> YahooBars:
        """Return the bars of sessions start..end, both included. Raises YahooError."""
        ...


class YfinanceClient:
    """The real client. ``cache_dir`` is where yfinance keeps time zones and cookies; ``timeout_seconds`` per request.

    It asks symbol by symbol with ``Ticker.history`` rather than with ``download``: the latter only logs why a symbol
    has no bars, and does not let go of a batch in which one symbol hangs.
    """

    def __init__(self, cache_dir: Path | None = None, timeout_seconds: float = 10.0) -> None:
        self._cache_dir = cache_dir
        self._timeout = timeout_seconds
        self._lock = threading.Lock()
        self._ready: Any = None

    def bars(self, symbol: str, start: date | None, end: date | None) -> YahooBars:
        """Return the split- and dividend-adjusted bars; see YahooClient."""
        yfinance = self._yfinance()
        span: dict[str, Any] = {"period": "max"} if start is None else {"start": start}
        if end is not None:
            span["end"] = end + timedelta(days=1)  # yfinance leaves the end out
        try:
            frame = yfinance.Ticker(symbol).history(
                interval="1d", auto_adjust=True, actions=False, timeout=self._timeout, **span
            )
        except Exception as error:
            raise classify(error) from error
        return bars_of_frame(symbol, frame)

    def _yfinance(self) -> Any:
        """Import on first use (0.8 s), and have it raise rather than log and return nothing. MissingExtraError."""
        with self._lock:
            if self._ready is None:
                yfinance: Any = import_optional("yfinance", "yahoo")
                if self._cache_dir is not None:
                    self._cache_dir.mkdir(parents=True, exist_ok=True)
                    yfinance.set_tz_cache_location(str(self._cache_dir))
                yfinance.config.debug.hide_exceptions = False
                self._ready = yfinance
            return self._ready


def bars_of_frame(symbol: str, frame: Any) -> YahooBars:
    """Return the bars of a frame as ``Ticker.history`` makes it (columns Open … Volume, one row per session).

    Raises YahooError if there is no usable row.
    """
    if frame is None or len(frame) == 0:
        raise YahooError(NO_DATA, f"Yahoo has no bars of {symbol} in this span.")
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing:
        raise YahooError(BAD_DATA, f"Yahoo's answer for {symbol} has no {', '.join(missing)}.")
    index = frame.index if frame.index.tz is None else frame.index.tz_localize(None)
    days = index.to_numpy().astype("datetime64[D]").astype(np.int32)
    fields = tuple(frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in _COLUMNS)
    bars, repairs = clean(LongBars((symbol,), np.zeros(len(days), dtype=np.int32), days, fields))
    if len(bars) == 0:
        raise YahooError(BAD_DATA, f"Yahoo's bars of {symbol} cannot be used: {repairs.text(symbol)}.")
    return YahooBars(bars.panel(), repairs.text(symbol))


def classify(error: BaseException) -> YahooError:
    """Return what an exception out of yfinance means. Known by class names: the HTTP library varies."""
    names = {kind.__name__ for kind in type(error).__mro__}
    # libcurl ends its messages with where to read about them.
    text = " ".join(str(error).split()).partition(" See http")[0][:200] or type(error).__name__
    for matches, reason in _RULES:
        if matches(names, error):
            return YahooError(reason, text)
    return YahooError(PROVIDER_ERROR, f"{type(error).__name__}: {text}")


def _status(error: BaseException) -> int | None:
    """Return the HTTP status of an error that has one; of two HTTP libraries, both keep it in the response."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _is_nothing_there(names: set[str], error: BaseException) -> bool:
    if "YFPricesMissingError" not in names:
        return False
    said = getattr(error, "yahoo_reason", None)
    if said is not None:
        return any(words in str(said).lower() for words in _NOTHING_THERE)
    return "status_code" not in str(getattr(error, "debug_info", ""))


_RULES: tuple[tuple[Callable[[set[str], BaseException], bool], str], ...] = (
    (lambda names, _: "YFRateLimitError" in names, RATE_LIMITED),
    (lambda _, error: "too many requests" in str(error).lower() or _status(error) == 429, RATE_LIMITED),
    (lambda _, error: _status(error) == 404, NOT_FOUND),
    # Every listed symbol has a time zone; yfinance raises network faults before it comes to this.
    (lambda names, _: "YFTzMissingError" in names, NOT_FOUND),
    (_is_nothing_there, NO_DATA),
    (lambda names, _: bool(names.intersection(_TIMEOUTS)), TIMED_OUT),
    (lambda names, _: bool(names.intersection(_CONNECTION)) or "OSError" in names, NETWORK),
)
