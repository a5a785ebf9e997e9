"""The cache over days: what counts as fresh, what is fetched again, how new bars join old ones."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from technic_scanner.adapters.market_data import exchange_days
from technic_scanner.pipeline.ports import PriceBatch
from technic_scanner.screening.bars import Panel
from tests.unit.adapters.market_data.price_cache.cache_bench import FRIDAY, SOURCE, Bench, halved_before, market, same

NAMES = ["AAA", "BBB", "CCC"]
TUESDAY = date(2025, 12, 16)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, market(NAMES))
    made.fetch(NAMES)
    return made


def move_to_tuesday(bench: Bench) -> None:
    """Let four days pass: Monday's and Tuesday's sessions are over."""
    bench.later(4)
    bench.market = market(NAMES, TUESDAY, 62)


def test_bars_are_fresh_until_the_next_session_ends(bench: Bench) -> None:
    assert bench.read(NAMES).missing == ()
    bench.later(2.9)  # Monday 14:07 in New York
    assert bench.read(NAMES).missing == ()
    bench.later(0.2)  # Monday evening
    assert set(bench.read(NAMES).missing) == set(NAMES)


def test_it_is_known_through_which_day_each_symbol_was_asked_for(bench: Bench) -> None:
    move_to_tuesday(bench)
    bench.fetch(NAMES[:1])
    asked = bench.cache.asked_through(SOURCE, [*NAMES, "NOPE"])
    assert asked == {"AAA": TUESDAY, "BBB": FRIDAY, "CCC": FRIDAY}


def test_a_holiday_makes_nothing_stale(tmp_path: Path) -> None:
    christmas_eve = date(2025, 12, 24)
    bench = Bench(tmp_path, market(NAMES, christmas_eve))
    bench.later(12)  # the evening of the 24th
    bench.fetch(NAMES)
    bench.later(1)  # Christmas, a Thursday without a session
    assert bench.read(NAMES).missing == ()
    bench.later(1)
    assert set(bench.read(NAMES).missing) == set(NAMES)


def test_the_calendar_is_not_loaded_for_fresh_bars(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise AssertionError("the exchange calendar costs 0.6 s")

    monkeypatch.setattr(exchange_days, "_calendar", refuse)
    assert bench.read(NAMES).missing == ()
    assert bench.read(NAMES, as_of=date(2025, 12, 1)).missing == ()


def test_a_refresh_asks_for_missing_days_and_some_to_compare(bench: Bench) -> None:
    move_to_tuesday(bench)
    start = bench.cache.start_for(SOURCE, NAMES, None)
    assert start is not None
    assert FRIDAY - timedelta(days=10) <= start < FRIDAY


def test_a_refresh_joins_new_bars_to_old_ones(bench: Bench) -> None:
    move_to_tuesday(bench)
    bench.fetch(NAMES, bench.cache.start_for(SOURCE, NAMES, None))
    read = bench.read(NAMES)
    assert read.missing == ()
    assert same(read.panel, bench.market)
    assert same(bench.again().read(SOURCE, NAMES, 1000, None).panel, bench.market)


def test_a_refresh_stores_only_the_new_bars(bench: Bench) -> None:
    move_to_tuesday(bench)
    held = bench.cache.coverage()[0].bars
    bench.fetch(NAMES, bench.cache.start_for(SOURCE, NAMES, None))
    assert bench.cache.coverage()[0].bars == held + 2 * len(NAMES)
    assert bench.cache.coverage()[0].files == 2


def test_fetching_the_same_again_changes_no_fingerprint(bench: Bench) -> None:
    before = bench.read(NAMES).fingerprint
    bench.fetch(NAMES, FRIDAY - timedelta(days=7))
    assert bench.read(NAMES).fingerprint == before
    bench.fetch(NAMES)
    assert bench.read(NAMES).fingerprint == before


def test_a_refresh_of_one_symbol_changes_the_others_fingerprint_not(bench: Bench) -> None:
    before = bench.read(["BBB", "CCC"]).fingerprint
    bench.market = market(NAMES, seed=2)
    bench.fetch(["AAA"])
    assert bench.read(["BBB", "CCC"]).fingerprint == before


def test_new_sessions_change_no_fingerprint_of_the_past(bench: Bench) -> None:
    before = bench.read(NAMES, 20, FRIDAY).fingerprint
    move_to_tuesday(bench)
    bench.fetch(NAMES, bench.cache.start_for(SOURCE, NAMES, None))
    assert bench.read(NAMES, 20, FRIDAY).fingerprint == before


def test_a_split_drops_the_symbol_so_that_all_of_it_is_fetched(bench: Bench) -> None:
    move_to_tuesday(bench)
    bench.market = halved_before(bench.market, "BBB", TUESDAY)
    bench.fetch(NAMES, bench.cache.start_for(SOURCE, NAMES, None))
    read = bench.read(NAMES)
    assert read.missing == ("BBB",)
    assert read.panel.symbols == ("AAA", "CCC")
    assert bench.cache.start_for(SOURCE, ["BBB"], None) is None
    bench.fetch(["BBB"])
    assert same(bench.read(NAMES).panel, bench.market)


def test_a_bar_that_was_not_final_drops_the_symbol(bench: Bench) -> None:
    move_to_tuesday(bench)
    volume = bench.market.volume.copy()
    volume[0, -3] *= 2
    bench.market = Panel(bench.market.symbols, bench.market.sessions, *prices(bench.market), volume)
    bench.fetch(NAMES, bench.cache.start_for(SOURCE, NAMES, None))
    assert bench.read(NAMES).missing == ("AAA",)


def test_a_slightly_revised_volume_is_no_reason_to_fetch_all(bench: Bench) -> None:
    move_to_tuesday(bench)
    volume = bench.market.volume.copy()
    volume[0, -3] *= 1.01
    bench.market = Panel(bench.market.symbols, bench.market.sessions, *prices(bench.market), volume)
    bench.fetch(NAMES, bench.cache.start_for(SOURCE, NAMES, None))
    assert bench.read(NAMES).missing == ()


def test_a_gap_is_never_left_between_old_and_new(bench: Bench) -> None:
    move_to_tuesday(bench)
    bench.fetch(["AAA"], TUESDAY)  # Monday was not asked for
    read = bench.read(["AAA"])
    assert not same(read.panel, bench.market.take([0]))
    assert read.panel.shape[1] <= 1


def test_a_session_that_still_runs_is_not_kept(tmp_path: Path) -> None:
    monday = date(2025, 12, 15)
    bench = Bench(tmp_path, market(NAMES, monday))
    bench.later(2.7)  # Monday 9:20 in New York
    bench.fetch(NAMES)
    assert bench.read(NAMES).panel.last_session == FRIDAY
    bench.later(0.4)
    assert set(bench.read(NAMES).missing) == set(NAMES)


def test_an_earlier_as_of_is_served_from_what_is_held(bench: Bench) -> None:
    day = date(2025, 11, 14)
    read = bench.read(NAMES, 10, day)
    assert read.missing == ()
    assert same(read.panel, bench.market.until(day).last(10))


def test_a_later_as_of_fetches_what_came_since(tmp_path: Path) -> None:
    bench = Bench(tmp_path, market(NAMES))
    day = date(2025, 11, 14)
    bench.fetch(NAMES, None, day)
    assert bench.read(NAMES, 10, day).missing == ()
    assert set(bench.read(NAMES, 10, FRIDAY).missing) == set(NAMES)
    start = bench.cache.start_for(SOURCE, NAMES, FRIDAY)
    bench.fetch(NAMES, start, FRIDAY)
    assert same(bench.read(NAMES, 1000, FRIDAY).panel, bench.market)


def test_more_bars_than_were_asked_for_are_missing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, market(NAMES))
    bench.fetch(NAMES, date(2025, 11, 3))
    assert bench.read(NAMES, 10).missing == ()
    assert set(bench.read(NAMES, 50).missing) == set(NAMES)
    assert bench.cache.start_for(SOURCE, NAMES, None) is None


def test_a_short_history_is_complete_when_all_was_asked_for(tmp_path: Path) -> None:
    bench = Bench(tmp_path, market(NAMES, sessions=3))
    bench.fetch(NAMES)
    assert bench.read(NAMES, 400).missing == ()


def test_a_symbol_not_listed_yet_has_a_reason(bench: Bench) -> None:
    read = bench.read(NAMES, 10, date(2020, 1, 2))
    assert read.missing == ()
    assert [(failure.symbol, failure.reason) for failure in read.failures] == [(name, "no_data") for name in NAMES]


def test_symbols_without_data_are_remembered_for_a_week(bench: Bench) -> None:
    bench.fetch(["GONE"])
    read = bench.read(["AAA", "GONE"])
    assert read.missing == ()
    assert [(failure.symbol, failure.reason) for failure in read.failures] == [("GONE", "not_found")]
    bench.later(6.5)
    assert "GONE" not in bench.read(["GONE"]).missing
    bench.later(1)
    assert bench.read(["GONE"]).missing == ("GONE",)


@pytest.mark.parametrize("reason", ["rate_limited", "timed_out", "network", "provider_error", "bad_data"])
def test_a_passing_failure_is_asked_for_again(bench: Bench, reason: str) -> None:
    unknown = bench.batch(["GONE"]).failures[0]
    passing = type(unknown)(unknown.symbol, unknown.stage, unknown.kind, reason, "later, perhaps")
    bench.cache.write(SOURCE, PriceBatch(Panel.empty(), (passing,)), None, None)
    assert bench.read(["GONE"]).missing == ("GONE",)


def test_no_data_up_to_a_past_day_says_nothing_of_today(bench: Bench) -> None:
    bench.fetch(["NEW"], None, date(2019, 1, 2))
    assert bench.read(["NEW"], 10, date(2019, 1, 2)).missing == ()
    assert bench.read(["NEW"], 10).missing == ("NEW",)


def test_a_delisted_symbol_keeps_its_bars_and_does_not_hold_up_the_others(bench: Bench) -> None:
    ended = Panel(bench.market.symbols, bench.market.sessions, *(cut(array) for array in arrays(bench.market)))
    bench.cache.write(SOURCE, PriceBatch(ended), None, None)
    move_to_tuesday(bench)
    start = bench.cache.start_for(SOURCE, NAMES, None)
    assert start is not None
    assert start > date(2025, 12, 1)
    batch = bench.batch(["BBB", "CCC"], start)
    gone = bench.batch(["AAA?"]).failures[0]
    nothing = type(gone)("AAA", gone.stage, gone.kind, "no_data", "possibly delisted")
    bench.cache.write(SOURCE, PriceBatch(batch.panel, (nothing,)), start, None)
    read = bench.read(NAMES)
    assert read.missing == ()
    assert read.panel.symbols == tuple(NAMES)
    assert np.isnan(read.panel.close[0, -1])


def test_symbols_with_no_history_are_missing_first(bench: Bench) -> None:
    move_to_tuesday(bench)
    missing = bench.read(["AAA", "NEW", "BBB"]).missing
    assert missing[0] == "NEW"


def prices(panel: Panel) -> tuple[np.ndarray, ...]:
    return panel.open, panel.high, panel.low, panel.close


def arrays(panel: Panel) -> tuple[np.ndarray, ...]:
    return (*prices(panel), panel.volume)


def cut(array: np.ndarray) -> np.ndarray:
    """Return a copy in which the first symbol has no bar in the last 25 sessions."""
    copy = array.copy()
    copy[0, -25:] = np.nan
    return copy
