"""What an ended run left is said with what its counts count; a run that never started says nothing of its work."""

from __future__ import annotations

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.ui.run import run_summary
from tests.ui.conftest import running_events
from tests.ui.scan.test_ui_scan_page import texts


def test_rejected_says_that_it_counts_symbols_that_were_never_scanned(empty, open_page) -> None:
    run = empty.scanned(ScanConfig(sectors=("Energy",)))
    assert run.metrics.symbols_rejected > run.metrics.symbols_scanned
    app = open_page(run=run.run_id)
    assert not app.exception
    (counts,) = [caption for caption in app.caption if " rejected, " in caption.value]
    assert counts.proto.help == run_summary.REJECTED_HELP
    assert "more can be rejected than scanned" in counts.proto.help


def test_a_run_cancelled_in_the_queue_shows_nothing_of_work_that_it_never_began(empty, open_page) -> None:
    run = empty.queued(label="Never")
    empty.services.service.cancel(run.run_id)
    app = open_page(run=run.run_id)
    assert not app.exception
    assert not app.metric
    assert "Attempt 1 did not start · not taken by a worker" in texts(app)
    assert app.info[0].value == "Resume queues the run again."
    assert "No stage was started." in texts(app)
    assert [bar.text.split(" · ")[-1] for bar in app.progress][1:] == ["not reached"] * 4


def test_a_queued_run_shows_its_place_and_no_unknown_figures(empty, open_page) -> None:
    run = empty.queued(label="Waits")
    app = open_page(run=run.run_id)
    assert not app.exception
    assert app.progress[0].text == "Waiting for a worker. Position 1 in the queue."
    assert not app.metric


def test_an_attempt_that_waits_shows_no_figures_of_the_one_before(empty, open_page) -> None:
    run = empty.running(label="Again")
    empty.tell(run, *running_events(run))
    empty.end(run, RunStatus.CANCELLED)
    assert open_page(run=run.run_id).metric
    empty.services.service.resume(run.run_id)
    assert not open_page(run=run.run_id).metric
    empty.services.service.cancel(run.run_id)
    app = open_page(run=run.run_id)
    assert "Attempt 2 did not start" in texts(app)
    assert "Prices already fetched and chunks already scanned are kept" in texts(app)


def test_a_run_that_a_worker_has_taken_has_its_figures_from_the_start(empty, open_page) -> None:
    run = empty.running(label="Just begun")
    assert [metric.label for metric in open_page(run=run.run_id).metric] == [
        "Elapsed", "Time left", "Symbols", "Throughput", "Cache hits",
    ]  # fmt: skip
