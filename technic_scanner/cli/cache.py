"""Define the commands for the price cache: list its content and clear it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from technic_scanner.bootstrap import Services, build
from technic_scanner.cli.output import Json, emit, errors_as_sentences, say, table, tell
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.progress.text import count_text

app = typer.Typer(no_args_is_help=True, help="The price cache.")
_MIB = 1024 * 1024


@app.command("list")
def list_coverage(as_json: Json = False) -> None:
    """Show coverage, age and size by source."""
    with errors_as_sentences(), build() as services:
        held = services.cache.coverage()
        if as_json:
            emit([asdict(item) for item in held])
        elif not held:
            say("The price cache is empty.")
        else:
            rows = [
                (
                    item.source, item.symbols, item.bars, item.first_session, item.last_session,
                    item.written_at.strftime("%Y-%m-%d %H:%M") if item.written_at else None,
                    item.files, f"{item.size_bytes / _MIB:.1f}",
                )
                for item in held
            ]  # fmt: skip
            header = ("Source", "Symbols", "Bars", "First", "Last", "Written (UTC)", "Files", "MiB")
            spare = ("Files", "Written (UTC)", "MiB", "Bars", "First", "Last", "Symbols")
            table("Price cache", header, rows, spare=spare, empty="The price cache is empty.")


@app.command()
def clear(
    source: Annotated[
        str | None, typer.Option(help="Only this source: a name as for scan, or one that cache list shows.")
    ] = None,
    symbol: Annotated[list[str] | None, typer.Option(help="Only this symbol; may be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """Delete cached bars, so that the next scan fetches them again."""
    with errors_as_sentences(), build() as services:
        keys = _keys_of(services, source)
        count = sum(services.cache.clear(key, symbol or None) for key in keys)
        of = f" of {', '.join(keys)}" if keys else ""
        tell({"forgotten": count}, f"{count_text(count, 'symbol')}{of} deleted from the cache.", as_json=as_json)


def _keys_of(services: Services, source: str | None) -> list[str]:
    """Return the names under which the cache stores bars of a source; some sources have one per size or folder.

    Raises ConfigError for a name that is neither a source nor one of those.
    """
    held = [item.source for item in services.cache.coverage()]
    if source is None:
        return held
    keys = [key for key in held if key == source or key.startswith(f"{source}-")]
    # The cache may contain bars of a source that is not available now.
    known = services.catalog.source_names()
    if not keys and source not in known:
        hint = f"; the cache contains {', '.join(held)}" if held else ""
        raise ConfigError([FieldProblem("source", f"{source!r} is not one of {', '.join(sorted(known))}{hint}")])
    return keys
