"""Fetching from Yahoo: retried, slowed down, partly failed, given up, never silent."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import numpy as np
import pytest
import stamina

from technic_scanner.adapters.market_data.yahoo.client import YahooBars, YahooError
from technic_scanner.adapters.market_data.yahoo.downloads import GIVE_UP_AFTER, Pace
from technic_scanner.adapters.market_data.yahoo.source import YahooSource
from technic_scanner.clock import ManualClock
from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.errors import CancelledError, SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.screening.bars import Panel

# Friday evening in New York.
NOW = datetime(2025, 12, 12, 22, 0, tzinfo=UTC)
SYMBOLS = [f"S{i}" for i in range(10)]
PATIENT = Pace(threads=3, back_off_seconds=(0.01, 0.02))


@pytest.fixture(autouse=True)
def retries_without_waiting() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=3):
        yield


def panel_of(symbol: str, days: int = 5, last: date = date(2025, 12, 12)) -> Panel:
    sessions = np.busday_offset(np.datetime64(last), np.arange(1 - days, 1))
    close = np.full((1, days), float(sum(map(ord, symbol))))
    return Panel((symbol,), sessions, close, close + 1, close - 1, close, close * 10)


class Script:
    """A client that does what it is told, counting how often each symbol was asked for."""

    def __init__(self, act: Callable[[str, int], YahooBars | None]) -> None:
        self._act = act
        self._lock = threading.Lock()
        self.asked: dict[str, int] = {}
        self.spans: set[tuple[date | None, date | None]] = set()

    def bars(self, symbol: str, start: date | None, end: date | None) -> YahooBars:
        with self._lock:
            self.asked[symbol] = self.asked.get(symbol, 0) + 1
            self.spans.add((start, end))
            time = self.asked[symbol]
        return self._act(symbol, time) or YahooBars(panel_of(symbol), "")


def fetched(
    client: Script, symbols: list[str] = SYMBOLS, pace: Pace = PATIENT, **span: date
) -> tuple[dict[str, float], dict[str, SymbolFailure], list[str], list[int]]:
    """Return closes and failures by symbol, what was said, and the batches' sizes."""
    said: list[str] = []
    closes: dict[str, float] = {}
    failures: dict[str, SymbolFailure] = {}
    sizes = []
    source = YahooSource(client, ManualClock(NOW), batch_size=4, pace=pace)
    for batch in source.fetch(symbols, span.get("start"), span.get("end"), CancelToken(), said.append):
        sizes.append(len(batch.panel.symbols) + len(batch.failures))
        closes |= {symbol: float(batch.panel.close[row, -1]) for row, symbol in enumerate(batch.panel.symbols)}
        failures |= {failure.symbol: failure for failure in batch.failures}
    return closes, failures, said, sizes


def test_all_is_well() -> None:
    client = Script(lambda *_: None)
    closes, failures, said, sizes = fetched(client)
    assert closes == {symbol: sum(map(ord, symbol)) for symbol in SYMBOLS}
    assert (failures, said, sizes) == ({}, [], [4, 4, 2])
    assert set(client.asked.values()) == {1}


def test_a_passing_fault_is_tried_again() -> None:
    def act(symbol: str, time: int) -> YahooBars | None:
        if symbol == "S3" and time < 3:
            raise YahooError("timed_out", "Operation timed out")
        return None

    client = Script(act)
    closes, failures, _, _ = fetched(client)
    assert set(closes) == set(SYMBOLS)
    assert failures == {}
    assert client.asked["S3"] == 3


def test_a_fault_that_stays_is_that_symbols_failure_alone() -> None:
    def act(symbol: str, _: int) -> YahooBars | None:
        if symbol == "S3":
            raise YahooError("network", "Connection refused")
        return None

    client = Script(act)
    closes, failures, _, _ = fetched(client)
    assert set(closes) == set(SYMBOLS) - {"S3"}
    assert (failures["S3"].reason, failures["S3"].detail) == ("network", "Connection refused")
    assert client.asked["S3"] == 3


@pytest.mark.parametrize("reason", ["not_found", "no_data", "bad_data"])
def test_what_will_not_pass_is_asked_once(reason: str) -> None:
    def act(symbol: str, _: int) -> YahooBars | None:
        if symbol == "S3":
            raise YahooError(reason, "S3: possibly delisted; no timezone found")
        return None

    client = Script(act)
    _, failures, _, _ = fetched(client)
    assert failures["S3"].reason == reason
    assert client.asked["S3"] == 1


def test_being_rate_limited_slows_down_says_so_and_loses_nothing() -> None:
    refused = threading.Event()

    def act(symbol: str, time: int) -> YahooBars | None:
        if symbol in ("S4", "S5") and time == 1:
            refused.set()
            raise YahooError("rate_limited", "Too Many Requests. Rate limited. Try after a while.")
        return None

    closes, failures, said, _ = fetched(Script(act))
    assert refused.is_set()
    assert set(closes) == set(SYMBOLS)
    assert failures == {}
    assert 1 <= len(said) <= 2
    assert "Yahoo limits the request rate: waiting 0 s" in said[0]


def test_being_refused_for_good_gives_up_the_rest_with_a_reason() -> None:
    served = {"S0", "S1"}

    def act(symbol: str, _: int) -> YahooBars | None:
        if symbol in served:
            return None
        raise YahooError("rate_limited", "Too Many Requests. Rate limited. Try after a while.")

    closes, failures, said, _ = fetched(Script(act), pace=Pace(threads=1, back_off_seconds=(0.01, 0.02)))
    assert set(closes) == served
    assert set(failures) == set(SYMBOLS) - served
    assert {failure.reason for failure in failures.values()} == {"rate_limited"}
    assert len(said) == 3
    assert "8 symbols are skipped" in said[-1]


def test_several_threads_refused_at_once_cost_one_wait() -> None:
    together = threading.Barrier(3)

    def act(_: str, time: int) -> YahooBars | None:
        if time == 1:
            together.wait(60)
            raise YahooError("rate_limited", "Too Many Requests")
        return None

    closes, failures, said, _ = fetched(Script(act), SYMBOLS[:3], Pace(threads=3, back_off_seconds=(0.01,)))
    assert (set(closes), failures) == (set(SYMBOLS[:3]), {})
    assert len(said) == 1


def test_nothing_reachable_is_the_sources_failure() -> None:
    def act(_: str, __: int) -> YahooBars | None:
        raise YahooError("network", "Could not resolve host: query2.finance.yahoo.com.")

    client = Script(act)
    symbols = [f"S{i}" for i in range(3000)]
    with pytest.raises(SourceError, match="Yahoo cannot be reached: Could not resolve host"):
        fetched(client, symbols)
    assert GIVE_UP_AFTER <= len(client.asked) < len(symbols)


def test_a_few_symbols_not_reachable_are_failures() -> None:
    def act(_: str, __: int) -> YahooBars | None:
        raise YahooError("network", "refused")

    closes, failures, _, _ = fetched(Script(act), ["AAPL", "JPM"])
    assert closes == {}
    assert set(failures) == {"AAPL", "JPM"}


def test_repairs_are_said() -> None:
    def act(symbol: str, _: int) -> YahooBars | None:
        return YahooBars(panel_of(symbol), "1 row without a price left out") if symbol == "S2" else None

    assert fetched(Script(act))[2] == ["S2: 1 row without a price left out"]


def test_a_session_that_still_runs_is_neither_asked_for_nor_kept() -> None:
    monday = date(2025, 12, 15)
    client = Script(lambda symbol, _: YahooBars(panel_of(symbol, last=monday), ""))
    source = YahooSource(client, ManualClock(datetime(2025, 12, 15, 16, 0, tzinfo=UTC)), pace=PATIENT)
    (batch,) = source.fetch(["A"], None, None, CancelToken(), lambda _: None)
    assert batch.panel.last_session == date(2025, 12, 12)
    assert {end for _, end in client.spans} == {date(2025, 12, 14)}


def test_all_history_is_some_years() -> None:
    client = Script(lambda *_: None)
    fetched(client)
    ((start, end),) = client.spans
    assert start is not None
    assert end == date(2025, 12, 12)
    assert start.year == 2015


def test_a_raising_client_does_not_hang_the_fetch() -> None:
    """A defect in the client must end the fetch, not leave it waiting for an outcome that never comes."""

    def act(symbol: str, _: int) -> YahooBars | None:
        if symbol == "S3":
            raise ZeroDivisionError("a defect")
        return None

    _, failures, _, _ = fetched(Script(act))
    assert failures["S3"].reason == "provider_error"
    assert "ZeroDivisionError" in failures["S3"].detail


def test_threads_end_when_the_fetch_does() -> None:
    before = set(threading.enumerate())
    fetched(Script(lambda *_: None))
    for thread in set(threading.enumerate()) - before:
        thread.join(120)
        frame = sys._current_frames().get(thread.ident or 0)
        assert not thread.is_alive(), "".join(traceback.format_stack(frame))


def test_a_fetch_given_up_by_its_reader_stops_asking() -> None:
    client = Script(lambda *_: None)
    source = YahooSource(client, ManualClock(NOW), batch_size=1, pace=Pace(threads=1))
    batches = source.fetch([f"S{i}" for i in range(5000)], None, None, CancelToken(), lambda _: None)
    before = set(threading.enumerate())
    next(batches)
    begun = set(threading.enumerate()) - before
    batches.close()  # type: ignore[attr-defined]
    for thread in begun:
        thread.join(120)
    assert len(client.asked) < 5000


def test_a_cancel_wakes_the_back_off() -> None:
    cancel = CancelToken()

    def act(_: str, __: int) -> YahooBars | None:
        raise YahooError("rate_limited", "Too Many Requests")

    source = YahooSource(Script(act), ManualClock(NOW), pace=Pace(back_off_seconds=(600.0,)))
    with pytest.raises(CancelledError):
        list(source.fetch(["A"], None, None, cancel, lambda _: cancel.cancel()))


def test_symbols_are_asked_for_in_yahoos_spelling_and_kept_in_ours() -> None:
    client = Script(lambda *_: None)
    closes, failures, _, _ = fetched(client, ["BRK.B", "BRK-B", "VOD.L"])
    assert set(closes) == {"BRK.B", "BRK-B", "VOD.L"}
    assert closes["BRK.B"] == closes["BRK-B"]
    assert failures == {}
    assert client.asked == {"BRK-B": 2, "VOD.L": 1}


def test_given_symbols_are_the_default_universe() -> None:
    source = YahooSource(Script(lambda *_: None), ManualClock(NOW))
    given = source.of(["ZZZZ", "AAPL"])
    assert [s.symbol for s in given.universe(None, CancelToken()).securities] == ["AAPL", "ZZZZ"]
    assert given.universe("DOW JONES", CancelToken()).name == "DOW JONES"
    assert source.universe(None, CancelToken()).name == "S&P 500"


def test_macro_brings_volatility_and_yields() -> None:
    source = YahooSource(Script(lambda *_: None), ManualClock(NOW))
    series = source.macro(date(2025, 12, 10), CancelToken())
    assert [one.name for one in series] == ["^VIX", "^TNX", "^TYX"]
    for one in series:
        assert one.sessions[-1] == np.datetime64("2025-12-10")
        assert one.values.shape == one.sessions.shape


def test_macro_that_cannot_be_had_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    def act(symbol: str, _: int) -> YahooBars | None:
        if symbol == "^TNX":
            raise YahooError("no_data", "nothing")
        return None

    source = YahooSource(Script(act), ManualClock(NOW))
    assert [one.name for one in source.macro(None, CancelToken())] == ["^VIX", "^TYX"]
    assert "no ^TNX" in caplog.text


def test_macro_without_a_network_asks_once() -> None:
    def act(_: str, __: int) -> YahooBars | None:
        raise YahooError("network", "refused")

    client = Script(act)
    assert YahooSource(client, ManualClock(NOW)).macro(None, CancelToken()) == ()
    assert len(client.asked) == 1


def test_a_cancel_does_not_wait_for_macro_that_hangs() -> None:
    asked, cancel, answer = threading.Event(), CancelToken(), threading.Event()

    def act(_: str, __: int) -> YahooBars | None:
        asked.set()
        answer.wait(60)
        return None

    threading.Thread(target=lambda: (asked.wait(30), cancel.cancel())).start()
    try:
        with pytest.raises(CancelledError):
            YahooSource(Script(act), ManualClock(NOW)).macro(None, cancel)
    finally:
        answer.set()
