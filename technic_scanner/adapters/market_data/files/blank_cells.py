"""Read texts whose cells stand apart by blanks alone, where all rows have as many cells as the header."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from technic_scanner.adapters.market_data.files.header_lines import header_score
from technic_scanner.adapters.market_data.files.names import PRICES, meaning
from technic_scanner.adapters.market_data.files.row_names import names_of_rows
from technic_scanner.errors import SourceDataError

_FEWEST_CELLS = 6  # a date, four prices and a volume
_ENOUGH_NUMBERS = 5
_RULE = re.compile(r"^[\s\-=_+]+$")
_DOTS = re.compile(r"^\s*(?:\.{2,}|…)(?:\s+(?:\.{2,}|…))*\s*$")
_QUOTED = re.compile(r'"[^"]*"|[^\s"]+')
_PLAIN_NUMBER = re.compile(r"^[+-]?[$€£¥]?\d[\d.,' ]*\D{0,3}$")
_READABLE = 0.5
_NEARLY_ALL = 0.9
_LONGEST_SHOWN = 60
_ADVICE = "save it with commas, tabs or semicolons between the cells"
Split = Callable[[str], list[str]]


def _by_wide_gaps(line: str) -> list[str]:
    return re.split(r" {2,}", line.strip())


def _by_blanks(line: str) -> list[str]:
    return [cell.strip('"') for cell in _QUOTED.findall(line)] if '"' in line else line.split()


# Wide gaps first: then a date with a time, or a name of two words, may have a blank within it.
_SPLITS: tuple[Split, ...] = (_by_wide_gaps, _by_blanks)


def text_with_tabs(text: str, head: Sequence[str], separators: str) -> str | None:
    """Return a text with tabs between its cells if only blanks stand there; None for all other texts.

    ``head`` are its first lines without the blank ones. Raises SourceDataError if only blanks stand between the cells
    and nothing tells where each cell ends.
    """
    bare = [number for number, line in enumerate(head) if not any(mark in line for mark in separators)]
    if not bare or any(header_score(line.split(mark)) for line in head for mark in separators):
        return None
    best = max(bare, key=lambda number: _score(head[number]))
    if not _score(head[best]):
        alike = _bars_of(head, separators) and _bars_of(_lines(text), separators)
        return _tabbed(alike) if alike else None
    return _below_header(_lines(text), best)


def _score(line: str) -> int:
    return max(header_score(split(line)) for split in _SPLITS)


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _bars_of(lines: Sequence[str], separators: str) -> list[list[str]] | None:
    """Return the cells of lines if all have as many and all, except the first, have numbers enough for bars.

    The first may lack the name of the first column, as R writes it.
    """
    rows = [_by_blanks(line) for line in lines]
    if len(rows) > 1 and names_of_rows(rows[0], rows[1:]):
        rows[0] = ["", *rows[0]]
    width = len(rows[0])
    if width < _FEWEST_CELLS or len(rows) < 2 or any(len(row) != width for row in rows):
        return None
    if any(mark in line for line in lines for mark in separators if mark != ","):
        return None
    are_bars = all(
        sum(bool(_PLAIN_NUMBER.match(cell)) for cell in row) >= _ENOUGH_NUMBERS
        and not any(cell.endswith(",") for cell in row)
        for row in rows[1:]
    )
    return rows if are_bars else None


def _below_header(lines: list[str], place: int) -> str | None:
    header, rows = lines[place], [line for line in lines[place + 1 :] if not _RULE.match(line)]
    if any(_DOTS.match(row) for row in rows):
        raise SourceDataError("leaves rows out, as a line of dots shows; save all of its rows")
    index = rows[0].split() if rows and not re.search(r"\d", rows[0]) else []
    for labels in [index, []] if index else [[]]:  # pandas prints the names of the index below the others
        table, below = _without_foot(rows[1:] if labels else rows)
        found = _table(header, labels, table) if table else None
        if found is not None:
            return _tabbed([[line] for line in lines[:place]] + found + [_by_blanks(row) for row in below])
    if len(rows) > bool(index):
        _refuse((index if len(index) == 1 else []) + header.split(), rows[1:] if len(index) == 1 else rows)
    return None


def _table(header: str, index: list[str], table: list[str]) -> list[list[str]] | None:
    """Return names and cells of a table; ``index`` are the names of the first columns that stand below the header."""
    for split in _SPLITS:
        cells = list(map(split, table))
        widest = max(map(len, cells))
        if index[1:]:  # pandas prints the first of several names of rows once
            cells = [["", *row] if len(row) == widest - 1 else row for row in cells]
        for names in filter(header_score, (each(header) for each in _SPLITS)):
            for wanted in _wanted(names, index, cells):
                if all(len(row) == len(wanted) for row in cells) and _fit(wanted, cells):
                    return [wanted, *cells]
    return None


def _wanted(names: list[str], index: list[str], cells: list[list[str]]) -> list[list[str]]:
    """Return what the columns may be called: pandas prints the name of its columns above that of the index."""
    if index:
        return [index + names, index + names[1:]]
    return [["", *names] if names_of_rows(names, cells) else names]


def _without_foot(rows: list[str]) -> tuple[list[str], list[str]]:
    """Return the rows, and the lines at the end that do not begin with a figure while the rows do."""
    end = len(rows)
    if rows and rows[0].lstrip()[0].isdigit():
        while end and not rows[end - 1].lstrip()[0].isdigit():
            end -= 1
    return rows[:end], rows[end:]


def _fit(names: list[str], cells: list[list[str]]) -> bool:
    """Return whether prices stand below their names, and no times, words or cells of the column beside."""
    return _hold_numbers(names, cells) and _lie_in_their_range(names, cells)


def _lie_in_their_range(names: list[str], cells: list[list[str]]) -> bool:
    """Return whether opens and closes lie between lows and highs nearly everywhere, as far as these can be read."""
    places = {meaning(name): place for place, name in enumerate(names)}
    if not places.keys() >= set(PRICES):
        return True
    read = [[_number(row[places[name]]) for name in PRICES] for row in cells]
    known = [row for row in read if None not in row]
    inside = sum(low <= min(opened, close) and max(opened, close) <= high for opened, high, low, close in known)  # type: ignore[type-var, operator]
    return inside >= _NEARLY_ALL * len(known)


def _number(cell: str) -> float | None:
    """Return a price with a decimal point or comma alone; None for others."""
    try:
        return float(cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell.replace(",", ""))
    except ValueError:
        return None


def _hold_numbers(names: list[str], cells: list[list[str]]) -> bool:
    for place, name in enumerate(names):
        if meaning(name) in PRICES:
            numbers = sum(bool(_PLAIN_NUMBER.match(row[place])) for row in cells)
            if numbers < _READABLE * len(cells):
                return False
    return True


def _tabbed(rows: list[list[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


def _refuse(names: list[str], rows: list[str]) -> None:
    """Raise SourceDataError if the rows are cells between blanks too; else another form of text is looked for."""
    fitting = [row for row in rows if len(row.split()) >= len(names) - 1 and not re.search(r"[;\t|]", row)]
    if len(fitting) < _READABLE * len(rows):
        return
    odd = next((row for row in rows if len(row.split()) != len(names)), rows[0]).strip()
    shown = odd if len(odd) <= _LONGEST_SHOWN else f"{odd[:_LONGEST_SHOWN]}…"
    count = len(odd.split())
    why = (
        "no prices stand below the names of prices"
        if count == len(names)
        else f'its header has {len(names)} and the row "{shown}" has {count}, as a date with a time or a name of two '
        "words does"
    )
    raise SourceDataError(f"its cells stand apart by blanks, and nothing tells where each ends: {why}; {_ADVICE}")
