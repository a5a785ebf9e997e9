"""Print what commands return: JSON lines or tables on standard output, sentences on standard error, exit codes."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from technic_scanner.domain.printable import visible
from technic_scanner.domain.renamed import with_old_names
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import ConfigError, FieldProblem, NotFoundError, TechnicError
from technic_scanner.runs.serialization import config_to_dict, metrics_to_dict, options_to_dict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from technic_scanner.bootstrap import Services

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
MAX_FILE_BYTES = 1_000_000
_GAP = 2  # characters between columns without rules
_RULED_GAP = 3  # characters of a rule and the spaces beside it


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    EMPTY = 3
    INTERRUPTED = 130


def out() -> Console:
    """Return the console of standard output, with unlimited width if that is not a terminal."""
    from rich.console import Console  # noqa: PLC0415 - workers and JSON need no rich

    console = Console()
    return console if console.is_terminal else Console(width=200)


def emit(payload: Any) -> None:
    """Print one JSON document on one line."""
    sys.stdout.write(json_line(payload) + "\n")
    sys.stdout.flush()


def json_line(payload: Any) -> str:
    """Return the payload as JSON on one line, with dates as ISO text and NaN and infinity as null."""
    return visible(json.dumps(_known(payload), ensure_ascii=False, allow_nan=False, default=_plain))


def emit_bytes(data: bytes) -> None:
    """Write bytes to standard output unchanged."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """Print a sentence on standard error, with control characters of names and messages written out."""
    sys.stderr.write(visible(text, keep="\n\t") + "\n")


def tell(payload: Any, sentence: str, *, as_json: bool) -> None:
    """Print the result of a command: the payload as JSON, or the sentence."""
    if as_json:
        emit(payload)
    else:
        say(sentence)


def warn_of_unknown_settings(services: Services) -> None:
    """Print which TECHNIC_ variables of the environment have no effect, if there are any."""
    if unknown := services.unknown_settings():
        say(f"Warning: {' '.join(unknown)}")


def read_file(field: str, path: Path) -> str:
    """Return the text of a file of the user, of at most ``MAX_FILE_BYTES``; a byte order mark is no part of it.

    Raises ConfigError naming the field.
    """
    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ConfigError([FieldProblem(field, f"{path} has more than {MAX_FILE_BYTES:,} bytes")])
        return content.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([FieldProblem(field, f"{path} cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([FieldProblem(field, f"{path} is not text in UTF-8")]) from error


STANDARD_OUTPUT: Final = Path("-")  # as other programs name it


def check_file(path: Path | None, *, as_json: bool = False) -> None:
    """Raise ConfigError if ``path`` cannot be written as a file; call it before the work for the file.

    Standard output cannot hold the file and, ``as_json``, a document.
    """
    if path == STANDARD_OUTPUT:
        if as_json:
            raise ConfigError([FieldProblem("output", "--json and a file on standard output (-) exclude each other")])
        return
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise ConfigError([FieldProblem("output", f"{path} cannot be written: it is a folder, or in none that exists")])


def write_file(path: Path, data: bytes) -> None:
    """Write a file that the user has named, whole or not at all; ``-`` is standard output.

    Raises ConfigError if it cannot be written.
    """
    if path == STANDARD_OUTPUT:
        emit_bytes(data)
        return
    try:
        if path.exists() and not path.is_file():  # a pipe or a terminal
            path.write_bytes(data)
            return
        whole = path.resolve()
        part = whole.with_name(f".{whole.name}.{os.getpid()}.part")
        try:
            part.write_bytes(data)
            part.replace(whole)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError([FieldProblem("output", f"{path} cannot be written: {error.strerror}")]) from error


def table(
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    spare: Sequence[str] = (),
    prose: Sequence[str] = (),
    empty: str = "",
) -> None:
    """Print a table; without rows, the sentence ``empty`` if there is one.

    With ``spare``, a narrow terminal gets the table without rules, and if that is not enough, without columns of
    ``spare`` in their order, which are then named. Only the columns of ``prose`` may wrap over several lines.
    """
    if empty and not rows:
        say(empty)
        return
    console = out()
    cells = [["" if cell is None else visible(str(cell), keep="\n") for cell in row] for row in rows]
    layout = _fitted(console.width, header, cells, spare, prose) if spare and console.is_terminal else None
    shown = layout.columns if layout else tuple(range(len(header)))
    console.print(_grid(title, header, cells, shown, ruled=layout is None or layout.ruled))
    left_out = [name for place, name in enumerate(header) if place not in shown]
    if left_out:
        say(f"Columns hidden (terminal too narrow): {', '.join(left_out)}.")


class _Layout(NamedTuple):
    """The indices of the columns that fit, and whether rules between them fit."""

    columns: tuple[int, ...]
    ruled: bool


def _fitted(
    width: int, header: Sequence[str], cells: Sequence[Sequence[str]], spare: Sequence[str], prose: Sequence[str]
) -> _Layout:
    needs = [_need([name, *(row[place] for row in cells)], name in prose) for place, name in enumerate(header)]
    shown = tuple(range(len(header)))
    if sum(needs) + _RULED_GAP * len(needs) + 1 <= width:
        return _Layout(shown, ruled=True)
    for name in (None, *spare):
        shown = tuple(place for place in shown if header[place] != name)
        if sum(needs[place] + _GAP for place in shown) - _GAP <= width:
            break
    return _Layout(shown, ruled=False)


def _need(texts: Sequence[str], may_break: bool) -> int:
    """Return the width that a column needs: that of its longest text, or of its longest word if it may wrap."""
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    return max(cell_len(piece) for text in texts for piece in (text.split() or [""] if may_break else [text]))


def _grid(
    title: str, header: Sequence[str], cells: Sequence[Sequence[str]], shown: Sequence[int], *, ruled: bool
) -> Table:
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    grid = Table(title=title, title_justify="left")
    if not ruled:
        grid = Table(title=title, title_justify="left", box=None, padding=(0, _GAP, 0, 0), pad_edge=False)
    for place in shown:
        grid.add_column(Text(header[place]), overflow="fold")
    for row in cells:
        grid.add_row(*(Text(row[place]) for place in shown))
    return grid


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Convert the package's errors to sentences and exit codes; other exceptions are bugs and keep their traceback."""
    try:
        yield
    except ConfigError as error:
        say("The request is invalid:")
        for problem in error.problems:
            say(f"  {problem.field}: {problem.message}")
            for line in () if problem.place is None else problem.place.shown():
                say(f"    {line}")
        raise typer.Exit(Exit.USAGE) from error
    except NotFoundError as error:
        say(f"{error} [{error.code}]")
        raise typer.Exit(Exit.USAGE) from error
    except TechnicError as error:
        say(f"{error} [{error.code}]")
        raise typer.Exit(Exit.FAILED) from error


def run_to_dict(run: RunRecord) -> dict[str, Any]:
    """Return a run as JSON types."""
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "status": run.status.value,
        "outcome": None if run.outcome is None else run.outcome.value,
        "status_text": run.status_text,
        "error": None if run.error is None else {"code": run.error.code, "message": run.error.message},
        "label": run.label,
        "attempt": run.attempt,
        "pinned": run.pinned,
        "queue_position": run.queue_position,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "host": run.host,
        "version": run.version,
        "time_fraction": run.time_fraction,
        "predicted_seconds": dict(run.predicted_seconds),
        "unreadable": [str(problem) for problem in run.unreadable],
        "unknown_fields": list(run.unknown_fields),
        "config": None if run.readable_config is None else with_old_names(config_to_dict(run.config)),
        "options": None if run.readable_options is None else options_to_dict(run.options),
        "metrics": None if run.metrics is None else metrics_to_dict(run.metrics),
    }


def _known(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _known(inner) for key, inner in value.items()}
    return [_known(inner) for inner in value] if isinstance(value, list | tuple) else value


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")
