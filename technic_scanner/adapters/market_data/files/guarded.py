"""Put files together and look for doubts so that an error that nobody foresaw costs one file or one sentence alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from technic_scanner.adapters.market_data.files.lone_prices import lone_prices
from technic_scanner.adapters.market_data.files.reading import FileReading
from technic_scanner.adapters.market_data.files.splits import likely_splits
from technic_scanner.adapters.market_data.files.together import Together, put_together
from technic_scanner.adapters.market_data.long_bars import LongBars

Symbols = Mapping[int, tuple[str, ...]]


def joined(files: Sequence[FileReading], symbols: Symbols) -> Together:
    """Return all files put together, as ``put_together`` does; a file that makes this fail is refused with the error.

    Parts are tried only if all together fail, so that a folder without a fault costs nothing more.
    """
    try:
        return put_together(files, symbols)
    except Exception:  # noqa: BLE001 - which file it is is found out below
        return put_together(_joinable(files, symbols), symbols)


def _joinable(files: Sequence[FileReading], symbols: Symbols) -> list[FileReading]:
    error = _error_of(files, symbols)
    if error is None:
        return list(files)
    if len(files) == 1:
        files[0].refuse(error)
        return []
    half = len(files) // 2
    first, second = _joinable(files[:half], symbols), _joinable(files[half:], symbols)
    error = _error_of([*first, *second], symbols)
    if error is None:
        return [*first, *second]
    for file in second:  # each half is sound, and they are not together
        file.refuse(error)
    return first


def _error_of(files: Sequence[FileReading], symbols: Symbols) -> Exception | None:
    try:
        put_together(files, symbols)
    except Exception as error:  # noqa: BLE001 - it is said of the file
        return error
    return None


def doubts_of(bars: LongBars) -> list[str]:
    """Return the sentences on prices that may be wrong; where a search for them fails, one that says so.

    The bars are used in any case.
    """
    return [
        *_searched(lone_prices, bars, "that is far from all prices around it"),
        *_searched(likely_splits, bars, "that looks like an unadjusted split"),
    ]


def _searched(search: Callable[[LongBars], list[str]], bars: LongBars, what: str) -> list[str]:
    try:
        return search(bars)
    except Exception as error:  # noqa: BLE001 - it costs notes and no bar
        return [f"nothing was looked for {what}: {type(error).__name__}: {error}"]
