"""Walk-forward over the real sample: queued, executed, judged, and the same command again does nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.runs.performance.replay import queue_replay, replay_dates
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.settings import Settings
from technic_scanner.studies.document import entries_table
from technic_scanner.studies.request import StudyRequest

CONFIG = ScanConfig(top_n=30, direction="both", lookback_sessions=120)

TODAY = date(2026, 1, 2)


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda _self: None)
    with build(Settings(home=tmp_path)) as services:
        yield services


def test_a_replay_is_runs_and_its_outcomes_come_from_later_bars(services: Services) -> None:
    dates = replay_dates(date(2010, 3, 1), date(2010, 6, 30), "month", TODAY)
    plan = queue_replay(services.service, CONFIG, RunOptions(), dates, "1")
    assert services.worker().run() == 4
    again = queue_replay(services.service, CONFIG, RunOptions(), dates, "1")
    assert [run.run_id for run in again.runs] == [run.run_id for run in plan.runs]
    assert services.worker().run() == 0
    assert {services.service.get(run.run_id).status for run in plan.runs} == {RunStatus.SUCCEEDED}

    report = services.outcomes.report(PerformanceQuery(horizon=21))
    assert report.runs == 4
    assert report.judged > 100
    # The 31st of May was Memorial Day: the session before it stands for it.
    assert [point.as_of for point in report.ic] == [dates[0], dates[1], date(2010, 5, 28), dates[3]]
    assert any("dropped out" in note for note in report.notes)
    assert report.equity is not None
    assert len(report.equity.curve.picks) == 4

    first = services.service.result(plan.runs[0].run_id)
    symbol, close = first.table["Symbol"][0].as_py(), first.table["Close"][0].as_py()
    bars = services.bars(CONFIG, symbol, date(2010, 8, 20), 400)
    at = int(np.flatnonzero(bars.sessions == np.datetime64(dates[0], "D"))[0])
    picked = report.picks.filter(np.array(report.picks["run_id"].to_pylist()) == plan.runs[0].run_id)
    assert picked["forward_21"][0].as_py() == pytest.approx(bars.close[0, at + 21] / close - 1)


def test_a_run_that_broke_off_goes_on_with_the_next_call(services: Services) -> None:
    dates = replay_dates(date(2010, 5, 3), date(2010, 6, 30), "month", TODAY)
    plan = queue_replay(services.service, CONFIG, RunOptions(), dates, "1")
    services.service.cancel(plan.runs[0].run_id)
    again = queue_replay(services.service, CONFIG, RunOptions(), dates, "1")
    assert again.resumed == 1
    assert services.worker().run() == 2
    assert services.service.get(plan.runs[0].run_id).status is RunStatus.SUCCEEDED


def test_a_study_and_a_replay_of_the_same_criteria_agree_on_the_same_dates(services: Services) -> None:
    text = "close > sma(close, 20) and rsi(14) < 70"
    config = ScanConfig(criteria=text, top_n=None, direction="long", min_price=5.0, min_dollar_volume=20_000_000.0)
    dates = replay_dates(date(2010, 3, 1), date(2010, 5, 31), "month", TODAY)
    queue_replay(services.service, config, RunOptions(), dates, "1")
    assert services.worker().run() == 3
    picks = services.outcomes.report(PerformanceQuery(horizon=21)).picks
    asked = StudyRequest.of_config(config, ("min_price", "min_dollar_volume"), entry="every", min_bars=20)
    rows = entries_table(services.studies.run(asked).study).to_pylist()
    entries = {(row["symbol"], row["session"]): row for row in rows}
    picked = [(row["Symbol"], row["as_of"]) for row in picks.select(["Symbol", "as_of"]).to_pylist()]
    assert len(picked) > 50
    assert set(picked) <= set(entries)
    for horizon in HORIZONS:
        for kind, name in (("forward", "forward_return"), ("excess", "excess")):
            ours = [entries[place][f"{name}_{horizon}"] for place in picked]
            np.testing.assert_allclose(
                np.array(ours, dtype=float), np.array(picks[f"{kind}_{horizon}"].to_pylist(), dtype=float), atol=1e-12
            )
    # What a scan turns down for its criteria is no entry.
    of_day = {symbol for symbol, session in entries if session == date(2010, 3, 31)}
    run = next(run for run in services.store.dated_runs(None, 10).runs if run.as_of == date(2010, 3, 31))
    failures = services.service.result(run.run_id).failures
    turned_down = {failure.symbol for failure in failures if failure.reason in ("criteria_false", "criteria_unknown")}
    assert not of_day & turned_down
    left = {failure.symbol for failure in failures if failure.reason == "no_signal"}
    assert of_day == left | {symbol for symbol, session in picked if session == date(2010, 3, 31)}
