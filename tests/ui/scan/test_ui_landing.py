"""The list of runs above the form: what is in flight first, and a form below it that stays where it is."""

from __future__ import annotations

import re

from technic_scanner.domain.run import RunError, RunStatus
from tests.ui.scan.test_ui_scan_page import texts


def listed(app) -> list[str]:
    return [button.key.removeprefix("open_") for button in app.button if button.label == "Open"]


def test_a_run_that_ends_changes_its_place_and_the_form_stays_where_it_is(empty, open_page) -> None:
    old = [empty.end(empty.running(), RunStatus.CANCELLED).run_id for _ in range(3)]
    first, second = empty.running(), empty.queued()
    app = open_page()
    assert listed(app) == [first.run_id, second.run_id, old[2]]
    empty.end(first, RunStatus.CANCELLED)
    assert listed(app.run()) == [second.run_id, first.run_id, old[2]]
    empty.services.service.cancel(second.run_id)
    assert set(listed(app.run())) == {second.run_id, first.run_id, old[2]}


def test_the_newest_ended_run_is_listed_however_many_are_in_flight(empty, open_page) -> None:
    ended = empty.end(empty.running(), RunStatus.CANCELLED)
    waiting = [empty.queued().run_id for _ in range(5)]
    app = open_page()
    assert listed(app) == [*waiting, ended.run_id]
    assert "Active and recent runs" in texts(app)


def test_an_ended_run_says_how_it_ended_in_a_sentence_without_markup(empty, open_page) -> None:
    empty.end(empty.running(), RunStatus.FAILED, RunError("source_error", "no [answer](http://x) came"))
    assert "No \\[answer\\](http\\:\u2060//x) came." in texts(open_page())


def test_what_waits_has_not_started(empty, open_page) -> None:
    empty.running(label="Runs")
    empty.queued(label="Waits")
    app = open_page()
    running, waiting = (bar.text for bar in app.progress[:2])
    assert " · started " in running
    assert " · queued " in waiting
    assert "started" not in waiting


def test_the_first_visit_is_told_in_three_sentences_which_the_first_run_ends(empty, open_page) -> None:
    app = open_page()
    (tour,) = [info.value for info in app.info if "Start scan" in info.value]
    assert len(re.findall(r"[.!?](?= |$)", tour)) == 3
    empty.queued()
    assert not any("Start scan" in info.value for info in open_page().info)
