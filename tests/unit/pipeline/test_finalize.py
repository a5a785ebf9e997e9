"""What a whole scan says of its picks: small universes, missing inputs, few signals, macro context, portfolios."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.columns import COLUMN_BY_NAME, Kind
from technic_scanner.pipeline.ports import MacroSeries
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.pipeline.table import SECTOR_CAP, WEIGHT_COLUMNS
from technic_scanner.screening.bars import Panel
from technic_scanner.testing.fakes import ScriptedSource, random_panel
from technic_scanner.testing.scans import SECTORS, SYMBOLS, Bench

EVERY_ROW = ScanConfig(direction="both", top_n=None)
NEVER_UNKNOWN = (
    *("Rank", "CompositeScore", "TechRating", "AlphaScore", "Close", "Entry", "Stop", "Target", "RewardRisk"),
    *("PositionSize", "PositionValue", "RiskAmount", *WEIGHT_COLUMNS.values()),
)


def scanned(panel: Panel, config: ScanConfig = EVERY_ROW, sectors: dict[str, str] = SECTORS, **more) -> ScanResult:
    return Bench(source=ScriptedSource(panel, sectors, **more)).scan(config)


def nothing_needed_is_unknown(result: ScanResult) -> None:
    for name in NEVER_UNKNOWN:
        values = np.array(result.table[name].to_pylist(), dtype=float)
        assert np.isfinite(values).all(), name
    for name, column in COLUMN_BY_NAME.items():
        if column.kind is Kind.NUMBER:
            assert not np.isinf(np.array(result.table[name].to_pylist(), dtype=float)).any(), name
    texts = ("Signal", "Tier", "TierReasons", "Rationale", "Explanation", "SizeLimitedBy", "MarketRegime")
    for name in texts:
        assert all(result.table[name].to_pylist()), name


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("sector_neutral", [False, True])
def test_small_universes_and_one_sector(count: int, sector_neutral: bool) -> None:
    names = SYMBOLS[:count]
    config = ScanConfig(direction="both", top_n=None, sector_neutral=sector_neutral)
    result = scanned(random_panel(names), config, dict.fromkeys(names, "Energy"))
    assert result.all_rows().num_rows == count
    nothing_needed_is_unknown(result)


def test_a_column_that_is_constant_or_missing_leaves_the_others_standing() -> None:
    panel = random_panel(SYMBOLS)
    for values in (panel.open, panel.high, panel.low, panel.close):
        values[3] = 25.0  # never moves
    panel.volume[7] = 0.0  # never trades
    panel.close[11, :200] = panel.open[11, :200] = panel.high[11, :200] = panel.low[11, :200] = np.nan
    panel.volume[11, :200] = np.nan  # listed sixty sessions ago
    result = scanned(panel, ScanConfig(direction="both", top_n=None, min_dollar_volume=0.0))
    assert result.all_rows().num_rows == len(SYMBOLS)
    nothing_needed_is_unknown(result)
    same = scanned(panel.take([3] * 1), ScanConfig(direction="both", top_n=None))
    nothing_needed_is_unknown(same)


def test_a_row_names_the_inputs_that_it_lacks() -> None:
    panel = random_panel(SYMBOLS)
    for values in (panel.open, panel.high, panel.low, panel.close, panel.volume):
        values[5, :140] = np.nan
    rows = {row["Symbol"]: row for row in scanned(panel).all_rows().to_pylist()}
    assert rows["S04"]["MissingInputs"] == ""
    assert rows["S05"]["MissingInputs"] == (
        "sma_200, momentum_12_1, high_252_distance, low_252_distance"
    )  # fmt: skip
    assert rows["S05"]["Bars"] == 120
    assert "without" not in rows["S05"]["Explanation"]


def test_the_explanation_adds_up() -> None:
    rows = scanned(random_panel(SYMBOLS)).table.to_pylist()
    assert {row["Target"] > row["Entry"] for row in rows} == {True, False}
    for row in rows:
        rating, score = row["Explanation"].split("; ")
        assert rating.startswith(f"TechRating {row['TechRating']:.1f} = ")
        assert _sum_of(rating) == f"{row['TechRating']:.1f}"
        assert (" = 100 - " in score) is (row["Target"] < row["Entry"])
        assert score.startswith(f"score {row['CompositeScore']:.1f} = ")
        assert _sum_of(score) == f"{row['CompositeScore']:.1f}"


def _sum_of(sentence: str) -> str:
    """Return what the points after the equals sign come to, as they are printed."""
    sides = re.sub(r"\(.*?\)", "", sentence.split(" = ")[1])
    return (
        f"{sum(float(sign + points) for sign, points in re.findall(r'([+-]?) ?(?:[A-Za-z]+ )?([0-9.]+)', sides)):.1f}"
    )


def test_shorts_occur_as_readily_as_longs() -> None:
    panel = random_panel([f"T{i:03d}" for i in range(200)])
    signals = scanned(panel, EVERY_ROW, {}).table["Signal"].to_pylist()
    assert signals.count("Short") + signals.count("Strong Short") > 10
    assert signals.count("Long") + signals.count("Strong Long") > 10
    only = scanned(panel, ScanConfig(direction="short", top_n=None), {}).table.to_pylist()
    assert all(row["Target"] < row["Entry"] < row["Stop"] for row in only)


def test_rows_without_a_signal_are_no_picks_but_are_kept() -> None:
    falling = random_panel(SYMBOLS)
    slide = np.exp(-0.01 * np.arange(260))
    panel = Panel(
        falling.symbols, falling.sessions,
        *(getattr(falling, name) * slide + 2.0 for name in ("open", "high", "low", "close")), falling.volume,
    )  # fmt: skip
    result = scanned(panel, ScanConfig(direction="long", top_n=5))
    assert (result.outcome, result.table.num_rows) == (Outcome.EMPTY, 0)
    assert result.status_text == "No results: no signal: 40."
    assert "0 of 40 rows have a signal." in result.context.notes
    rows = result.all_rows().to_pylist()
    assert [row["Rank"] for row in rows] == list(range(1, 41))
    assert {(row["Tier"], row["Signal"], row["NotPicked"]) for row in rows} == {("watch", "Neutral", "no_signal")}
    assert all("below the 60 that a signal needs" in row["NotPickedReason"] for row in rows)


def test_an_empty_result_says_what_removed_how_many() -> None:
    result = scanned(random_panel(SYMBOLS), ScanConfig(min_price=1e6))
    assert result.table.num_rows == 0
    assert result.status_text == "No results: price below minimum: 40."


class MacroSource(ScriptedSource):
    """A source that carries a VIX."""

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:
        last = self.panel.sessions[-1:]
        return (MacroSeries("VIX", last, np.array([self.vix])),)

    vix = 15.0


def test_a_high_vix_halves_sizes_and_says_so() -> None:
    panel = random_panel(SYMBOLS)
    calm, wild = MacroSource(panel, SECTORS), MacroSource(panel, SECTORS)
    wild.vix = 41.0
    before, after = Bench(source=calm).scan(EVERY_ROW), Bench(source=wild).scan(EVERY_ROW)
    assert dict(after.context.facts)["VIX"] == 41.0
    assert any("VIX at 41.0 counts as high volatility" in note for note in after.context.notes)
    assert any("VIX at 15.0 changes nothing" in note for note in before.context.notes)
    risk = [sum(result.table["RiskAmount"].to_pylist()) for result in (before, after)]
    assert risk[1] == pytest.approx(0.5 * risk[0], rel=0.1)
    unknown = Bench().scan(EVERY_ROW)
    assert dict(unknown.context.facts)["VIX"] is None
    assert any("VIX is unknown" in note for note in unknown.context.notes)


def with_benchmark(ends: int) -> Panel:
    """Return forty symbols and SPY, which falls throughout and has no bar in the last ``ends`` sessions."""
    panel = random_panel((*SYMBOLS, "SPY"))
    slide = 400.0 * np.exp(-0.004 * np.arange(260))
    for values in (panel.open, panel.high, panel.low, panel.close):
        values[-1] = slide
    for values in (panel.open, panel.high, panel.low, panel.close, panel.volume):
        values[-1, 260 - ends :] = np.nan
    return panel


@pytest.mark.parametrize(("ends", "name"), [(0, "(SPY)"), (5, "(SPY)"), (30, "for SPY ends on")])
def test_a_benchmark_that_ended_does_not_speak_for_today(ends: int, name: str) -> None:
    result = scanned(with_benchmark(ends), benchmark_symbol="SPY")
    assert name in result.context.notes[0]
    assert (result.context.regime_trend == "down") is (name == "(SPY)")


def test_macro_values_after_the_newest_session_are_not_those_of_the_scan() -> None:
    class Later(MacroSource):
        def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:
            days = self.panel.sessions[-1] + np.array([-1, 30])
            return (MacroSeries("VIX", days, np.array([17.0, 55.0])),)

    facts = dict(Bench(source=Later(random_panel(SYMBOLS), SECTORS)).scan(EVERY_ROW).context.facts)
    assert facts["VIX"] == 17.0


def test_weights_respect_the_sector_cap_and_say_what_stays_in_cash() -> None:
    result = scanned(random_panel(SYMBOLS), EVERY_ROW, dict.fromkeys(SYMBOLS, "Energy"))
    for name in WEIGHT_COLUMNS.values():
        assert sum(result.table[name].to_pylist()) == pytest.approx(SECTOR_CAP)
    cash = f"The caps leave {1 - SECTOR_CAP:.1%} in cash."
    assert [note for note in result.context.notes if note.endswith(cash)] == [
        f"Portfolio by {name}: {cash}" for name in ("equal", "score", "inverse volatility", "risk parity")
    ]


def test_a_position_has_no_more_weight_than_the_config_allows() -> None:
    config = ScanConfig(direction="both", top_n=4, max_position_pct=15.0)
    result = scanned(random_panel(SYMBOLS), config, {})
    for name in WEIGHT_COLUMNS.values():
        assert max(result.table[name].to_pylist()) == pytest.approx(0.15)
    assert any(note.endswith("The caps leave 40.0% in cash.") for note in result.context.notes)


def test_what_is_relative_to_a_benchmark_is_unknown_where_it_has_no_bar_on_the_last_day() -> None:
    ended = scanned(with_benchmark(1), benchmark_symbol="SPY").table
    whole = scanned(with_benchmark(0), benchmark_symbol="SPY").table
    for name in ("Beta252", "RelativeStrength63"):
        assert set(ended[name].to_pylist()) == {None}
        assert None not in whole[name].to_pylist()


def test_sizes_fit_one_account_where_that_is_asked_for() -> None:
    panel = random_panel(SYMBOLS)
    alone = scanned(panel).table.to_pandas()
    config = ScanConfig(direction="both", top_n=None, position_sizing="account", total_risk_pct=3.0)
    shared = scanned(panel, config).table.to_pandas()
    assert alone["PositionValue"].sum() > 10_000.0
    assert shared["PositionValue"].sum() <= 10_000.0
    assert shared["RiskAmount"].sum() <= 300.0
    assert (shared["PositionSize"] <= alone["PositionSize"]).all()
    assert shared["PositionSize"][0] == alone["PositionSize"][0]
    cut = shared["PositionSize"] < alone["PositionSize"]
    assert set(shared["SizeLimitedBy"][cut]) <= {"account", "total_risk"}
    assert shared["Rationale"][cut].str.contains("for which the better picks leave").all()
    assert shared["Rank"].tolist() == alone["Rank"].tolist()


def test_every_scanned_symbol_has_a_row_and_each_that_is_no_pick_a_reason() -> None:
    panel = random_panel((*SYMBOLS, "LATE"))
    for values in (panel.open, panel.high, panel.low, panel.close, panel.volume):
        values[5, -3:] = np.nan
        values[-1, :245] = np.nan
    config = ScanConfig(direction="both", top_n=6, min_tech_rating=60.0)
    result = scanned(panel, config, SECTORS | {"LATE": "Energy"})
    rows = result.all_rows().to_pandas()
    assert sorted(rows["Symbol"]) == sorted(panel.symbols)
    assert rows["Picked"].tolist() == [True] * 6 + [False] * 35
    ranked = rows["Rank"].notna()
    assert rows["Rank"][ranked].tolist() == list(range(1, ranked.sum() + 1))
    unranked = {"too_few_bars", "no_recent_bar", "rating_below_minimum"}
    assert set(rows["NotPicked"][~ranked]) == unranked
    assert set(rows["NotPicked"][ranked & ~rows["Picked"]]) <= {"no_signal", "below_top_n"}
    said = {failure.symbol: failure.detail for failure in result.failures}
    left = rows[~rows["Picked"]].set_index("Symbol")
    assert left["NotPickedReason"].to_dict() == said
    behind = left[left["NotPicked"] == "below_top_n"]
    assert behind["Signal"].ne("Neutral").all()
    assert (behind["Rank"] > 6).all()
    assert left[["Entry", "Stop", "Target", "TechRating"]].drop("S05").notna().all().all()
    assert left.loc["S05", ["Close", "Entry"]].isna().all()
    assert left["Rationale"].str.len().gt(0).all()
    weights = list(WEIGHT_COLUMNS.values())
    assert rows[weights].notna().all(axis=1).tolist() == rows["Picked"].tolist()
