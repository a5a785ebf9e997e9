"""The results page of a run without results waits for them where they may still come, and says why where not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from technic_scanner.adapters.market_data.sample.source import SampleSource
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.run import RunStatus
from technic_scanner.pipeline.ports import PriceBatch
from technic_scanner.screening.bars import Panel
from tests.ui.conftest import running_events
from tests.ui.scan.test_ui_scan_page import texts, titles


def test_results_appear_without_a_reload_once_the_scan_has_ended(empty, open_page) -> None:
    run = empty.queued(ScanConfig(sectors=("Energy",), direction="both"))
    app = open_page("results", run=run.run_id)
    assert app.info[0].value.startswith("Waiting for a worker.")
    empty.services.worker().run()
    app.run()
    assert not app.exception
    assert "This run has no results yet" not in titles(app, "info")
    assert {metric.label: metric.value for metric in app.metric}["Picks"] != "0"


def test_a_running_scan_says_how_far_it_is(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    app = open_page("results", run=run.run_id)
    assert app.info[0].value == "55.0% done. The results appear here when the scan ends."


def test_a_run_that_can_be_resumed_is_not_said_to_have_left_nothing(empty, open_page) -> None:
    run = empty.running()
    empty.end(run, RunStatus.INTERRUPTED)
    app = open_page("results", run=run.run_id)
    assert "nothing was left" not in texts(app)
    assert app.info[0].value.startswith("‖ Interrupted. The run ended before it produced results.")


def test_where_the_source_failed_the_filters_are_not_blamed(empty, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(_: object, symbols: Sequence[str], *__: object) -> Iterator[PriceBatch]:
        why = ("timed_out", "no answer within 30 s")
        yield PriceBatch(
            Panel.empty(),
            tuple(SymbolFailure(symbol, "data_fetching", FailureKind.ERROR, *why) for symbol in symbols),
        )

    monkeypatch.setattr(SampleSource, "fetch", silent)
    run = empty.scanned(ScanConfig())
    assert run.metrics.symbols_failed == 524
    app = open_page("results", run=run.run_id)
    assert titles(app, "info") == ["No symbol had usable bars"]
    assert "filters" not in app.info[0].value
    helps = {metric.label: metric.proto.help for metric in app.metric}
    assert "Each is listed below with its reason" in helps["Failed"]


def test_every_link_to_another_page_is_marked_as_one(empty, open_page) -> None:
    (link,) = open_page("results").page_link
    assert link.proto.icon == ":material/arrow_forward:"
