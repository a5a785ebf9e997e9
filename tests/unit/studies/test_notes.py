"""What a study says of itself: one of a kind in the singular, as the number is of the symbols or entries."""

from __future__ import annotations

from technic_scanner.studies.notes import study_notes
from technic_scanner.studies.study import study
from tests.unit.studies.panels import made_panel


def noted(splits: int, ended: int) -> list[str]:
    """Return the notes of a study of a panel of which some rows have a split, and others stop trading."""
    panel = made_panel(3, symbols=10, sessions=140, holes=False)
    bars = panel.bars
    for values in (bars.open, bars.high, bars.low, bars.close):
        values[:splits, 60:] *= 0.25
        values[10 - ended :, 62:] = float("nan")
    bars.volume[:splits, 60:] *= 4.0
    return study_notes(study("bars = 50", panel))


def test_what_is_left_out_held_or_open_is_counted_in_words_that_fit() -> None:
    one, two = "\n".join(noted(1, 1)), "\n".join(noted(2, 2))
    assert "1 symbol is left out of the universe's mean for a year" in one
    assert "2 symbols are left out of the universe's mean for a year" in two
    assert "1 entry is of a symbol that is no longer traded; it is held at its last close." in one
    assert "2 entries are of symbols that are no longer traded; they are held at their last close." in two
