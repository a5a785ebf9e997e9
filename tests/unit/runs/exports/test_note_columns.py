"""Notes and tags as columns of exported files."""

import pyarrow as pa

from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.exports.note_columns import with_notes
from technic_scanner.runs.notes.model import Note


def test_rows_without_a_note_have_empty_cells_and_formulas_are_disarmed() -> None:
    table = pa.table({"Symbol": ["A", "B", "C"]})
    noted = with_notes(table, {"B": Note("=1+1", ("dip", "wait")), "ELSEWHERE": Note("x")})
    assert noted.column("Tags").to_pylist() == ["", "dip, wait", ""]
    assert noted.column("Note").to_pylist() == ["", "=1+1", ""]
    assert to_csv(noted).decode().splitlines()[2] == '"B","dip, wait","\'=1+1"'


def test_a_symbol_with_small_letters_has_its_note_which_is_kept_in_capitals() -> None:
    noted = with_notes(pa.table({"Symbol": ["BRKb"]}), {"BRKB": Note("wait")})
    assert noted.column("Note").to_pylist() == ["wait"]
