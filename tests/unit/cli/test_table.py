"""Tables on terminals of all widths: nothing that is one word breaks, and what is left out is named."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from technic_scanner.cli import output, scanning

HEADER = tuple(scanning._PICK_COLUMNS.values())
SPARE = scanning._SPARE_PICK_COLUMNS
ROWS = [
    (1, "SYN02436", "Strong Long", "satellite", "75.52", "1677.69", "1600.01", "1833.05", 12),
    (2, "SYN00703", "Long", "core", "73.66", "150.15", "141.96", "166.53", 6),
]


def printed(width: int, monkeypatch: pytest.MonkeyPatch, *, terminal: bool = True, **kwargs: object) -> list[str]:
    """Return the lines of a table of picks, or of another."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=width, color_system=None, legacy_windows=False)
    monkeypatch.setattr(output, "out", lambda: console)
    output.table("Picks", **({"header": HEADER, "rows": ROWS, "spare": SPARE} | kwargs))  # type: ignore[arg-type]
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (120, []),
        (80, []),
        (79, ["Shares"]),
        (64, ["Tier", "Shares"]),
        (41, ["Signal", "Tier", "Score", "Shares"]),
        (37, ["Rank", "Signal", "Tier", "Score", "Shares"]),
        (20, ["Rank", "Signal", "Tier", "Score", "Stop", "Target", "Shares"]),
    ],
)
def test_a_narrow_terminal_gets_fewer_columns_and_is_told_which(
    width: int, left_out: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(width, monkeypatch)
    told = capsys.readouterr().err.splitlines()
    assert told == ([f"Columns hidden (terminal too narrow): {', '.join(left_out)}."] if left_out else [])
    assert max(map(len, lines)) <= width
    shown = [place for place, name in enumerate(HEADER) if name not in left_out]
    for row in ROWS:
        words = [str(row[place]) for place in shown]
        assert any(all(word in line for word in words) for line in lines), (words, lines)


def test_a_pipe_gets_every_column(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert all(name in "".join(printed(200, monkeypatch, terminal=False)) for name in HEADER)
    assert capsys.readouterr().err == ""


def test_prose_breaks_between_words_before_anything_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    about = {"header": ("Run", "Label"), "rows": [("01M8CT", "one two [three] four")], "spare": ("Label",)}
    lines = printed(16, monkeypatch, **about, prose=("Label",))
    assert [line.split() for line in lines[2:]] == [["01M8CT", "one", "two"], ["[three]"], ["four"]]
    assert capsys.readouterr().err == ""
    assert "Label" not in printed(16, monkeypatch, **about)[1]


def test_what_cannot_fit_at_all_breaks_rather_than_vanishes(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(5, monkeypatch)
    assert "SYN02" in lines
    assert "436" in lines
