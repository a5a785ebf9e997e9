"""One judgement per symbol: what is scanned beside it changes no number of its row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.sample.source import SampleSource
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.universe import Universe
from technic_scanner.errors import SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import MessageSink, PriceBatch
from technic_scanner.pipeline.reference import from_bytes, to_bytes
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.screening.panel_build import panel_from_rows
from technic_scanner.testing.fakes import MemoryCache, ScriptedSource, random_panel
from technic_scanner.testing.scans import SECTORS, SYMBOLS, Bench

EVERY_ROW = ScanConfig(direction="both", top_n=None)
REAL = Path(__file__).parents[4] / "shared" / "data"
# What a row may owe to the others that are scanned.
RELATIVE = {
    "Rank",
    "Picked",
    "NotPicked",
    "NotPickedReason",
    "WeightEqual",
    "WeightScore",
    "WeightInverseVol",
    "WeightRiskParity",
}


def rows_of(result: ScanResult) -> dict[str, dict[str, object]]:
    """Return the rows with a score by symbol, without what is relative to the others."""
    return {
        row["Symbol"]: {name: value for name, value in row.items() if name not in RELATIVE}
        for row in result.all_rows().to_pylist()
        if row["CompositeScore"] is not None
    }


def same(some: dict[str, dict[str, object]], whole: dict[str, dict[str, object]]) -> None:
    for symbol, row in some.items():
        for name, value in row.items():
            other = whole[symbol][name]
            assert value == (pytest.approx(other, rel=1e-9, abs=1e-9) if isinstance(other, float) else other), (
                symbol,
                name,
            )


def gappy_market() -> Panel:
    """Return forty symbols, some of them listed late, halted, ended or traded on weekends too."""
    panel = random_panel(SYMBOLS, sessions=380)
    always = panel.sessions[0] + np.arange(int((panel.sessions[-1] - panel.sessions[0]).astype(int)) + 2)
    random = np.random.default_rng(3)
    arrays = []
    present = np.zeros((len(SYMBOLS), len(always)), dtype=bool)
    present[:, np.searchsorted(always, panel.sessions)] = True
    present[3, : len(always) // 2] = False
    present[4] &= random.random(len(always)) > 0.3
    present[5, -60:] = False
    present[6, -3:] = False
    present[7:10] = True
    at = np.searchsorted(panel.sessions, always, side="right") - 1
    for name in FIELDS:
        arrays.append(np.where(present, getattr(panel, name)[:, at], np.nan))
    return Panel(SYMBOLS, always, *arrays)


MARKETS = {"one calendar": random_panel(SYMBOLS), "many calendars": gappy_market()}


@pytest.mark.parametrize("market", MARKETS)
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_watchlist_changes_no_number_of_a_row(market: str, data: st.DataObject) -> None:
    config = replace(
        EVERY_ROW, sector_neutral=data.draw(st.booleans()), lookback_sessions=data.draw(st.sampled_from([60, 300]))
    )
    source = ScriptedSource(MARKETS[market], dict(SECTORS))
    cache = MemoryCache()
    order = data.draw(st.permutations(["whole", "list", "sector"]))
    watched = tuple(data.draw(st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=6, unique=True)))
    configs = {
        "whole": config,
        "list": replace(config, symbols=watched),
        "sector": replace(config, sectors=("Energy",)),
    }
    found = {name: Bench(source=source, cache=cache).scan(configs[name]) for name in order}
    assert len(rows_of(found["whole"])) >= 35
    for name in ("list", "sector"):
        same(rows_of(found[name]), rows_of(found["whole"]))
        about, whole = found[name].context, found["whole"].context
        assert (about.market_regime, about.facts, about.reference, about.reference_count) == (
            whole.market_regime,
            whole.facts,
            whole.reference,
            whole.reference_count,
        )
    assert set(rows_of(found["list"])) == set(watched) & set(rows_of(found["whole"]))


@pytest.fixture(scope="module")
def sample() -> tuple[Bench, dict[str, dict[str, object]]]:
    """The real bars of the installed sample, and its rows when everything is scanned."""
    bench = Bench(source=SampleSource())  # type: ignore[arg-type] - any source
    return bench, rows_of(bench.scan(EVERY_ROW, RunOptions()))


@settings(deadline=None, max_examples=10)
@given(data=st.data())
def test_a_watchlist_of_real_stocks_changes_no_number_of_a_row(
    sample: tuple[Bench, dict[str, dict[str, object]]], data: st.DataObject
) -> None:
    bench, whole = sample
    assert len(whole) > 450
    watched = data.draw(st.lists(st.sampled_from(sorted(whole)), min_size=1, max_size=8, unique=True))
    found = rows_of(bench.scan(replace(EVERY_ROW, symbols=tuple(watched)), RunOptions()))
    assert set(found) == set(watched)
    same(found, whole)


def test_filters_on_rows_change_no_number_of_the_others() -> None:
    whole = rows_of(Bench().scan(EVERY_ROW))
    for config in (replace(EVERY_ROW, min_price=15.0), replace(EVERY_ROW, min_dollar_volume=2e7)):
        some = rows_of(Bench().scan(config))
        assert 0 < len(some) < 40
        same(some, whole)


def test_the_result_names_its_reference() -> None:
    about = Bench().scan(replace(EVERY_ROW, symbols=SYMBOLS[:2])).context
    assert (about.reference, about.reference_count) == ("all", 40)
    assert about.newest_session == random_panel(SYMBOLS).last_session
    assert any("reference universe all (40 symbols)" in note for note in about.notes)


def test_the_market_is_measured_once_a_session() -> None:
    bench = Bench()
    bench.scan(replace(EVERY_ROW, symbols=SYMBOLS[:2]))
    assert bench.events[-1].stage("symbol_scanning").completed == 42
    again = Bench(source=bench.source, cache=bench.cache)
    again.scan(replace(EVERY_ROW, symbols=SYMBOLS[5:8]))
    assert again.events[-1].stage("symbol_scanning").completed == 3
    assert again.source.fetched == bench.source.fetched
    whole = Bench(source=ScriptedSource(random_panel(SYMBOLS), dict(SECTORS)))
    whole.scan(EVERY_ROW)
    after = Bench(source=whole.source, cache=whole.cache)
    after.scan(replace(EVERY_ROW, symbols=SYMBOLS[:2]))
    assert after.events[-1].stage("symbol_scanning").completed == 2


def test_other_bars_are_another_market() -> None:
    bench = Bench()
    config = replace(EVERY_ROW, symbols=SYMBOLS[:2])
    before = bench.scan(config)
    changed = random_panel(SYMBOLS, seed=9)
    bench.cache.held |= {symbol: changed.take([k]) for k, symbol in enumerate(SYMBOLS) if k >= 2}
    after = Bench(source=bench.source, cache=bench.cache).scan(config)
    assert rows_of(before).keys() == rows_of(after).keys()
    for row, other in zip(rows_of(before).values(), rows_of(after).values(), strict=True):
        assert row["AlphaScore"] != other["AlphaScore"]
        assert row["TechRating"] == other["TechRating"]


def test_a_kept_market_is_read_back_exactly() -> None:
    bench = Bench()
    bench.scan(EVERY_ROW)
    [content] = bench.cache.summaries.values()
    assert to_bytes(from_bytes(content)) == content


class Split(ScriptedSource):
    """A source with a second universe, of the first ten symbols, and one that cannot fetch more than the others."""

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        whole = super().universe(name, cancel)
        return replace(whole, name="ten", securities=whole.securities[:10]) if name == "ten" else whole


def test_the_config_may_name_the_reference() -> None:
    source = Split(random_panel(SYMBOLS), dict(SECTORS))
    ten = Bench(source=source).scan(replace(EVERY_ROW, reference="ten"))
    whole = Bench(source=source).scan(EVERY_ROW)
    assert (ten.context.reference, ten.context.reference_count) == ("ten", 10)
    assert len(rows_of(ten)) == 40
    assert dict(ten.context.facts)["share above SMA 200"] != dict(whole.context.facts)["share above SMA 200"]
    alone = Bench(source=source).scan(replace(EVERY_ROW, reference="ten", symbols=SYMBOLS[30:32]))
    same(rows_of(alone), rows_of(ten))


class Index(ScriptedSource):
    """A source whose first symbols have left the universe, and whose last ones have joined it lately."""

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        whole = super().universe(name, cancel)
        middle = self.panel.sessions[200].item()
        spells = {**dict.fromkeys(SYMBOLS[:5], ((None, middle),)), **dict.fromkeys(SYMBOLS[-5:], ((middle, None),))}
        return replace(
            whole, securities=tuple(replace(item, membership=spells.get(item.symbol, ())) for item in whole.securities)
        )


@pytest.mark.parametrize(("session", "missing"), [(150, SYMBOLS[-5:]), (200, ()), (250, SYMBOLS[:5])])
def test_a_scan_sees_the_members_of_its_day(session: int, missing: tuple[str, ...]) -> None:
    source = Index(random_panel(SYMBOLS), dict(SECTORS))
    day = source.panel.sessions[session].item()
    result = Bench(source=source).scan(replace(EVERY_ROW, as_of_date=day))
    assert set(SYMBOLS) - set(rows_of(result)) == set(missing)
    assert {failure.symbol for failure in result.failures if failure.reason == "not_member"} == set(missing)
    assert result.context.reference_count == 40 - len(missing)
    members = ScriptedSource(
        source.panel.take([k for k, symbol in enumerate(SYMBOLS) if symbol not in missing]), dict(SECTORS)
    )
    same(rows_of(result), rows_of(Bench(source=members).scan(replace(EVERY_ROW, as_of_date=day))))


class OnlyTheList(ScriptedSource):
    """A source that fails when it is asked for more than a few symbols."""

    def fetch(
        self, symbols: Sequence[str], start: date | None, end: date | None, cancel: CancelToken, say: MessageSink
    ) -> Iterator[PriceBatch]:
        if len(symbols) > 3:
            raise SourceError("too many symbols")
        yield from super().fetch(symbols, start, end, cancel, say)


def test_a_reference_that_cannot_be_fetched_is_said_and_the_scan_goes_on() -> None:
    bench = Bench(source=OnlyTheList(random_panel(SYMBOLS), dict(SECTORS)))
    result = bench.scan(replace(EVERY_ROW, symbols=SYMBOLS[:2]))
    assert len(rows_of(result)) == 2
    assert "the reference universe is not up to date: too many symbols" in {event.message for event in bench.events}
    assert result.context.reference == "all"
    assert result.context.reference_count == 2


def with_bars(panel: Panel, rows: slice | list[int], columns: slice, bars: bool) -> Panel:
    """Return the panel without some bars, or with the first column's where there are none."""
    arrays = [np.array(getattr(panel, name)) for name in FIELDS]
    for values in arrays:
        values[rows, columns] = values[rows, :1] if bars else np.nan
    return Panel(panel.symbols, panel.sessions, *arrays)


def test_one_symbol_a_day_ahead_does_not_empty_the_scan() -> None:
    panel = random_panel(SYMBOLS)
    behind = with_bars(panel, slice(1, None), slice(-1, None), bars=False)
    result = Bench(source=ScriptedSource(behind, dict(SECTORS))).scan(EVERY_ROW)
    assert (result.outcome, len(rows_of(result))) == (Outcome.COMPLETE, 40)
    assert result.as_of == result.context.newest_session == panel.sessions[-2].item()
    rows = rows_of(result)
    assert {row["AsOf"] for row in rows.values()} == {str(panel.sessions[-2])}
    assert "are not used" in str(rows["S00"]["TierReasons"])
    assert "are not used" not in str(rows["S01"]["TierReasons"])
    plain = rows_of(Bench(source=ScriptedSource(panel.until(panel.sessions[-2].item()), dict(SECTORS))).scan(EVERY_ROW))
    rows["S00"]["TierReasons"] = plain["S00"]["TierReasons"]
    same(rows, plain)


@pytest.mark.parametrize(("lagging", "outcome"), [(2, Outcome.COMPLETE), (3, Outcome.PARTIAL)])
def test_many_symbols_that_lag_make_the_result_partial(lagging: int, outcome: Outcome) -> None:
    panel = with_bars(random_panel(SYMBOLS), slice(0, lagging), slice(-1, None), bars=False)
    result = Bench(source=ScriptedSource(panel, dict(SECTORS))).scan(EVERY_ROW)
    assert result.outcome is outcome
    assert len(rows_of(result)) == 40 - lagging
    assert any(note.startswith("Warning: 3 of 40 symbols") for note in result.context.notes) is (lagging == 3)
    assert ("Warning: 3 of 40 symbols" in result.status_text) is (lagging == 3)
    details = {failure.detail for failure in result.failures if failure.reason == "no_recent_bar"}
    assert details == {"It has no bar in the newest session; its last one is 1 session older."}


def test_symbols_that_ended_long_ago_are_no_sign_of_old_data() -> None:
    panel = with_bars(random_panel(SYMBOLS), slice(0, 15), slice(-40, None), bars=False)
    result = Bench(source=ScriptedSource(panel, dict(SECTORS))).scan(EVERY_ROW)
    assert (result.outcome, len(rows_of(result))) == (Outcome.COMPLETE, 25)


def test_a_lag_that_the_config_allows_is_said_in_the_row() -> None:
    panel = with_bars(random_panel(SYMBOLS), slice(0, 4), slice(-2, None), bars=False)
    source = ScriptedSource(panel, dict(SECTORS))
    result = Bench(source=source).scan(replace(EVERY_ROW, max_lag_sessions=2))
    assert (result.outcome, len(rows_of(result))) == (Outcome.COMPLETE, 40)
    rows = rows_of(result)
    assert [rows[f"S0{k}"]["Flags"] for k in range(5)] == ["lagging"] * 4 + [""]
    assert rows["S00"]["AsOf"] == str(panel.sessions[-3])
    assert "Ranked on a bar before the newest session: S00, S01, S02, S03." in result.context.notes


def test_a_flagged_row_is_no_core_pick_and_not_in_the_market() -> None:
    panel = random_panel(SYMBOLS)
    plain = Bench(source=ScriptedSource(panel, dict(SECTORS))).scan(EVERY_ROW)
    arrays = [np.array(getattr(panel, name)) for name in FIELDS]
    for values in arrays[:4]:
        values[2, 200:] *= 8.0
    arrays[4][2, 200:] /= 8.0
    split = Panel(panel.symbols, panel.sessions, *arrays)
    result = Bench(source=ScriptedSource(split, dict(SECTORS))).scan(EVERY_ROW)
    row = rows_of(result)["S02"]
    assert row["Flags"] == "unadjusted_split"
    assert row["Tier"] != "core"
    assert result.context.reference_count == 39
    for notes in (result.context.notes, result.notes):
        assert "Prices that look unadjusted for a split: S02." in notes
    facts, before = dict(result.context.facts), dict(plain.context.facts)
    name = "index volatility of 20 sessions"
    assert facts[name] == pytest.approx(before[name], rel=0.1)


@pytest.mark.skipif(not (REAL / "prices_sp500.parquet").exists(), reason="the real bars are not here")
def test_real_stocks_are_judged_alike_in_the_universe_in_their_sector_and_in_a_list_of_two() -> None:
    source, cache = ScriptedSource(*real_market(), batch_size=100), MemoryCache()
    config = replace(EVERY_ROW, as_of_date=date(2024, 3, 8))
    whole = rows_of(Bench(source=source, cache=cache).scan(config))
    assert len(whole) > 480
    for pair in (("AAPL", "MSFT"), ("XOM", "NVDA"), ("KO", "TSLA")):
        same(rows_of(Bench(source=source, cache=cache).scan(replace(config, symbols=pair))), whole)
    for sector in ("Information Technology", "Utilities"):
        some = rows_of(Bench(source=source, cache=cache).scan(replace(config, sectors=(sector,))))
        assert len(some) > 20
        same(some, whole)


def real_market() -> tuple[Panel, dict[str, str]]:
    """Return the bars of 2022 to 2024 of today's S&P 500 members, and their sectors."""
    frame = pd.read_parquet(REAL / "prices_sp500.parquet")
    frame = frame[(frame["date"] >= date(2022, 1, 1)) & (frame["date"] <= date(2024, 6, 30))]
    names = sorted(set(frame["symbol"]))
    panel = panel_from_rows(
        names,
        frame["symbol"].astype(str).map({name: k for k, name in enumerate(names)}).to_numpy(),
        pd.to_datetime(frame["date"]).to_numpy().astype("datetime64[D]").astype(np.int64),
        [frame[name].to_numpy() for name in FIELDS],
    )
    universe = pd.read_csv(REAL / "universe_sp500.csv")
    return panel, dict(zip(universe["symbol"], universe["sector"], strict=True))
