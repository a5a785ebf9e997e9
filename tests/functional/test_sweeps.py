"""Parameter studies as runs: the same numbers from every door and executor, counted, cancelled and resumed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from starlette.testclient import TestClient

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import build
from technic_scanner.cli.following import Follower
from technic_scanner.criteria import CriteriaError, Panel
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import ConfigError, ResultsNotReadyError, RunNotFoundError
from technic_scanner.pipeline import sweep_record
from technic_scanner.settings import load_settings
from technic_scanner.studies import sweep
from technic_scanner.studies.request import StudyRequest
from tests.functional.command_line import run
from tests.unit.studies.pandas_study import frame
from tests.unit.studies.panels import made_panel

TEXT = "let n = 7 # 4..10 step 3\nlet p = 1% # 0..2\nclose > sma(close, n) * (1 + p)"
REQUEST = StudyRequest(TEXT, "files")


@pytest.fixture
def prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Panel:
    """A folder of made prices, and the panel that is in it."""
    panel = made_panel(21, symbols=30)
    fields = {name: frame(panel, name).stack() for name in ("open", "high", "low", "close", "volume")}  # noqa: PD013
    folder = tmp_path / "files"
    folder.mkdir()
    long = pd.DataFrame(fields).rename_axis(["date", "symbol"]).reset_index()
    long.to_parquet(folder / "bars.parquet", index=False)
    monkeypatch.setenv("TECHNIC_FILES_ROOT", str(folder))
    # The tests are the worker.
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda _self: None)
    return panel


@pytest.mark.usefixtures("cli_home")
def test_a_run_gives_the_numbers_of_the_function_and_counts_every_variant(prices: Panel) -> None:
    wanted = sweep(TEXT, prices)
    with build(load_settings()) as services:
        queued = services.sweeps.submit(REQUEST, 5)
        assert (queued.kind, queued.study.horizon) == ("study", 5)
        with pytest.raises(ResultsNotReadyError):
            services.sweeps.answer(queued.run_id)
        assert services.worker().run() == 1
        ended = services.service.get(queued.run_id)
        assert (ended.status, ended.outcome) == (RunStatus.SUCCEEDED, "complete")
        assert ended.metrics.symbols_scanned == 30
        answer = services.sweeps.answer(queued.run_id)
        assert [variant["entries"] for variant in answer["variants"]] == wanted.entries.tolist()
        for number, variant in enumerate(answer["variants"]):
            for horizon, cells in wanted.cells.items():
                cell = variant["horizons"][str(horizon)]
                assert cell["n"] == cells[number].n
                assert cell["mean_excess"] == pytest.approx(cells[number].mean_excess, abs=1e-12)
        assert answer["variants"][4]["values"] == ["7", "1%"]
        assert any(note.startswith("The data are old: the newest session is 2022") for note in answer["data_notes"])
        best = answer["best"]
        assert best["variant"] == wanted.best(5)
        assert best["low"] < best["mean_excess"] < best["high"]
        assert (answer["trials"]["variants"], answer["trials"]["all_variants"]) == (9, 9)
        assert answer["trials"]["thresholds"]["deflated"] > answer["trials"]["thresholds"]["naive"]
        found = services.studies.run(StudyRequest(answer["variants"][best["variant"]]["criteria"], "files"))
        assert found.trials.variants == 9
        assert found.study.horizons[5].low == pytest.approx(best["low"], abs=1e-12)
        result = services.service.result(queued.run_id)
        assert result.table.num_rows == 0
        assert "9 variants" in result.status_text
        again = services.service.rerun(queued.run_id)
        assert again.study == queued.study
        services.service.cancel(again.run_id)
        with pytest.raises(RunNotFoundError):
            services.sweeps.answer("01ARZ3NDEKTSV4RRFFQ69G5FAV")


@pytest.mark.usefixtures("cli_home", "prices")
def test_a_cancelled_study_goes_on_where_it_was_with_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_record, "RECORD_SECONDS", 0.0)
    options = RunOptions(chunk_size=4, workers=1)
    with build(load_settings()) as services:
        whole = services.sweeps.submit(REQUEST, 21, options)
        services.worker().run()
        wanted = services.sweeps.answer(whole.run_id)

        added: list[int] = []
        add = sweep_record.SumRecord.add

        def add_three(self: sweep_record.SumRecord, part: object) -> None:
            add(self, part)
            added.append(self.done)
            if len(added) == 3:
                self._context.cancel.cancel("enough")

        monkeypatch.setattr(sweep_record.SumRecord, "add", add_three)
        stopped = services.sweeps.submit(REQUEST, 21, options)
        services.worker().run()
        assert services.service.get(stopped.run_id).status is RunStatus.CANCELLED
        with pytest.raises(ResultsNotReadyError):
            services.sweeps.answer(stopped.run_id)
        services.service.resume(stopped.run_id)
        services.worker().run()
        assert services.service.get(stopped.run_id).status is RunStatus.SUCCEEDED
        assert added == [*range(1, 9)]
        resumed = services.sweeps.answer(stopped.run_id)
        assert resumed | {"run_id": 0} == wanted | {"run_id": 0}


@pytest.mark.slow
@pytest.mark.usefixtures("cli_home", "prices")
def test_dask_gives_the_same_numbers() -> None:
    with build(load_settings()) as services:
        answers = []
        for options in (RunOptions(chunk_size=7), RunOptions(chunk_size=7, executor="dask", workers=2)):
            queued = services.sweeps.submit(REQUEST, 21, options)
            services.worker().run()
            answers.append(services.sweeps.answer(queued.run_id) | {"run_id": 0})
        assert answers[0] == answers[1]


@pytest.mark.usefixtures("cli_home", "prices")
def test_what_cannot_be_swept_is_refused_with_every_problem() -> None:
    with build(load_settings()) as services:
        with pytest.raises(CriteriaError, match="No number has a range"):
            services.sweeps.submit(StudyRequest("close > 5", "files"), 21)
        with pytest.raises(ConfigError) as caught:
            services.sweeps.submit(StudyRequest(TEXT, "files", entry="now", min_bars=0), 7, min_dates=0)
        assert {problem.field for problem in caught.value.problems} == {"entry", "min_bars", "horizon", "min_dates"}
        with pytest.raises(ConfigError, match="opened by one study"):
            services.sweeps.submit(StudyRequest(TEXT, "files", holdout_months=2, open_holdout=True), 21)


@pytest.mark.usefixtures("cli_home")
def test_the_command_line_and_rest_give_the_numbers_of_the_function(
    prices: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = sweep(TEXT, prices, start="2022-02-01")
    monkeypatch.setattr(Follower, "to_end", _worked_off)
    file = tmp_path / "cells.csv"
    words = ("sweep", "--where", TEXT, "--source", "files", "--from", "2022-02-01", "--horizon", "5")
    result = run(*words, "--json", "--csv", str(file))
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout.splitlines()[-1])
    cells = pd.read_csv(file)
    assert cells["entries"].tolist() == wanted.entries.tolist()
    means = [cell.mean_excess for cell in wanted.cells[5]]
    assert cells["mean_excess_5"].tolist() == pytest.approx(means, abs=1e-12)
    assert [str(value) for value in cells["n"]] == ["4"] * 3 + ["7"] * 3 + ["10"] * 3
    shown = run(*words)
    assert "The best 9 of 9 variants after 5 sessions" in shown.output
    few = run(*words, "--min-dates", "1000", "--json")
    assert json.loads(few.stdout.splitlines()[-1])["best"] is None
    assert "none of which has entries on 1,000 dates" in run(*words, "--min-dates", "1000").output
    assert "9 variants of this family were tried" in shown.output
    faulty = run("sweep", "--where", "close > 5 # 1..2", "--source", "files")
    assert faulty.exit_code == 2
    assert "^" in faulty.output

    with (
        build(load_settings()) as services,
        TestClient(create_api(services), base_url="http://localhost", client=("127.0.0.1", 1)) as client,
    ):
        asked = {"where": TEXT, "source": "files", "from": "2022-02-01", "horizon": 5}
        queued = client.post("/sweeps", json=asked)
        assert queued.status_code == 202, queued.text
        assert queued.json()["kind"] == "study"
        place = f"/sweeps/{queued.json()['run_id']}"
        assert client.get(place).status_code == 409
        services.worker().run()
        del document["asked"]  # of the stored document, which says it in the run too
        assert client.get(place).json() | {"run_id": 0} == document | {"run_id": 0}
        assert client.get("/sweeps/01ARZ3NDEKTSV4RRFFQ69G5FAV").status_code == 404
        refused = client.post("/sweeps", json=asked | {"horizon": 7, "options": {"workers": 0}})
        assert refused.status_code == 422
        assert {"horizon", "options.workers"} <= {item["field"] for item in refused.json()["errors"]}
        assert client.post("/sweeps", json=asked | {"where": "close > 1"}).status_code == 422


def _worked_off(self: Follower, _show: object) -> object:
    self.services.worker().run()
    return self.services.service.get(self.run_id)


@pytest.mark.usefixtures("cli_home", "prices")
def test_it_has_no_speed_against_a_baseline_which_is_one_of_scans() -> None:
    with build(load_settings()) as services:
        services.service.submit(ScanConfig(source="files"), RunOptions(workers=1, refresh=True))
        assert services.worker().run() == 1
        scan = services.service.submit(ScanConfig(source="files"))
        study = services.sweeps.submit(REQUEST, 5)
        assert services.worker().run() == 2
        ended = [services.service.get(queued.run_id).metrics for queued in (scan, study)]
    assert [metrics.baseline_seconds is not None for metrics in ended] == [True, False]
