"""Studies through every door: the same numbers from Python, the command line and REST, and faults as sentences."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from starlette.testclient import TestClient

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import build
from technic_scanner.criteria import Panel
from technic_scanner.domain.config import ScanConfig
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.settings import load_settings
from technic_scanner.studies import document_of, study
from technic_scanner.studies.document import entries_table
from tests.functional.command_line import run
from tests.unit.studies.pandas_study import frame
from tests.unit.studies.panels import made_panel

TEXT = "close > sma(close, 7)"
FIRST, LAST = "2022-03-01", "2022-06-30"


@pytest.fixture
def prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Panel:
    """A folder of made prices with late listings, halts and deaths, and the panel that is in it."""
    panel = made_panel(21)
    fields = {name: frame(panel, name).stack() for name in ("open", "high", "low", "close", "volume")}  # noqa: PD013
    long = pd.DataFrame(fields).rename_axis(["date", "symbol"]).reset_index()
    folder = tmp_path / "files"
    folder.mkdir()
    long.to_parquet(folder / "bars.parquet", index=False)
    lines = [f"{name},{sector}" for name, sector in zip(panel.symbols, panel.labels["sector"], strict=True)]
    (folder / "universe.csv").write_text("symbol,sector\n" + "\n".join(lines) + "\n")
    monkeypatch.setenv("TECHNIC_FILES_ROOT", str(folder))
    return panel


@pytest.mark.usefixtures("cli_home")
def test_all_doors_give_the_same_numbers(prices: Panel, tmp_path: Path) -> None:
    found = study(TEXT, prices, start=FIRST, end=LAST)
    wanted = json.loads(json.dumps(document_of(found)))
    assert wanted["entries"] > 20
    file = tmp_path / "entries.csv"
    words = ("study", "--where", TEXT, "--source", "files", "--from", FIRST, "--to", LAST, "--entry", "first")
    result = run(*words, "--json", "--csv", str(file))
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    same = [name for name in wanted if "notes" not in name]
    assert {name: document[name] for name in same} == {name: wanted[name] for name in same}
    assert set(wanted["notes"]) <= set(document["notes"])
    assert any(note.startswith("The data are old: the newest session is 2022-08-12") for note in document["data_notes"])

    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    names = [f"{kind}_{horizon}" for horizon in HORIZONS for kind in ("forward_return", "excess")]
    assert list(rows[0]) == ["symbol", "session", *names]
    table = entries_table(found).to_pylist()
    assert [(row["symbol"], row["session"]) for row in rows] == [(row["symbol"], str(row["session"])) for row in table]
    for name in names:
        assert [float(row[name]) if row[name] else None for row in rows] == [row[name] for row in table]

    with (
        build(load_settings()) as services,
        TestClient(create_api(services), base_url="http://localhost", client=("127.0.0.1", 1)) as client,
    ):
        asked = {"where": TEXT, "source": "files", "from": FIRST, "to": LAST, "entry": "first"}
        answer = client.post("/studies", json=asked)
        assert answer.status_code == 200, answer.text
        answered = answer.json()
        assert answered | {"trials": 0} == document | {"trials": 0}
        assert client.post("/studies.csv", json=asked).content == file.read_bytes()
        refused = client.post("/studies", json=asked | {"where": "score > 50", "entry": "now"})
        assert refused.status_code == 422
        assert client.post("/studies", json=asked | {"where": "score > 50"}).status_code == 422
        assert client.post("/studies", json=asked | {"from": LAST, "to": FIRST}).status_code == 422
        assert client.post("/studies", json=asked | {"from": "2031-05-01", "to": None}).status_code == 422


@pytest.mark.usefixtures("cli_home", "prices")
@pytest.mark.parametrize("path", ["/studies", "/studies.csv", "/sweeps"])
def test_every_field_that_is_wrong_is_named_in_one_answer(path: str) -> None:
    with (
        build(load_settings()) as services,
        TestClient(create_api(services), base_url="http://localhost", client=("127.0.0.1", 1)) as client,
    ):

        def named(body: dict[str, Any]) -> list[str]:
            answer = client.post(path, json=body)
            assert answer.status_code == 422
            return sorted(dict.fromkeys(item["field"] for item in answer.json()["errors"]))

        assert named({"where": "rsi(", "entry": "first"}) == ["where"]
        wrong = {"where": "rsi(", "source": "nope", "from": "2010-05-01", "to": "2010-01-01"}
        assert named(wrong) == ["from", "source", "where"]
        assert named(wrong | {"min_price": -1}) == ["from", "min_price", "source", "where"]
        place = {"where": "rsi(", "source": "sample", "universe": "x", "entry": "now"}
        assert named(place) == ["entry", "universe", "where"]
        assert named({"source": "nope", "no": 1}) == ["no", "source", "where"]
        [fault] = client.post(path, json={"where": "close > foo"} | {"source": "files"}).json()["errors"][:1]
        assert (fault["field"], fault["line"]) == ("where", 1)
        if path == "/sweeps":
            more = {"horizon": 2, "options": {"executor": "no", "x": 1}, "open_holdout": True}
            assert named(wrong | more) == [
                *("from", "horizon", "open_holdout", "options.executor", "options.x", "source", "where"),
            ]


@pytest.mark.usefixtures("cli_home", "prices")
@pytest.mark.parametrize("command", ["study", "sweep"])
def test_commands_name_every_option_that_is_wrong(command: str) -> None:
    words = ("--where", "rsi(", "--source", "nope", "--from", "2022-05-01", "--to", "2022-04-01", "--min-price", "-1")
    refused = run(command, *words)
    assert refused.exit_code == 2
    for field in ("criteria", "source", "from", "min_price"):
        assert f"  {field}: " in refused.output


@pytest.mark.usefixtures("cli_home", "prices")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--where", "tech_rating > 50"), "known in a scan of one day only"),
        (("--where", "close[-1] > 1"), "line 1"),
        (("--where", ""), "Write a condition"),
        (("--where", TEXT, "--from", "2022-05-01", "--to", "2022-04-01"), "is after"),
        (("--where", TEXT, "--from", "2031-05-01"), "from: 2031-05-01 is after the newest session, 2022-08-12"),
        (("--where", TEXT, "--to", "2001-05-01"), "to: 2001-05-01 is before the first session, 2022-01-03"),
        (("--where", TEXT, "--entry", "now"), "must be first or every"),
        (("--where", TEXT, "--cost-bps", "-1"), "must be from 0"),
        (("--where", TEXT, "--universe", "no such"), "universe"),
    ],
)
def test_a_bad_request_is_a_sentence_and_exit_code_2(words: tuple[str, ...], sentence: str) -> None:
    result = run("study", "--source", "files", *words)
    assert result.exit_code == 2, result.output
    assert sentence in result.output


@pytest.mark.usefixtures("cli_home")
def test_members_are_those_of_each_session(prices: Panel, tmp_path: Path) -> None:
    spells = {"S01": ("", "2022-03-31"), "S02": ("2022-05-02", "")}
    lines = [f"{name},{','.join(spells.get(name, ('', '')))}" for name in prices.symbols]
    (tmp_path / "files" / "universe.csv").write_text("symbol,from,to\n" + "\n".join(lines) + "\n")
    file = tmp_path / "entries.csv"
    words = ("study", "--where", "close > 0", "--source", "files", "--entry", "every", "--csv", str(file))
    assert run(*words).exit_code == 0
    rows = pd.read_csv(file, parse_dates=["session"])
    of = rows.groupby("symbol")["session"]
    assert of.max()["S01"].date() <= date(2022, 3, 31)
    assert of.min()["S02"].date() >= date(2022, 5, 2)
    close = frame(prices)
    session = pd.Timestamp("2022-04-14")
    members = [name for name in close if name not in spells and np.isfinite(close.loc[session, name])]
    forward = close.ffill().shift(-5).loc[session] / close.loc[session] - 1.0
    here = rows[rows["session"] == session].set_index("symbol")
    assert sorted(here.index) == sorted(members)
    np.testing.assert_allclose(here["excess_5"], forward[here.index] - forward[members].mean(), atol=1e-12)


@pytest.mark.usefixtures("cli_home", "prices")
def test_variants_are_counted_and_a_holdout_is_opened_once_and_remembered() -> None:
    def ask(text: str, *words: str) -> dict[str, Any]:
        result = run("study", "--where", text, "--source", "files", "--json", *words)
        assert result.exit_code == 0, result.output
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    alone = ask(TEXT)
    assert alone["trials"]["variants"] == 1
    limit, again = alone["trials"]["thresholds"]["5"], ask(TEXT)["trials"]
    assert limit["naive"] == limit["deflated"]
    assert again["variants"] == 1
    assert alone["holdout"] is None
    for window in (5, 6, 8):
        more = ask(f"close > sma(close, {window})")
    other = ask("rsi(5) < 30")
    assert (more["trials"]["family"], more["trials"]["variants"]) == ("close > sma(close, #)", 4)
    assert (other["trials"]["variants"], other["trials"]["all_variants"]) == (1, 5)
    limit = more["trials"]["thresholds"]["5"]
    found = more["horizons"]["5"]
    error = (found["high"] - found["low"]) / 2 / stats.t.ppf(0.975, found["effective_sessions"] - 1)
    best = 0.4227843350984671 * stats.norm.ppf(1 - 1 / 4) + 0.5772156649015329 * stats.norm.ppf(1 - 1 / (4 * np.e))
    assert limit["naive"] == pytest.approx(stats.norm.ppf(0.95) * error, rel=0.005)
    assert limit["deflated"] == pytest.approx((best + stats.norm.ppf(0.95)) * error, rel=0.005)

    held = ask(TEXT, "--holdout-months", "3")
    assert held["holdout"] == {
        "months": 3, "from": "2022-06-01", "opened": False, "first_opened_at": None, "variants_opened": 0
    }  # fmt: skip
    assert held["to"] == "2022-05-31"
    opened = ask(TEXT, "--holdout-months", "3", "--open-holdout")
    assert opened["from"] == "2022-06-01"
    assert opened["holdout"]["first_opened_at"] is not None
    later = ask("close > sma(close, 9)", "--holdout-months", "3", "--open-holdout")
    assert later["holdout"]["first_opened_at"] == opened["holdout"]["first_opened_at"]
    assert later["holdout"]["variants_opened"] == 2
    assert any("2 times in all" in note for note in later["notes"])
    assert held["entries"] + opened["entries"] == ask(TEXT)["entries"]
    assert run("study", "--where", TEXT, "--source", "files", "--open-holdout").exit_code == 2


@pytest.mark.usefixtures("cli_home", "prices")
def test_kept_answers_neither_lose_nor_double_trials() -> None:
    """An answer that is kept for a while says what was tried since, and asking for it counts; its file does not."""
    asked = {"where": TEXT, "source": "files"}
    with (
        build(load_settings()) as services,
        TestClient(create_api(services), base_url="http://localhost", client=("127.0.0.1", 1)) as client,
    ):

        def ask(**more: object) -> dict[str, Any]:
            answer = client.post("/studies", json=asked | more)
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

        universe = services.catalog.source("files", ScanConfig(source="files")).info().universes[0]

        def times() -> list[int]:
            return [trial.times for trial in services.store.trials("files", universe)]

        assert client.post("/studies.csv", json=asked).status_code == 200
        assert times() == [1]
        first = ask()
        assert (first["universe"], first["trials"]["variants"], times()) == (universe, 1, [2])
        assert client.post("/studies.csv", json=asked | {"to": None}).status_code == 200
        assert times() == [2]
        ask(where="close > sma(close, 8)")
        again = ask()
        assert (again["trials"]["variants"], times()) == (2, [3, 1])
        assert again["horizons"] == first["horizons"]
        assert again["newest_session"] == "2022-08-12"
        opened = [ask(holdout_months=2, open_holdout=True) for _ in range(2)]
        assert any("2 times in all" in note for note in opened[1]["notes"])
