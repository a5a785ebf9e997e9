"""A provider that hangs is let go within a second of the cancel; so is the wait of a back-off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date

import pytest

from technic_scanner.adapters.market_data.yahoo.client import YahooBars, YahooError
from technic_scanner.adapters.market_data.yahoo.downloads import Pace
from technic_scanner.adapters.market_data.yahoo.source import YahooSource
from technic_scanner.clock import ManualClock
from technic_scanner.domain.reasons import RATE_LIMITED
from technic_scanner.errors import CancelledError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.testing.fakes import ScriptedSource, random_panel
from technic_scanner.testing.sources import silent
from tests.contract.sources.offers import AFTER_ALL


class Hanging:
    """Answers nothing until the test lets go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_go = threading.Event()

    def bars(self, symbol: str, start: date | None, end: date | None) -> YahooBars:
        self.asked.set()
        self.let_go.wait(120)
        raise YahooError("timed_out", symbol)


class Refusing:
    """Says "too many requests" to everything."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def bars(self, symbol: str, start: date | None, end: date | None) -> YahooBars:
        self.asked.set()
        raise YahooError(RATE_LIMITED, "Too Many Requests. Rate limited. Try after a while.")


def seconds_to_stop(consume: Callable[[CancelToken], object], running: threading.Event) -> float:
    cancel = CancelToken()
    ended: list[float] = []
    caught: list[BaseException] = []

    def run() -> None:
        try:
            consume(cancel)
        except CancelledError as stop:
            caught.append(stop)
        ended.append(time.monotonic())

    thread = threading.Thread(target=run)
    thread.start()
    assert running.wait(60)
    asked_at = time.monotonic()
    cancel.cancel()
    thread.join(60)
    assert caught
    return ended[0] - asked_at


@pytest.mark.parametrize("client", [Hanging(), Refusing()], ids=["hanging", "refusing"])
def test_yahoo_stops_within_a_second(client: Hanging | Refusing) -> None:
    pace = Pace(back_off_seconds=(60.0,))
    source = YahooSource(client, ManualClock(AFTER_ALL), pace=pace)
    taken = seconds_to_stop(
        lambda cancel: list(source.fetch(["AAPL", "JPM"], None, None, cancel, silent)), client.asked
    )
    if isinstance(client, Hanging):
        client.let_go.set()
    assert taken < 1.0


def test_the_scripted_fake_stops_within_a_second() -> None:
    source = ScriptedSource(random_panel(["A"]), hang=True)
    started = threading.Event()

    def consume(cancel: CancelToken) -> object:
        started.set()
        return list(source.fetch(["A"], None, None, cancel, silent))

    assert seconds_to_stop(consume, started) < 1.0
