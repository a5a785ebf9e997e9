"""Runs blocking downloads in threads that nobody has to wait for: retried, slowed down together, dropped on cancel."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import stamina

from technic_scanner.adapters.market_data.yahoo.client import YahooBars, YahooClient, YahooError, classify
from technic_scanner.adapters.market_data.yahoo.symbols import yahoo_symbol
from technic_scanner.domain.reasons import RATE_LIMITED
from technic_scanner.errors import SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import MessageSink

# Waits in seconds when Yahoo says "too many requests"; after the last one the rest of the symbols is given up.
BACK_OFF: tuple[float, ...] = (15.0, 30.0, 60.0, 120.0)
# So many symbols that cannot be reached, before any could, mean that Yahoo cannot be reached.
GIVE_UP_AFTER = 8
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard to ask: threads, attempts per symbol at transient faults, waits between them, waits when refused."""

    threads: int = 4
    attempts: int = 3
    wait_seconds: float = 0.5
    longest_wait_seconds: float = 5.0
    back_off_seconds: tuple[float, ...] = BACK_OFF


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of one symbol: bars or a failure. ``round`` counts the pauses before it was asked for."""

    symbol: str
    bars: YahooBars | None
    failure: YahooError | None
    round: int


class Downloads:
    """Downloads ``symbols`` for a span of days, some at a time.

    The threads are daemons and look at the stop flag between symbols: a request that hangs is abandoned, not awaited.
    """

    def __init__(
        self, client: YahooClient, symbols: Sequence[str], span: tuple[date | None, date | None], pace: Pace
    ) -> None:
        self._client = client
        self._span = span
        self._pace = pace
        self._todo: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._may_ask = threading.Event()
        self._may_ask.set()
        self._round = 0
        self._gave_up = False
        self._pending = len(symbols)
        for symbol in symbols:
            self._todo.put(symbol)
        for number in range(min(pace.threads, len(symbols))):
            threading.Thread(target=self._work, name=f"yahoo-{number}", daemon=True).start()

    def outcomes(self, cancel: CancelToken, say: MessageSink) -> Iterator[Arrival]:
        """Yield each symbol's outcome once, as it comes.

        When Yahoo refuses, all threads pause, and the refused symbols are asked for again; refused once too often, they
        and all that are left fail. Raises CancelledError within 0.1 s, SourceError if nothing at all can be reached.
        """
        pauses = unreachable = 0
        reached = False
        while self._pending:
            arrival = self._next(cancel)
            if arrival.failure is not None and arrival.failure.reason == RATE_LIMITED:
                if arrival.round == self._round and pauses < len(self._pace.back_off_seconds):
                    self._pause(self._pace.back_off_seconds[pauses], cancel, say)
                    pauses += 1
                if arrival.round < self._round and not self._gave_up:
                    self._todo.put(arrival.symbol)
                    continue
                yield from self._abandon(arrival.failure, say)
            elif arrival.failure is not None and arrival.failure.is_transient:
                unreachable += 1
                if not reached and unreachable == GIVE_UP_AFTER:
                    raise SourceError(f"Yahoo cannot be reached: {arrival.failure.detail}")
            else:
                reached, pauses = True, 0
            self._pending -= 1
            yield arrival

    def stop(self) -> None:
        """Let the threads end after the request they are in."""
        self._stopped.set()
        self._may_ask.set()

    def _next(self, cancel: CancelToken) -> Arrival:
        while True:
            cancel.check()
            try:
                return self._done.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue

    def _pause(self, seconds: float, cancel: CancelToken, say: MessageSink) -> None:
        self._may_ask.clear()
        say(f"Yahoo asks to slow down: waiting {seconds:.0f} s, {self._pending} symbols to go.")
        cancel.wait(seconds)
        self._round += 1
        self._may_ask.set()

    def _abandon(self, failure: YahooError, say: MessageSink) -> Iterator[Arrival]:
        """Ask for nothing more; yield a failure for every symbol that was not asked for yet."""
        if not self._gave_up:
            say(f"Yahoo keeps refusing: {self._pending} symbols are given up for now.")
        self._gave_up = True
        self._may_ask.clear()
        while True:
            try:
                symbol = self._todo.get_nowait()
            except queue.Empty:
                return
            self._pending -= 1
            yield Arrival(symbol, None, failure, self._round)

    def _work(self) -> None:
        while True:
            self._may_ask.wait()
            try:
                symbol = self._todo.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                symbol = None
            if self._stopped.is_set():
                return
            if symbol is not None:
                self._done.put(self._ask(symbol, self._round))

    def _ask(self, symbol: str, number: int) -> Arrival:
        try:
            return Arrival(symbol, self._bars(symbol), None, number)
        except YahooError as failure:
            return Arrival(symbol, None, failure, number)
        except Exception as defect:  # noqa: BLE001 - whoever waits for the outcome must get one
            return Arrival(symbol, None, classify(defect), number)

    def _bars(self, symbol: str) -> YahooBars:
        @stamina.retry(
            on=self._is_worth_another_try,
            attempts=self._pace.attempts,
            timeout=None,
            wait_initial=self._pace.wait_seconds,
            wait_max=self._pace.longest_wait_seconds,
            wait_jitter=self._pace.wait_seconds,
        )
        def ask() -> YahooBars:
            return self._client.bars(yahoo_symbol(symbol), *self._span)

        return ask()

    def _is_worth_another_try(self, error: Exception) -> bool:
        return isinstance(error, YahooError) and error.is_transient and not self._stopped.is_set()
