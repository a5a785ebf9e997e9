"""Words for numbers: unknown is said, done is done, and nothing from outside becomes Markdown."""

import math
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.run import RunStatus
from technic_scanner.ui.style import wording
from tests.ui.builders import event, record


@pytest.mark.parametrize(
    ("cost", "median", "text"),
    [
        (9.0, 2.0, "4.5 × its median"),
        (3.0, 0.0301, "99.7 × its median"),
        (3.0, 0.001, "3.0 s, usually almost no time"),
        (3.0, 0.0, "3.0 s, usually almost no time"),
    ],
)
def test_a_factor_that_says_nothing_gives_way_to_the_seconds(cost: float, median: float, text: str) -> None:
    assert wording.slower_text(cost, median, 3.0) == text


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        (RunStatus.SUCCEEDED, Outcome.EMPTY, "○ Nothing found"),
        (RunStatus.SUCCEEDED, Outcome.COMPLETE, "✓ Succeeded"),
        (RunStatus.CANCELLED, Outcome.EMPTY, "■ Cancelled"),
        (RunStatus.QUEUED, None, "○ Queued"),
    ],
)
def test_a_run_that_found_nothing_says_so(status: RunStatus, outcome: Outcome | None, words: str) -> None:
    ended = record(status=status, outcome=outcome)
    assert wording.ending_text(ended) == words
    assert f"[{words}]" in wording.ending_badge(ended)


def test_time_left_names_the_range() -> None:
    assert wording.left_text(event(eta_seconds=14.0, eta_low_seconds=11.0, eta_high_seconds=19.0)) == (
        "about 14 s left (11–19 s)"
    )


def test_time_left_unknown_and_done_are_not_mixed_up() -> None:
    unknown = {"eta_seconds": None, "eta_low_seconds": None, "eta_high_seconds": None}
    assert wording.left_text(event(**unknown)) == "time left unknown"
    assert wording.left_text(event(eta_seconds=0.0)) == "done"


def test_expectation_says_from_how_many_runs_or_that_it_does_not_know() -> None:
    assert wording.expected_text(14.0, 11.0, 19.0, 23) == "Expected: about 14 s (11–19 s), from 23 comparable runs."
    assert wording.expected_text(14.0, 11.0, 19.0, 1).endswith("from 1 comparable run.")
    assert wording.contained_text(0, None).endswith("to its picks, without the wait for a worker; no run is before it.")
    assert wording.contained_text(1, 2.0).endswith("the wait for a worker, usually 2.0 s; 1 run is before it.")
    assert wording.contained_text(3, None).endswith("3 runs are before it.")
    assert "unknown" in wording.expected_text(None, None, None, 0)
    assert "unknown" in wording.expected_text(30.0, 5.0, 200.0, 0)


def test_counts_and_numbers() -> None:
    assert wording.count_text(1, "symbol") == "1 symbol"
    assert wording.count_text(1200, "symbol") == "1,200 symbols"
    assert wording.count_text(None, "row") == "unknown rows"
    assert wording.number(1234.5) == "1,234.50"
    assert wording.number(None) == wording.number(math.nan) == "–"


def test_moments_are_shown_in_the_viewers_zone() -> None:
    moment = datetime(2026, 1, 2, 23, 30, tzinfo=UTC)
    assert wording.when(moment) == "2026-01-02 23:30:00 UTC"
    assert wording.when(moment, "Europe/Berlin") == "2026-01-03 00:30:00 CET"
    assert wording.when(None) == "–"


def test_a_run_is_named_by_its_label_else_by_what_it_scans() -> None:
    config = ScanConfig(sectors=("Energy",), as_of_date=date(2010, 5, 3))
    assert wording.run_name(record(config=config)) == "sample · Energy · as of 2010-05-03 · 000000A1"
    assert wording.run_name(record(label="Monday")) == "Monday · 000000A1"
    many = ScanConfig(universe="sp500", sectors=("Energy", "Materials", "Utilities"), symbols=("A",))
    assert wording.config_text(many) == "sample / sp500 · 3 sectors · A"


def test_a_message_becomes_a_sentence_and_a_name_at_its_start_stays() -> None:
    assert wording.sentence("there is no run 01X") == "There is no run 01X."
    assert wording.sentence("universe.csv cannot be read: bad byte") == "universe.csv cannot be read: bad byte."
    assert wording.sentence("Scan complete.") == "Scan complete."
    assert wording.sentence("") == ""


def test_status_has_a_mark_and_a_word() -> None:
    assert wording.status_text(RunStatus.INTERRUPTED) == "‖ Interrupted"


@given(some.text(max_size=40))
def test_escaped_text_has_no_bare_markdown_character(text: str) -> None:
    escaped = wording.escape(text)
    for special in "`*_[]<>#$:":
        assert escaped.count(special) == escaped.count(f"\\{special}")
    assert len(escaped) >= len(text)
