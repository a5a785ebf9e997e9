"""What is drawn first of a run that was just started and what later: picks before figures, the form on request."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.ui.app import watched
from technic_scanner.ui.run import pace, progress_panel
from technic_scanner.ui.scan.form_state import key
from technic_scanner.ui.style import front_end
from tests.ui.conftest import open_the_form, running_events


def shown(app: AppTest) -> dict[str, int]:
    """Return how many tables, figures and kept places of figures are on the page."""
    assert not app.exception
    counts = {name: len(app.get(kind)) for name, kind in (("figures", "plotly_chart"), ("kept", "skeleton"))}
    return {"tables": len(app.dataframe)} | counts


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """The seconds between two redraws, as they were asked for."""
    every: list[float | None] = []
    original = progress_panel.ticking.draw

    def noting(*args, every_seconds):
        every.append(every_seconds)
        original(*args, every_seconds=every_seconds)

    monkeypatch.setattr(progress_panel.ticking, "draw", noting)
    return every


@pytest.mark.usefixtures("every_run_is_new")
def test_of_a_new_run_the_picks_come_first_and_the_figures_with_the_next_redraw(seeded, open_page, ticks) -> None:
    run = seeded.queued(ScanConfig(sectors=("Energy",), direction="both"))
    app = open_page(run=run.run_id)
    assert shown(app) == {"tables": 0, "figures": 0, "kept": 0}
    seeded.services.worker().run()
    assert shown(app.run()) == {"tables": 1, "figures": 0, "kept": 2}
    assert [toast.value[:11] for toast in app.toast] == ["✓ Succeeded"]
    assert shown(app.run()) == {"tables": 1, "figures": 2, "kept": 0}
    assert not app.toast
    assert ticks == [pace.NEW_TICK_SECONDS, pace.FIGURES_AFTER_SECONDS, None]


@pytest.mark.usefixtures("every_run_is_new")
def test_a_run_that_was_over_before_its_page_was_drawn_is_shown_in_the_same_order(
    seeded, open_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = type(seeded.services.service).submit

    def at_once(*args, **named):
        record = submit(*args, **named)
        seeded.services.worker().run()
        return record

    monkeypatch.setattr(type(seeded.services.service), "submit", at_once)
    app = open_page()
    app.button(key="start_scan").click().run()
    assert shown(app) == {"tables": 1, "figures": 0, "kept": 2}
    assert len(app.toast) == 1
    assert shown(app.run()) == {"tables": 1, "figures": 2, "kept": 0}


def test_a_run_that_goes_on_has_figures_and_keeps_them_at_its_end(seeded, open_page, ticks) -> None:
    run = seeded.queued(ScanConfig(sectors=("Energy",), direction="both"))
    app = open_page(run=run.run_id)
    seeded.services.worker().run()
    assert shown(app.run()) == {"tables": 1, "figures": 2, "kept": 0}
    assert len(app.toast) == 1
    assert ticks == [pace.TICK_SECONDS, None]


@pytest.mark.usefixtures("every_run_is_new")
def test_a_run_that_ended_before_is_shown_whole_at_once(seeded, open_page, ticks) -> None:
    run = next(run for run in seeded.services.service.list().records if run.label == "Whole sample")
    app = open_page(run=run.run_id)
    assert shown(app) == {"tables": 1, "figures": 2, "kept": 0}
    assert not app.toast
    assert ticks == [None]


@pytest.mark.usefixtures("every_run_is_new")
def test_the_figures_of_a_new_run_come_when_it_lasts(empty, open_page, monkeypatch) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    app = open_page(run=run.run_id)
    assert shown(app)["figures"] == 0
    monkeypatch.setattr(pace, "NEW_SECONDS", 0.0)
    assert shown(app.run())["kept"] == 0
    assert shown(app)["figures"] > 0


def test_the_form_on_the_page_of_a_run_is_drawn_on_request_and_as_it_was_left(empty, open_page) -> None:
    app = open_page()
    app.number_input(key=key("min_price")).set_value(7.5)
    app.text_area(key=key("symbols")).set_value("AAPL, MSFT")
    app.button(key="start_scan").click().run()
    assert key("min_price") not in [field.key for field in app.number_input]
    app.run()
    assert open_the_form(app).number_input(key=key("min_price")).value == 7.5
    assert app.text_area(key=key("symbols")).value == "AAPL, MSFT"


def test_the_form_makes_the_browser_load_what_draws_the_picks(empty, open_page) -> None:
    app = open_page()
    script = front_end.script_of(front_end.TABLE)
    assert script is not None
    assert [item for item in app.get("html") if script in item.proto.body]
    app.button(key="start_scan").click().run()
    assert not [item for item in app.get("html") if script in item.proto.body]


def test_a_tick_that_was_asked_for_before_the_end_brings_no_figures_yet(empty, monkeypatch) -> None:
    run = empty.running()
    clock = ManualClock(run.created_at)
    monkeypatch.setattr(pace, "services", lambda: replace(empty.services, clock=clock))
    watched.begin(run.run_id)
    ended = empty.end(run, RunStatus.CANCELLED)
    now = pace.begin(ended)
    assert now.phase is pace.Phase.JUST_ENDED
    assert not now.is_over(ended)
    clock.advance(pace.FIGURES_AFTER_SECONDS)
    assert now.is_over(ended)


def test_a_run_is_new_for_a_second_after_a_worker_took_it_unless_it_waited_for_one(empty, monkeypatch) -> None:
    run = empty.running()
    clock = ManualClock(run.created_at)
    monkeypatch.setattr(pace, "services", lambda: replace(empty.services, clock=clock))
    monkeypatch.setattr(pace, "NEW_SECONDS", 1.0)
    monkeypatch.setattr(pace, "NEW_SINCE_QUEUED_SECONDS", 3.0)
    now = pace.begin(replace(run, started_at=run.created_at))
    assert now.phase is pace.Phase.NEW
    clock.advance(1.0)
    assert now.is_over(replace(run, started_at=run.created_at))
    assert pace.begin(replace(run, started_at=None)).phase is pace.Phase.NEW
    clock.advance(2.0)
    assert pace.begin(replace(run, started_at=None)).phase is pace.Phase.GOES_ON
    assert pace.begin(replace(run, started_at=clock.now())).phase is pace.Phase.GOES_ON
