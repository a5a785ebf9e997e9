"""Read text with separated cells into a sheet of text columns: find separator, preamble and header, mend its rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as pacsv

from technic_scanner.adapters.market_data.files.blank_cells import text_with_tabs
from technic_scanner.adapters.market_data.files.fixed_width import refuse_fixed_width
from technic_scanner.adapters.market_data.files.header_lines import NUMBER, header_score
from technic_scanner.adapters.market_data.files.names import is_index, meaning
from technic_scanner.adapters.market_data.files.row_names import DATE, hold_dates
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.adapters.market_data.files.symbol_above import symbol_above
from technic_scanner.errors import SourceDataError

SEPARATORS = ",;\t|"
_HEAD_LINES = 60
_ENOUGH = 5  # cells of numbers in a row of bars
_HEAD_CHARACTERS = 1 << 18
_EXCEL_SEPARATOR = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)
# Figures of other scripts: Arabic, Persian, Devanagari, Thai, and those as wide as a Chinese character.
_OTHER_FIGURES = re.compile(r"[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u0e50-\u0e59\uff10-\uff19]")
_FIGURES = {
    **{first + n: str(n) for first in (0x660, 0x6F0, 0x966, 0xE50, 0xFF10) for n in range(10)},
    0x66B: ".",
    0x66C: "'",
    **dict(zip(range(0xFF0B, 0xFF10), "+'-./", strict=True)),
    0xFF1A: ":",
}
_NUMBERED = re.compile(r"^([A-Za-z]*[ _.]?)(\d{1,3})(?:\.0)?$")
_LONGEST_CELL = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header of a text is and what separates its cells; ``header`` is None if there is none."""

    separator: str
    header: int | None
    first: int
    width: int


def read_delimited(text: str) -> tuple[Sheet, list[list[str]], str]:
    """Return the columns of a text below its header, the cells of its first lines, and the text without blank lines.

    Raises SourceDataError if there are no cells to read.
    """
    text = _even(text)
    lines = _first_lines(text)
    if (tabbed := text_with_tabs(text, lines, SEPARATORS)) is not None:
        text, lines = tabbed, _first_lines(tabbed)
    refuse_fixed_width(lines, SEPARATORS)
    layout = find_layout(lines)
    rows = _cells(lines, layout.separator)
    if layout.header is None:
        body, names = from_line(text, layout.first), [f"column {place + 1}" for place in range(layout.width)]
    else:
        body = from_line(text, layout.header + 1)
        names = [
            name.strip().strip('"').lstrip("\ufeff").strip()
            for name in _cells([lines[layout.header]], layout.separator)[0]
        ]
    sheet = parse_rows(body, layout.separator, names)
    sheet.headless = layout.header is None
    sheet.symbol_above = symbol_above(lines[: layout.first])
    return sheet, rows, text


def _first_lines(text: str) -> list[str]:
    return [line for line in text[:_HEAD_CHARACTERS].split("\n", _HEAD_LINES)[:_HEAD_LINES] if line]


def _even(text: str) -> str:
    """Return a text with simple line ends and without blank lines."""
    text = text.lstrip("\ufeff")
    if _OTHER_FIGURES.search(text):
        text = text.translate(_FIGURES)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if re.search(r'[,;\t|] +"', text):
        text = re.sub(r'([,;\t|]) +"', r'\1"', text)
    if text.startswith('"') and _quoted_lines(text):
        text = re.sub(r'(?m)^"(.*)"$', lambda match: match[1].replace('""', '"'), text)
    if text.startswith((" ", "\n", "\t")) or "\n\n" in text or "\n " in text or "\n\t" in text:
        text = re.sub(r"(?m)^[ \t]*\n", "", text)
    return text


def from_line(text: str, number: int) -> str:
    """Return the text from this line on."""
    at = 0
    for _ in range(number):
        at = text.find("\n", at) + 1
        if at == 0:
            return ""
    return text[at:]


def _quoted_lines(text: str) -> bool:
    """Return whether every line is one quoted cell that holds all cells, as some spreadsheets save."""
    head = [line for line in text.split("\n", 20)[:20] if line.strip()]
    return all(re.match(r'^"[^"]*[,;\t][^"]*(?:""[^"]*""[^"]*)*"$', line) for line in head)


def find_layout(lines: Sequence[str]) -> Layout:
    """Return separator and header of a text's lines. Raises SourceDataError if it is empty or no table."""
    if not lines:
        raise SourceDataError("it is empty")
    told = _EXCEL_SEPARATOR.match(lines[0])
    start = 1 if told else 0
    head = lines[start : start + _HEAD_LINES]
    if not head:
        raise SourceDataError("it is empty")
    best: tuple[int, int, str] | None = None
    for separator in told[1] if told else SEPARATORS:
        for number, cells in enumerate(_cells(head, separator)):
            score = header_score(cells)
            if score and (best is None or score > best[0]):
                best = (score, number, separator)
    if best is not None:
        return Layout(best[2], start + best[1], start + best[1], 0)
    return _without_known_names(head, told[1] if told else _consistent(head), start)


def _without_known_names(head: Sequence[str], separator: str, start: int) -> Layout:
    """Return the layout of a text in which no line names known columns: it has no header, or one of unknown names."""
    rows = _cells(head, separator)
    numeric = next((n for n, row in enumerate(rows) if sum(bool(NUMBER.match(cell)) for cell in row) >= _ENOUGH), None)
    if numeric is None:
        return Layout(separator, start, start, len(rows[0]))
    above = numeric - 1
    for number in (above, numeric):
        if number >= 0 and is_running(rows[number]):  # pandas and R number columns that have no names
            return Layout(separator, None, start + number + 1, len(rows[number]))
    if numeric > 0 and len(rows[above]) >= len(rows[numeric]) - 1:
        return Layout(separator, start + above, start + above, len(rows[above]))
    return Layout(separator, None, start + numeric, len(rows[numeric]))


def is_running(names: Sequence[str]) -> bool:
    """Return whether names of columns are mere numbers, as 0, 1, 2 … or V1, V2 …; the first may be an index."""
    cells = [name.strip().strip('"') for name in names]
    cells = cells[1:] if cells and is_index(cells[0]) and not _NUMBERED.match(cells[0]) else cells
    parts = [match.groups() for cell in cells if (match := _NUMBERED.match(cell))]
    if len(parts) != len(cells) or len(cells) < _ENOUGH or len({word for word, _ in parts}) > 1:
        return False
    first = int(parts[0][1])
    return first in (0, 1) and [int(number) for _, number in parts] == list(range(first, first + len(parts)))


def _consistent(head: Sequence[str]) -> str:
    def likeness(separator: str) -> tuple[int, int]:
        counts = Counter(line.count(separator) for line in head)
        counts.pop(0, None)
        return max(((lines, count) for count, lines in counts.items()), default=(0, 0))

    return max(SEPARATORS, key=likeness)


def _cells(lines: Sequence[str], separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=separator))
    except csv.Error as error:
        raise SourceDataError(f"its cells cannot be told apart: {error}") from error


def parse_rows(body: str, separator: str, names: Sequence[str]) -> Sheet:
    """Return columns of text called ``names`` from rows; rows with too few or too many cells are mended or counted."""
    width = len(names)
    faulty: list[pacsv.InvalidRow] = []

    def note(row: pacsv.InvalidRow) -> str:
        faulty.append(row)
        return "skip"

    keys = [str(place) for place in range(width)]
    if not body.strip():
        return Sheet(list(names), [pa.array([], pa.string())] * width, separator)
    try:
        table = pacsv.read_csv(
            pa.py_buffer(body.encode("utf-8")),
            # In this thread only: with several Arrow threads the inference of types has crashed the process
            # (pyarrow 26.0.1).
            read_options=pacsv.ReadOptions(
                use_threads=False, column_names=keys, block_size=max(1 << 20, min(len(body) * 4, 1 << 30))
            ),
            parse_options=pacsv.ParseOptions(delimiter=separator, invalid_row_handler=note),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise SourceDataError(f"its rows cannot be read: {str(error).splitlines()[0][:120]}") from error
    if table.num_rows + len(faulty) < body.count("\n") and (whole := _without_lone_quotes(body, separator, width)):
        return parse_rows(whole, separator, names)
    if faulty:
        return _mended(body, separator, list(names))
    return Sheet(list(names), [_whole(table.column(place)) for place in range(width)], separator)


def _without_lone_quotes(body: str, separator: str, width: int) -> str | None:
    """Return the text without the quotes of lines in which one is never closed, so that it takes in the lines below.

    None if there is no such line.
    """
    lines = body.split("\n")
    lone = [n for n, line in enumerate(lines) if line.count('"') % 2 and line.count(separator) + 1 == width]
    for number in lone:
        lines[number] = lines[number].replace('"', "")
    return "\n".join(lines) if lone else None


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _mended(body: str, separator: str, names: list[str]) -> Sheet:
    """Return the columns of rows whose number of cells varies.

    Empty cells too many at the end are dropped. A first cell too many in all rows is the number of the row, or
    its date.
    """
    csv.field_size_limit(_LONGEST_CELL)
    try:
        rows = [row for row in csv.reader(io.StringIO(body), delimiter=separator) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise SourceDataError(f"its rows cannot be read: {error}") from error
    usual = Counter(len(row) for row in rows).most_common(1)[0][0] if rows else len(names)
    full = [row for row in rows if len(row) == usual]
    if (
        usual == len(names) + 1
        and not _begins_with_date(names, rows)
        and sum(bool(row[-1].strip()) for row in full) * 2 > len(rows)
    ):  # as R writes them, without a name
        if hold_dates(names, full):
            names = ["", *names]
        else:
            rows = [row[1:] if len(row) == usual else row for row in rows]
    width = len(names)
    whole = [kept for row in rows if (kept := _fitted(row, names)) is not None]
    if rows and (not whole or (usual > width and len(whole) * 2 < len(rows))):
        raise SourceDataError(
            f"its header has {width} cells and its rows have {usual}; if numbers have a decimal comma or commas "
            "as in 1,234,567, save the file with semicolons between the cells or with quotes around its numbers"
        )
    columns = [pa.array([row[place] for row in whole], pa.string()) for place in range(width)]
    return Sheet(names, columns, separator, torn=len(rows) - len(whole))


def _begins_with_date(names: list[str], rows: list[list[str]]) -> bool:
    """Return whether the first cells of rows are the dates that the header names first, and no numbers of rows."""
    dated = [bool(DATE.match(row[0])) and not DATE.match(row[1]) for row in rows if len(row) > 1]
    return meaning(names[0]) == "date" and sum(dated) * 2 > len(dated)


def _fitted(row: list[str], names: list[str]) -> list[str] | None:
    width = len(names)
    while len(row) > width and not row[-1].strip():
        row = row[:-1]
    if len(row) == width:
        return row
    spare = width - len(row)
    missing = names[len(row) :]
    if spare > 0 and all(not name.strip() or (spare <= 2 and is_index(name)) for name in missing):
        return [*row, *[""] * spare]  # the header ends with a separator, the rows do not
    return None


def read_first_line(text: str) -> Sheet:
    """Return the columns of a text whose first line names them, of whatever kind they are. Raises SourceDataError."""
    text = _even(text)
    head = _first_lines(text)
    if not head:
        raise SourceDataError("is empty")
    told = _EXCEL_SEPARATOR.match(head[0])
    separator = told[1] if told else max(SEPARATORS, key=head[0].count)
    first = 1 if told else 0
    names = [name.strip() for name in _cells(head[first : first + 1], separator)[0]]
    return parse_rows(from_line(text, first + 1), separator, names)
