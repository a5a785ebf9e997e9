"""Outcomes of picks on bars made by hand, where every return can be worked out on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind, Outcome, SymbolFailure
from technic_scanner.pipeline.columns import COLUMNS, SCHEMA, Kind
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs.model import DatedRun, PickTable, StoredResult
from technic_scanner.runs.performance.judged_table import JUDGED_SCHEMA, plain
from technic_scanner.runs.performance.judging import RunToJudge, considered, lineage_of
from technic_scanner.runs.performance.judging import judge_runs as judgement
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.runs.performance.performance_report import limits_note, report_performance
from technic_scanner.screening.bars import Panel

SESSIONS = np.busday_offset(np.datetime64("2024-01-02", "D"), np.arange(100))


def judge_runs(runs: Sequence[RunToJudge], panel: Panel) -> pa.Table:
    return judgement(runs, panel).picks


def panel_of(closes: dict[str, list[float]]) -> Panel:
    close = np.array([values + [values[-1]] * (100 - len(values)) for values in closes.values()])
    return Panel(tuple(closes), SESSIONS, close.copy(), close * 1.001, close * 0.999, close, np.full(close.shape, 1e6))


def stored(run_id: str, at: int, picks: list[dict], others: tuple[str, ...] = (), **config: object) -> RunToJudge:
    return RunToJudge.of_stored(result_of(run_id, at, picks, others, **config), None)


def result_of(run_id: str, at: int, picks: list[dict], others: tuple[str, ...] = (), **config: object) -> StoredResult:
    as_of = SESSIONS[at].item()
    rows = [
        {column.name: (None if column.kind in (Kind.TEXT, Kind.FLAG) else 0) for column in COLUMNS}
        | {"Rank": number, "Sector": "Energy", "Signal": "Long", "Tier": "core", "MarketRegime": "uptrend"}
        | pick
        for number, pick in enumerate(picks, start=1)
    ]
    failures = tuple(SymbolFailure(name, "finalization", FailureKind.REJECTED, "x", "x") for name in others)
    return StoredResult(
        run_id, ScanConfig(as_of_date=as_of, **config), Outcome.COMPLETE, "Scan complete.",
        pa.Table.from_pylist(rows, schema=SCHEMA), failures, as_of, "bars", MarketContext(),
    )  # fmt: skip


def long(symbol: str, close: float, score: float = 70.0, **more: object) -> dict:
    plan = {"Close": close, "Entry": close, "Stop": close * 0.9, "Target": close * 1.2}
    return {"Symbol": symbol, "CompositeScore": score, **plan, **more}


def short(symbol: str, close: float, score: float = 70.0) -> dict:
    plan = {"Close": close, "Entry": close, "Stop": close * 1.1, "Target": close * 0.8}
    return {"Symbol": symbol, "CompositeScore": score, "Signal": "Short", **plan}


def test_forward_and_excess_returns_by_hand() -> None:
    panel = panel_of({"A": [100.0] * 11 + [110.0], "B": [50.0] * 11 + [45.0], "C": [10.0]})
    table = judge_runs([stored("r", 10, [long("A", 100.0), short("B", 50.0)], ("C",))], panel)
    universe = (0.10 - 0.10 + 0.0) / 3
    assert table["universe_1"].to_pylist() == pytest.approx([universe] * 2)
    assert table["forward_1"].to_pylist() == pytest.approx([0.10, -0.10])
    assert table["side"].to_pylist() == [1, -1]
    assert table["excess_1"].to_pylist() == pytest.approx([0.10 - universe, 0.10 + universe])
    assert table["exit"].to_pylist() == ["neither", "neither"]


def test_which_of_stop_and_target_came_first() -> None:
    panel = panel_of({"A": [100.0] * 11 + [110.0, 121.0], "B": [100.0] * 11 + [89.0, 130.0]})
    table = judge_runs([stored("r", 10, [long("A", 100.0), long("B", 100.0)])], panel)
    assert table["exit"].to_pylist() == ["target", "stop"]
    assert table["exit_sessions"].to_pylist() == [2, 1]


def test_what_has_not_happened_yet_is_null() -> None:
    panel = panel_of({"A": [100.0]})
    table = judge_runs([stored("r", 98, [long("A", 100.0)])], panel)
    assert table["forward_1"].to_pylist() == [0.0]
    assert table["forward_5"].to_pylist() == [None]
    assert table["held_return"].to_pylist() == [None]
    assert table["exit"].to_pylist() == ["open"]


def test_a_pick_without_bars_is_counted_not_forgotten() -> None:
    panel = panel_of({"A": [100.0] * 11 + [110.0]})
    table = judge_runs([stored("r", 10, [long("GONE", 5.0), long("A", 100.0)])], panel)
    assert table["Symbol"].to_pylist() == ["GONE", "A"]
    assert table["forward_1"].to_pylist() == [None, pytest.approx(0.10)]
    report = report_performance(table, PerformanceQuery(horizon=1))
    assert (report.judged, report.picks.num_rows) == (1, 2)


def test_runs_judged_together_are_judged_as_each_alone() -> None:
    random = np.random.default_rng(6)
    names = [f"S{i}" for i in range(12)]
    panel = panel_of({name: list(100 * np.exp(np.cumsum(random.normal(0, 0.03, 100)))) for name in names})
    runs = []
    for number, at in enumerate((5, 40, 40, 90, 98)):
        chosen = random.permutation([*names, "GONE"]).tolist()
        picks = [(short if random.random() < 0.5 else long)(name, 100.0) for name in chosen[: 2 + number]]
        runs.append(stored(f"r{number}", at, picks, tuple(chosen[7:]), top_n=number + 1))
    alone = pa.concat_tables([judge_runs([run], panel) for run in runs])
    assert plain(judge_runs(runs[::-1], panel)).equals(plain(alone))


def test_a_report_is_the_same_however_its_texts_are_held() -> None:
    closes, scores = scores_and_closes(8)
    panel = panel_of(closes)
    tiers = ("core", "watch", None)
    runs = [
        stored(
            f"r{at}", at,
            [long(s, panel.close[i, at], scores[i], Tier=tiers[i % 3], Sector="" if i % 2 else "Energy")
             for i, s in enumerate(closes)],
        )
        for at in (5, 10, 20)
    ]  # fmt: skip
    shared = judge_runs(runs, panel)
    in_parts = pa.concat_tables([shared.slice(0, 30), shared.slice(30)])
    for query in (
        PerformanceQuery(horizon=5),
        PerformanceQuery(horizon=1, tiers=("core",)),
        PerformanceQuery(since=SESSIONS[8].item()),
    ):
        one, *others = (report_performance(table, query) for table in (shared, plain(shared), in_parts))
        assert one.judged
        for other in others:
            assert plain(one.picks).equals(plain(other.picks))
            for name in ("runs", "dates", "ic", "ic_test", "hit", "excess", "quantiles", "exits", "groups"):
                assert getattr(one, name) == getattr(other, name), name
            assert one.equity is not None
            assert other.equity is not None
            assert one.equity.dates == other.equity.dates
            np.testing.assert_array_equal(one.equity.curve.picks, other.equity.curve.picks)
    groups = {
        (item.group, item.value): item.excess.n
        for item in report_performance(shared, PerformanceQuery(horizon=1)).groups
    }
    assert groups["tier", "unknown"] == 30
    assert groups["sector", "unknown"] == 45


def test_what_all_picks_of_a_run_share_is_held_once() -> None:
    panel = panel_of({"A": [100.0], "B": [50.0]})
    runs = [stored(f"r{at}", at, [long("A", 100.0), long("B", 50.0)]) for at in (10, 98)]
    table = judge_runs(runs, panel)
    assert table.schema == JUDGED_SCHEMA
    assert table["next_as_of"].to_pylist() == [SESSIONS[98].item()] * 2 + [None] * 2
    assert table["universe_5"].to_pylist() == [0.0, 0.0, None, None]
    places = [table[name].chunk(0).indices.buffers()[1].address for name in ("run_id", "as_of", "universe_5")]
    assert len(set(places)) == 1


def test_lineage_leaves_out_the_as_of_date_only() -> None:
    assert lineage_of(ScanConfig(as_of_date=date(2024, 1, 2))) == lineage_of(ScanConfig())
    assert lineage_of(ScanConfig(top_n=3)) != lineage_of(ScanConfig())


def test_equity_holds_each_pick_to_the_next_run() -> None:
    panel = panel_of({"A": [100.0] * 11 + [110.0] * 10 + [99.0], "B": [50.0]})
    runs = [
        stored(name, at, [long("A", panel.close[0, at])], ("B",)) for name, at in (("r1", 10), ("r2", 20), ("r3", 30))
    ]
    report = report_performance(judge_runs(runs, panel), PerformanceQuery(horizon=5, cost_bps=0.0))
    assert report.equity is not None
    assert list(report.equity.curve.picks) == pytest.approx([1.0, 1.10, 1.10 * 0.9])
    assert list(report.equity.curve.universe) == pytest.approx([1.0, 1.05, 1.05 * 0.95])
    assert report.equity.dates == tuple(SESSIONS[[10, 20, 30]].tolist())
    costly = report_performance(judge_runs(runs, panel), PerformanceQuery(horizon=5, cost_bps=50.0))
    assert costly.equity is not None
    assert costly.equity.curve.picks[-1] < report.equity.curve.picks[-1]


def test_a_run_without_picks_in_the_filter_is_a_period_in_cash() -> None:
    panel = panel_of({"A": [100.0] * 11 + [110.0] * 10 + [99.0] * 10 + [198.0], "B": [50.0]})
    tiers = ("core", "watch", "core")
    runs = [
        stored(f"r{at}", at, [long("A", panel.close[0, at], Tier=tier)], ("B",))
        for at, tier in zip((10, 20, 30), tiers, strict=True)
    ]
    runs.append(stored("r40", 40, [long("B", 50.0)], ("A",)))
    report = report_performance(judge_runs(runs, panel), PerformanceQuery(horizon=5, cost_bps=0.0, tiers=("core",)))
    assert report.equity is not None
    assert report.equity.dates == tuple(SESSIONS[[10, 20, 30, 40]].tolist())
    assert list(report.equity.curve.picks) == pytest.approx([1.0, 1.10, 1.10, 2.20])
    assert list(report.equity.curve.universe) == pytest.approx([1.0, 1.05, 1.05 * 0.95, 1.05 * 0.95 * 1.5])


def test_a_pick_that_stops_trading_is_held_to_its_last_close() -> None:
    panel = panel_of({"A": [100.0] * 11 + [40.0], "B": [50.0]})
    for values in (panel.open, panel.high, panel.low, panel.close, panel.volume):
        values[0, 12:] = np.nan
    runs = [stored("r1", 10, [long("A", 100.0)], ("B",)), stored("r2", 20, [long("B", 50.0)])]
    table = judge_runs(runs, panel)
    assert table["held_return"].to_pylist()[0] == pytest.approx(-0.6)
    assert table["universe_held_return"].to_pylist()[0] == pytest.approx(-0.3)
    assert table["forward_5"].to_pylist()[0] == pytest.approx(-0.6)
    report = report_performance(table, PerformanceQuery(horizon=5))
    assert (report.judged, report.hit.mean) == (2, 0.0), "it is part of the hit rate, with its loss"


def test_what_passed_the_universe_filters_is_the_universe_and_no_more() -> None:
    panel = panel_of({"A": [100.0] * 11 + [110.0], "B": [50.0] * 11 + [45.0], "C": [10.0] * 11 + [30.0]})
    found = result_of("r", 10, [long("A", 100.0)], ("B",))
    left_out = SymbolFailure("C", "universe_loading", FailureKind.REJECTED, "sector", "another sector")
    run = RunToJudge.of_stored(replace(found, failures=(left_out, *found.failures)), None)
    assert considered([run]) == ("A", "B")
    assert judge_runs([run], panel)["universe_1"].to_pylist() == pytest.approx([0.0])


def test_outcomes_agree_with_pandas_where_symbols_end_pause_and_jump() -> None:
    random = np.random.default_rng(11)
    names = [f"S{i:02d}" for i in range(40)]
    panel = panel_of({name: list(20 * np.exp(np.cumsum(random.normal(0, 0.04, 100)))) for name in names})
    for row, (first, last) in enumerate([(30, 100), (12, 15), (40, 100)]):
        for values in (panel.open, panel.high, panel.low, panel.close, panel.volume):
            values[row, first:last] = np.nan
    panel.close[3, 25:] *= 1500.0
    at, ends, picked, others = 10, SESSIONS[41], names[:9], names[9:30]
    runs = [
        stored(
            "r", at, [(long if i % 2 else short)(s, panel.close[i, at]) for i, s in enumerate(picked)], tuple(others)
        ),
        stored("next", 41, [long("S30", panel.close[30, 41])]),
    ]
    picks, of_runs = judgement(runs, panel)

    held = pd.DataFrame(panel.close.T, SESSIONS, names).ffill()
    first = held.loc[SESSIONS[at]]
    for horizon in (1, 5, 10, 21, 63):
        returns = held.iloc[at + horizon] / first - 1
        assert picks[f"forward_{horizon}"].to_pylist()[:9] == pytest.approx(returns[picked].clip(upper=3.0), abs=1e-12)
        universe = returns[[*picked, *others]]
        assert picks[f"universe_{horizon}"][0].as_py() == pytest.approx(universe.clip(upper=3.0).mean(), abs=1e-12)
        assert of_runs[f"limited_{horizon}"].to_pylist()[0] == (universe > 3.0).sum()
    change = (held.loc[ends] / first - 1).clip(upper=3.0)
    assert picks["held_return"].to_pylist()[:9] == pytest.approx(change[picked], abs=1e-12)
    assert of_runs["universe_held_return"].to_pylist() == [
        pytest.approx(change[[*picked, *others]].mean(), abs=1e-12),
        None,
    ]
    report = report_performance(picks, PerformanceQuery(horizon=21), known_runs=of_runs)
    assert (report.limited, report.universe_limited) == (1, 1)
    assert limits_note(report) == ("Returns above +300% count as +300%: 1 of the picks and 1 of their universes.",)


def test_a_symbol_whose_bars_were_not_asked_for_has_not_stopped_trading() -> None:
    panel = panel_of({"A": [100.0], "B": [50.0]})
    panel.close[1, 12:] = np.nan
    run = stored("r", 10, [long("A", 100.0), long("B", 50.0)])
    dead = judgement([run], panel, SESSIONS[[99, 99]]).picks
    unknown = judgement([run], panel, SESSIONS[[99, 13]]).picks
    assert dead["forward_5"].to_pylist() == [0.0, 0.0]
    assert unknown["forward_5"].to_pylist() == [0.0, None]
    assert unknown["forward_1"].to_pylist() == [0.0, 0.0]


def test_only_what_could_be_bought_is_the_universe() -> None:
    panel = panel_of({"A": [100.0], "B": [50.0] * 11 + [55.0], "C": [1.0] * 11 + [3.0], "D": [1.0] * 11 + [2.0]})
    found = result_of("r", 10, [long("A", 100.0)], ("B",))
    cheap = SymbolFailure("C", "finalization", FailureKind.REJECTED, "price_below_minimum", "cheap")
    split = SymbolFailure("D", "finalization", FailureKind.REJECTED, "no_signal", "flagged")
    failed = pa.table(
        {
            "symbol": ["B", "C", "D"],
            "stage": ["finalization"] * 3,
            "reason": ["no_signal", "price_below_minimum", "no_signal"],
            "flags": [None, "", "pinned unadjusted_split"],
        }
    )
    run = RunToJudge.of(DatedRun("r", found.config, found.as_of), "l", PickTable("r", found.table, failed))
    assert considered([run]) == ("A", "B")
    assert judge_runs([run], panel)["universe_1"].to_pylist() == pytest.approx([0.05])
    plain_run = RunToJudge.of_stored(replace(found, failures=(cheap, split, *found.failures)), None)
    assert considered([plain_run]) == ("A", "B", "D")


def test_directions_are_never_pooled() -> None:
    panel = panel_of({"A": [100.0] * 11 + [110.0], "B": [50.0]})
    runs = [stored(f"l{at}", at, [long("A", 100.0)], ("B",)) for at in (10, 20)]
    runs += [stored(f"b{at}", at, [short("A", 100.0)], ("B",), direction="both") for at in (10, 20, 30)]
    picks, of_runs = judgement(runs, panel)
    most = report_performance(picks, PerformanceQuery(horizon=1), known_runs=of_runs)
    assert (most.direction, most.runs, set(most.picks["direction"].to_pylist())) == ("both", 3, {"both"})
    assert most.notes == ("These are the runs of direction both; runs of other directions are left out: long 2.",)
    asked = report_performance(picks, PerformanceQuery(horizon=1, direction="long"), known_runs=of_runs)
    assert (asked.direction, asked.runs, asked.judged, asked.notes) == ("long", 2, 2, ())


def test_a_run_without_picks_counts_and_is_a_period_in_cash() -> None:
    panel = panel_of({"A": [100.0] * 11 + [110.0] * 10 + [99.0] * 10 + [198.0], "B": [50.0]})
    runs = [stored(f"r{at}", at, [long("A", panel.close[0, at])], ("B",)) for at in (10, 30)]
    runs += [stored("none", 20, [], ("A", "B")), stored("r40", 40, [long("B", 50.0)], ("A",))]
    picks, of_runs = judgement(runs, panel)
    report = report_performance(picks, PerformanceQuery(horizon=5, cost_bps=0.0), known_runs=of_runs)
    assert (report.runs, report.picks.num_rows) == (4, 3)
    assert report.equity is not None
    assert report.equity.dates == tuple(SESSIONS[[10, 20, 30, 40]].tolist())
    assert list(report.equity.curve.picks) == pytest.approx([1.0, 1.10, 1.10, 2.20])


def test_a_universe_member_that_stops_trading_counts_to_its_last_close() -> None:
    panel = panel_of({"A": [100.0], "B": [50.0] * 11 + [20.0], "C": [10.0]})
    for values in (panel.open, panel.high, panel.low, panel.close, panel.volume):
        values[1, 12:] = np.nan
        values[2, :12] = np.nan  # not listed yet
    table = judge_runs([stored(f"r{at}", at, [long("A", 100.0)], ("B", "C")) for at in (10, 20)], panel)
    assert table["universe_held_return"].to_pylist() == [pytest.approx(-0.3), None]


def test_a_run_dated_before_the_first_bar_is_counted_and_knows_nothing() -> None:
    panel = panel_of({"A": [100.0]}).window(50, 100)
    table = judge_runs([stored("r", 10, [long("A", 100.0)])], panel)
    row = table.to_pylist()[0]
    assert (row["forward_1"], row["universe_1"], row["exit"], row["exit_sessions"]) == (None, None, "unknown", None)


def test_equity_follows_the_lineage_with_the_most_runs_and_counts_the_others() -> None:
    panel = panel_of({"A": [100.0] * 11 + [110.0], "B": [50.0]})
    runs = [stored(f"r{at}", at, [long("A", 100.0)], ("B",)) for at in (10, 20, 30)]
    runs += [
        stored(f"p{at}", at, [long("B", 50.0)], ("A",), strategy_profile_name="position") for at in (10, 20)
    ]  # fmt: skip
    report = report_performance(judge_runs(runs, panel), PerformanceQuery(horizon=5))
    assert report.equity is not None
    assert (report.equity.profile, report.equity.others) == ("short_term_swing", 1)
    assert len(report.equity.dates) == 3


def scores_and_closes(seed: int, count: int = 30) -> tuple[dict[str, list[float]], np.ndarray]:
    random = np.random.default_rng(seed)
    closes = {f"S{i:02d}": [100.0] * 11 + [float(value)] for i, value in enumerate(random.normal(100, 10, count))}
    return closes, random.uniform(40, 90, count)


def test_a_shorts_score_counts_as_the_opposite_of_a_longs() -> None:
    closes, scores = scores_and_closes(4)
    panel = panel_of(closes)
    run = stored(
        "r", 10,
        [short(s, 100.0, 100.0 - score) if score < 50 else long(s, 100.0, score)
         for s, score in zip(closes, scores, strict=True)],
    )  # fmt: skip
    report = report_performance(judge_runs([run], panel), PerformanceQuery(horizon=1))
    assert report.ic[0].ic == pytest.approx(stats.spearmanr(scores, panel.close[:, 11]).statistic, abs=1e-12)


def test_runs_of_one_date_are_one_proof() -> None:
    closes, scores = scores_and_closes(5)
    panel = panel_of(closes)

    def run(name: str, at: int, values: np.ndarray, **config: object) -> RunToJudge:
        return stored(
            name, at, [long(s, panel.close[i, at], values[i]) for i, s in enumerate(closes)], **config
        )  # fmt: skip

    alone = [run("a", 10, scores), run("b", 20, scores)]
    twins = [run("c", 10, scores, top_n=7), run("d", 20, scores, top_n=7)]
    one = report_performance(judge_runs(alone, panel), PerformanceQuery(horizon=1))
    both = report_performance(judge_runs([*alone, *twins], panel), PerformanceQuery(horizon=1))
    assert (one.dates, both.dates, both.runs) == (2, 2, 4)
    assert [(point.ic, point.runs) for point in both.ic] == [(one.ic[0].ic, 2), (None, 2)]
    assert both.ic_test.n == one.ic_test.n == 1
    assert both.excess.n == 2 * one.excess.n
    assert (both.excess.low, both.excess.high) == pytest.approx((one.excess.low, one.excess.high))


def test_quantiles_are_cut_within_each_run() -> None:
    flat = {f"S{i}": [100.0] for i in range(6)}
    closes = flat | {"S4": [100.0] * 11 + [120.0], "S5": [100.0] * 11 + [140.0]}
    panel = panel_of(closes)

    def run(name: str, at: int, base: float) -> RunToJudge:
        return stored(name, at, [long(s, panel.close[i, at], base + i) for i, s in enumerate(closes)])

    report = report_performance(
        judge_runs([run("a", 10, 50.0), run("b", 20, 80.0)], panel), PerformanceQuery(horizon=1, quantiles=3)
    )
    # By pooled scores the second run would fill the upper groups alone.
    assert [group.n for group in report.quantiles] == [4, 4, 4]
    assert [group.mean for group in report.quantiles] == pytest.approx([-0.05, -0.05, 0.10])


def test_the_rank_ic_is_spearmans() -> None:
    random = np.random.default_rng(3)
    closes = {f"S{i}": [100.0] * 11 + [float(value)] for i, value in enumerate(random.normal(100, 10, 30))}
    scores = random.uniform(40, 90, 30)
    panel = panel_of(closes)
    run = stored("r", 10, [long(symbol, 100.0, score) for symbol, score in zip(closes, scores, strict=True)])
    report = report_performance(judge_runs([run], panel), PerformanceQuery(horizon=1))
    assert report.ic[0].n == 30
    assert report.ic[0].ic == pytest.approx(stats.spearmanr(scores, panel.close[:, 11]).statistic, abs=1e-12)


def test_filters_and_groups() -> None:
    panel = panel_of({"A": [100.0] * 11 + [110.0], "B": [50.0] * 11 + [45.0]})
    run = stored("r", 10, [long("A", 100.0), long("B", 50.0, Sector="Utilities", Tier="watch")])
    table = judge_runs([run], panel)
    report = report_performance(table, PerformanceQuery(horizon=1))
    found = {(item.group, item.value): item.excess.mean for item in report.groups}
    assert found["sector", "Energy"] == pytest.approx(0.10)
    assert found["sector", "Utilities"] == pytest.approx(-0.10)
    assert report.hit.mean == 0.5
    only = report_performance(table, PerformanceQuery(horizon=1, tiers=("watch",)))
    assert only.picks["Symbol"].to_pylist() == ["B"]
    assert report_performance(table, PerformanceQuery(horizon=1, top_n=1)).picks["Symbol"].to_pylist() == ["A"]
    assert report_performance(table, PerformanceQuery(horizon=1, since=date(2025, 1, 1))).judged == 0


def test_nothing_to_judge_is_a_report_of_unknowns() -> None:
    report = report_performance(judge_runs([], Panel.empty()), PerformanceQuery())
    assert (report.runs, report.judged, report.equity) == (0, 0, None)
    assert report.hit.mean is None
    assert report.ic_test.t_stat is None


def test_another_horizon_is_refused() -> None:
    with pytest.raises(ValueError, match="horizon 7"):
        report_performance(judge_runs([], Panel.empty()), PerformanceQuery(horizon=7))
