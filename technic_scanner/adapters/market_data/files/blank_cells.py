"""Read texts whose cells stand apart by blanks alone, where all rows have as many cells as the header."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from technic_scanner.adapters.market_data.files.header_lines import header_score
from technic_scanner.adapters.market_data.files.names import PRICES, meaning
from technic_scanner.errors import SourceDataError

_FEWEST_CELLS = 6  # a date, four prices and a volume
_ENOUGH_NUMBERS = 5
_RULE = re.compile(r"^[\s\-=_+]+$")
_DOTS = re.compile(r"^\s*(?:\.{2,}|…)(?:\s+(?:\.{2,}|…))*\s*$")
_PLAIN_NUMBER = re.compile(r"^[+-]?[$€£¥]?\d[\d.,' ]*\D{0,3}$")
_READABLE = 0.5
_NEARLY_ALL = 0.9
_LONGEST_SHOWN = 60
_ADVICE = "save it with commas, tabs or semicolons between the cells"
Split = Callable[[str], list[str]]


def _by_wide_gaps(line: str) -> list[str]:
    return re.split(r" {2,}", line.strip())


# Wide gaps first: then a date with a time, or a name of two words, may have a blank within it.
_SPLITS: tuple[Split, ...] = (_by_wide_gaps, str.split)


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
        alike = _are_bars(head, separators) and _are_bars(lines := _lines(text), separators)
        return _tabbed([line.split() for line in lines]) if alike else None
    return _below_header(_lines(text), best)


def _score(line: str) -> int:
    return max(header_score(split(line)) for split in _SPLITS)


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _are_bars(lines: Sequence[str], separators: str) -> bool:
    """Return whether all lines have as many cells and all, except the first, have numbers enough for bars."""
    rows = [line.split() for line in lines]
    width = len(rows[0])
    if width < _FEWEST_CELLS or len(rows) < 2 or any(len(row) != width for row in rows):
        return False
    if any(mark in line for line in lines for mark in separators if mark != ","):
        return False
    return all(
        sum(bool(_PLAIN_NUMBER.match(cell)) for cell in row) >= _ENOUGH_NUMBERS
        and not any(cell.endswith(",") for cell in row)
        for row in rows[1:]
    )


def _below_header(lines: list[str], place: int) -> str | None:
    header, rows = lines[place], [line for line in lines[place + 1 :] if not _RULE.match(line)]
    if any(_DOTS.match(row) for row in rows):
        raise SourceDataError("leaves rows out, as a line of dots shows; save all of its rows")
    index = rows[0].split() if rows and len(rows[0].split()) == 1 and not re.search(r"\d", rows[0]) else []
    rows = rows[1:] if index else rows  # pandas prints the name of the index below the others
    table, below = _without_foot(rows)
    if not table:
        return None
    for split in _SPLITS:
        cells = [split(row) for row in table]
        for names in filter(header_score, (each(header) for each in _SPLITS)):
            wanted = index + names
            if not index and _are_numbered(cells, len(names)):
                wanted = ["", *names]
            if all(len(row) == len(wanted) for row in cells) and _fit(wanted, cells):
                return _tabbed([[line] for line in lines[:place]] + [wanted, *cells] + [split(row) for row in below])
    _refuse(index + header.split(), table)
    return None


def _without_foot(rows: list[str]) -> tuple[list[str], list[str]]:
    """Return the rows, and the lines at the end that do not begin with a figure while the rows do."""
    end = len(rows)
    if rows and rows[0].lstrip()[0].isdigit():
        while end and not rows[end - 1].lstrip()[0].isdigit():
            end -= 1
    return rows[:end], rows[end:]


def _are_numbered(cells: list[list[str]], width: int) -> bool:
    """Return whether each row has one cell more than the header, and the first ones are its running number."""
    first = [row[0] for row in cells]
    starts = (range(start, start + len(first)) for start in (0, 1))
    return all(len(row) == width + 1 for row in cells) and any(first == list(map(str, run)) for run in starts)


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
