"""A comparison from History begins with the run of the oldest day, which is its baseline."""

from __future__ import annotations

from datetime import date, timedelta

from technic_scanner.domain.config import ScanConfig
from technic_scanner.ui.app.run_order import oldest_first
from tests.ui import builders


def test_runs_are_compared_in_the_order_of_their_days() -> None:
    today = builders.record(run_id="today", created_at=builders.START)
    replayed = builders.record(
        run_id="replayed",
        created_at=builders.START + timedelta(hours=1),
        config=ScanConfig(as_of_date=date(2020, 1, 2)),
    )
    again = builders.record(run_id="again", created_at=builders.START + timedelta(hours=2))
    assert [run.run_id for run in oldest_first([again, replayed, today], {})] == ["replayed", "today", "again"]


def test_the_session_of_a_result_counts_before_the_day_on_which_it_was_made() -> None:
    of_friday = builders.record(run_id="of friday", created_at=builders.START)
    of_thursday = builders.record(run_id="of thursday", created_at=builders.START + timedelta(hours=1))
    sessions = {"of friday": date(2026, 1, 2), "of thursday": date(2026, 1, 1)}
    assert [run.run_id for run in oldest_first([of_friday, of_thursday], sessions)] == ["of thursday", "of friday"]


def test_the_oldest_day_is_the_baseline_until_another_run_is_chosen(empty, open_page) -> None:
    days = [date(2010, 8, day) for day in (20, 18, 19)]
    runs = [empty.scanned(ScanConfig(direction="both", top_n=5, as_of_date=day)) for day in days]
    app = open_page("compare", runs=",".join(run.run_id for run in runs))
    assert not app.exception
    newest, oldest, middle = (run.run_id for run in runs)
    assert app.selectbox(key="compare_baseline").value == oldest
    letters = next(caption.value for caption in app.caption if "**A**" in caption.value)
    assert [letters.index(run[-8:]) for run in (oldest, middle, newest)] == sorted(
        letters.index(run[-8:]) for run in (oldest, middle, newest)
    )
    app.selectbox(key="compare_baseline").set_value(newest).run()
    assert not app.exception
    letters = next(caption.value for caption in app.caption if "**A**" in caption.value)
    assert letters.index(newest[-8:]) < letters.index(oldest[-8:]) < letters.index(middle[-8:])
