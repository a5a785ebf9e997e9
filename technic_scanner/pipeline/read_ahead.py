"""Show as data fetching what a source must read before it can name its symbols or serve their bars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol, runtime_checkable

from technic_scanner.domain.stage import Stage
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.context import ScanContext

READ_SUBSTAGE = "read"
FILE_CLASS: Final = "file"


@runtime_checkable
class ReadsAhead(Protocol):
    """A source that reads many files at once, whichever symbols are wanted."""

    def read_ahead(self, cancel: CancelToken, *, for_bars: bool) -> Iterator[tuple[int, int]]:
        """Read, and yield (files read, files in all) as it goes on; nothing if nothing has to be read.

        A large file may count as several. ``for_bars`` is false where the symbols alone are wanted, which may be known
        although the bars are not.
        Raises CancelledError within 1 s of a cancel request, SourceError and ConfigError.
        """
        ...


def read_before_universe(context: ScanContext) -> int:
    """Read what names the symbols, as data fetching; return the number of files, 0 if nothing had to be read.

    About as much is left of data fetching then, since the bars of about as many symbols are stored afterwards.
    """
    files = 0
    for step, total in _steps(context, for_bars=False):
        if not files:
            context.reporter.declare(Stage.DATA_FETCHING, FILE_CLASS, total)
            context.reporter.declare(Stage.DATA_FETCHING, "miss", total)
            context.reporter.start_stage(Stage.DATA_FETCHING, 2 * total)
            context.reporter.start_substage(READ_SUBSTAGE, total)
            files = total
        context.reporter.advance(step, FILE_CLASS, READ_SUBSTAGE)
    if files:
        context.reporter.complete_substage(READ_SUBSTAGE)
    return files


def read_before_bars(context: ScanContext, symbols: int) -> None:
    """Read what serves the bars of ``symbols`` symbols, in the active stage of data fetching."""
    files = 0
    for step, total in _steps(context, for_bars=True):
        if not files:
            context.reporter.declare(Stage.DATA_FETCHING, FILE_CLASS, total)
            context.reporter.set_total(symbols + total)
            context.reporter.start_substage(READ_SUBSTAGE, total)
            files = total
        context.reporter.advance(step, FILE_CLASS, READ_SUBSTAGE)
    if files:
        context.reporter.complete_substage(READ_SUBSTAGE)


def _steps(context: ScanContext, *, for_bars: bool) -> Iterator[tuple[int, int]]:
    """Yield (files read since the last time, files in all)."""
    source = context.source
    if not isinstance(source, ReadsAhead):
        return
    before = 0
    for done, total in source.read_ahead(context.cancel, for_bars=for_bars):
        yield done - before, total
        before = done
