"""Recognise texts whose columns have a fixed width instead of a character between the cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from technic_scanner.errors import SourceDataError

_COTAHIST = re.compile(r"^00COTAHIST\.\d{4}|^01\d{8}\d{2}.{230,}$")
_SHORTEST = 24
_FEWEST_LINES = 2
_ADVICE = "save it as CSV with a heading for each column, such as Date, Symbol, Open, High, Low, Close and Volume"


def refuse_fixed_width(lines: Sequence[str], separators: str) -> None:
    """Raise SourceDataError if the first lines of a text are cells of fixed widths."""
    if not lines:
        return
    if _COTAHIST.match(lines[0]):
        raise SourceDataError(
            "it is a COTAHIST file of B3, whose columns have a fixed width: nothing stands between its cells; "
            f"{_ADVICE}; prices in it have two decimals without a mark"
        )
    head = lines[:-1] if len(lines) > _FEWEST_LINES else lines  # the last may be the end of what was looked at
    if len(head) < _FEWEST_LINES or any(mark in line for line in head for mark in separators):
        return
    alike = len({len(line.rstrip()) for line in head[1:]}) == 1 and len(head[-1]) >= _SHORTEST
    aligned = all(len(re.split(r" {2,}", line.strip())) > _FEWEST_LINES for line in head)
    if aligned:
        raise SourceDataError(f"its cells stand apart by blanks, and no line names columns of prices; {_ADVICE}")
    if alike and len(head) > _FEWEST_LINES and all(re.search(r"\d", line) for line in head[1:]):
        raise SourceDataError(f"its columns have a fixed width: nothing tells where its cells end; {_ADVICE}")
