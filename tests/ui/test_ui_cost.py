"""What a live page costs the server must not grow with the run, and a tick must stay cheap."""

from __future__ import annotations

from dataclasses import replace

from technic_scanner.ui.run import pace, progress_panel
from tests.ui.conftest import running_events


def test_a_tick_reads_only_what_is_new(empty, open_page, monkeypatch) -> None:
    run = empty.running()
    events = running_events(run)
    empty.tell(run, *events)
    asked = []
    original = type(empty.services.service).events

    def counting(self, run_id, after_seq=0, limit=500):
        asked.append(after_seq)
        return original(self, run_id, after_seq, limit)

    monkeypatch.setattr(type(empty.services.service), "events", counting)
    app = open_page(run=run.run_id)
    empty.tell(run, replace(events[2], seq=5))
    app.run()
    app.run()
    assert asked == [0, 4, 5]


def test_a_long_journal_is_read_in_pages(empty, open_page, monkeypatch) -> None:
    monkeypatch.setattr(progress_panel, "_EVENTS_PER_READ", 3)
    run = empty.running()
    empty.tell(run, *running_events(run))
    app = open_page(run=run.run_id)
    assert not app.exception
    assert app.progress[0].text.startswith("55.0%")


def test_only_a_run_that_is_alive_ticks(seeded, open_page, monkeypatch) -> None:
    every = []
    original = progress_panel.st.fragment

    def noting(*args, run_every=None, **kwargs):
        every.append(run_every)
        return original(*args, run_every=run_every, **kwargs)

    monkeypatch.setattr(progress_panel.st, "fragment", noting)
    ended = next(run for run in seeded.services.service.list().records if run.label == "Whole sample")
    assert not open_page(run=ended.run_id).exception
    assert every == [None]
    alive = seeded.running()
    assert not open_page(run=alive.run_id).exception
    assert every == [None, pace.TICK_SECONDS]
