"""What a worker does at an empty queue: leave, wait, or stand by until its server ends, it rests or it has grown."""

from __future__ import annotations

import pytest

from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.worker.idle import StandingBy
from tests.support.runs.worker_bench import Bench, bench

__all__ = ["bench"]

LIMIT_SECONDS = 60.0
LIMIT_BYTES = 1_000


class Server:
    """What the server and the machine would tell a standby worker; waiting moves the bench's clock."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.lives = True
        self.bytes = 10
        self.loaded_at: list[float] = []
        self.ring_after: int | None = None
        self.waits = 0

    def idle(self) -> StandingBy:
        return StandingBy(
            self.wait,
            lambda: self.loaded_at.append(self.bench.clock.monotonic()),
            lambda: self.lives,
            lambda: self.bytes,
            idle_limit_seconds=LIMIT_SECONDS,
            memory_limit_bytes=LIMIT_BYTES,
        )

    def wait(self, seconds: float) -> None:
        self.waits += 1
        if self.waits == self.ring_after:
            self.bench.queue()
            return
        self.bench.clock.advance(seconds)


@pytest.fixture
def server(bench: Bench) -> Server:
    return Server(bench)


def test_a_waiting_run_comes_before_loading(bench: Bench, server: Server) -> None:
    bench.queue()
    assert bench.worker(idle=server.idle()).run() == 1
    assert len(server.loaded_at) == 1
    assert bench.run().status is RunStatus.SUCCEEDED


def test_a_run_that_is_queued_while_it_waits_is_taken_without_delay(bench: Bench, server: Server) -> None:
    server.ring_after = 1
    assert bench.worker(idle=server.idle()).run() == 1
    run = bench.run()
    assert run.started_at == run.created_at


def test_it_ends_after_a_long_time_without_a_run(bench: Bench, server: Server) -> None:
    assert bench.worker(idle=server.idle()).run() == 0
    assert bench.clock.monotonic() == pytest.approx(LIMIT_SECONDS)
    assert bench.workers() == ()


def test_each_run_begins_the_time_anew(bench: Bench, server: Server) -> None:
    server.ring_after = 31
    assert bench.worker(idle=server.idle()).run() == 1
    assert bench.clock.monotonic() == pytest.approx(30.0 + LIMIT_SECONDS)


def test_it_ends_with_its_server(bench: Bench, server: Server) -> None:
    server.lives = False
    idle = server.idle()
    assert bench.worker(idle=idle).run() == 0
    assert bench.clock.monotonic() == 0.0
    assert not idle.retired


def test_runs_that_wait_are_done_although_the_server_has_ended(bench: Bench, server: Server) -> None:
    server.lives = False
    bench.queue(2)
    assert bench.worker(idle=server.idle()).run() == 2


def test_one_that_has_grown_too_large_leaves_the_rest_to_the_next(bench: Bench, server: Server) -> None:
    server.bytes = LIMIT_BYTES + 1
    bench.queue(2)
    idle = server.idle()
    assert bench.worker(idle=idle).run() == 1
    assert idle.retired
    assert bench.run(2).status is RunStatus.QUEUED
    assert bench.workers() == ()
