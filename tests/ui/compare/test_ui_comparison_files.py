"""The files of a comparison have every field that differs and every stage, in full precision, by the runs' ids."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pytest
import streamlit as st

from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.timings.compare import compare_runs
from technic_scanner.ui.compare.comparison_files import csv_of, differences_table, stages_table
from tests.ui import builders

FIRST = builders.record("01FIRST")
MANY = tuple(f"S{number}" for number in range(40))
OTHER = builders.record(
    "01OTHER",
    config=ScanConfig(symbols=MANY, top_n=3),
    metrics=replace(builders.metrics(), total_seconds=12.34567890123),
)
COMPARISON = compare_runs([(FIRST, None), (OTHER, None)])


def read(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(csv_of(frame)))


def test_lists_are_whole_and_what_is_empty_stays_empty() -> None:
    found = read(differences_table(COMPARISON)).set_index("Field")
    assert found.loc["symbols", "01OTHER"] == ", ".join(MANY)
    assert pd.isna(found.loc["symbols", "01FIRST"])
    assert found.loc["top_n", "01OTHER"] == "3"


def test_seconds_and_differences_are_not_rounded() -> None:
    found = read(stages_table(COMPARISON)).set_index("Stage")
    assert found.loc["total", "01OTHER seconds"] == 12.34567890123
    assert found.loc["total", "01OTHER delta seconds"] == pytest.approx(2.34567890123, abs=1e-12)
    assert found.loc["total", "01OTHER delta share"] == pytest.approx(0.234567890123, abs=1e-12)


def test_runs_of_one_config_have_a_file_of_the_header_alone() -> None:
    same = compare_runs([(FIRST, None), (builders.record("01SAME"), None)])
    assert list(read(differences_table(same)).columns) == ["Field", "01FIRST", "01SAME"]


def test_any_compared_run_opens_the_form(seeded, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    went: list[str] = []
    monkeypatch.setattr(st, "switch_page", lambda page, **_: went.append(page))  # AppTest stays where it is
    run = seeded.scanned(ScanConfig(symbols=("AAPL", "MSFT"), top_n=2), label="Two")
    whole = next(item for item in seeded.services.service.list().records if item.label == "Whole sample")
    app = open_page("compare", runs=f"{whole.run_id},{run.run_id}")
    app.button(key=f"compare_edit_{run.run_id}").click().run()
    assert went == ["pages/scan.py"]
    app.switch_page("pages/scan.py").run()
    assert not app.exception
    assert app.number_input(key="form_top_n").value == 2
