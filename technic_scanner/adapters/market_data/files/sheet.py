"""A table as it was found in a file: named columns of text or of stored values, before anything is understood."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(slots=True)
class Sheet:
    """The columns of one table.

    ``columns`` are Arrow arrays of equal length; text is not yet parsed. ``separator`` stands between the cells of a
    text, None for other kinds of file. ``torn`` rows had too few or too many cells and are not in the columns.
    ``intraday`` is true if the table's form says so. ``encoding`` is that of a text. ``headless`` tables have no names
    of their own. ``symbol_above`` is the symbol that the lines above the header name. ``lean``: the rows
    have the form of LEAN: 20260302 00:00 and whole numbers, without a header.
    """

    names: list[str]
    columns: list[pa.Array]
    separator: str | None = None
    torn: int = 0
    notes: list[str] = field(default_factory=list)
    intraday: bool = False
    encoding: str | None = None
    headless: bool = False
    symbol_above: str | None = None
    lean: bool = False

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.columns[0]) if self.columns else 0

    def column(self, name: str) -> pa.Array:
        """Return the first column of this name."""
        return self.columns[self.names.index(name)]
