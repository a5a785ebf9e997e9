"""The bell of one host: it wakes all that wait, at once or at their next wait, and never fails the one who rings."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from technic_scanner.adapters.queue_bell.local import LocalBell
from technic_scanner.clock import ManualClock, SystemClock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="named pipes of this kind are not made for Windows")

LONG_SECONDS = 120.0


def test_all_that_wait_are_woken(tmp_path: Path) -> None:
    bell = LocalBell(tmp_path / "waiting")
    listeners = [bell.listen(f"worker-{number}", SystemClock()) for number in range(3)]
    threads = [threading.Thread(target=listener.wait, args=(LONG_SECONDS,)) for listener in listeners]
    for thread in threads:
        thread.start()
    bell.ring()
    for thread in threads:
        thread.join(LONG_SECONDS / 2)
    assert not any(thread.is_alive() for thread in threads)
    for listener in listeners:
        listener.close()


def test_a_ring_before_the_wait_counts_once(tmp_path: Path) -> None:
    bell = LocalBell(tmp_path)
    clock = SystemClock()
    with bell.listen("worker", clock) as listener:
        bell.ring()
        bell.ring()
        listener.wait(LONG_SECONDS)
        begun = clock.monotonic()
        listener.wait(0.05)
        assert clock.monotonic() - begun >= 0.05


def test_nobody_has_to_listen(tmp_path: Path) -> None:
    LocalBell(tmp_path / "never made").ring()


def test_the_pipe_of_a_killed_worker_is_removed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "killed.pipe")
    LocalBell(tmp_path).ring()
    assert not list(tmp_path.iterdir())


def test_more_rings_than_a_pipe_holds_block_nobody(tmp_path: Path) -> None:
    bell = LocalBell(tmp_path)
    with bell.listen("worker", SystemClock()) as listener:
        filling = os.open(tmp_path / "worker.pipe", os.O_WRONLY | os.O_NONBLOCK)
        while _written(filling):
            pass
        os.close(filling)
        bell.ring()
        listener.wait(LONG_SECONDS)


def _written(pipe: int) -> bool:
    try:
        return os.write(pipe, b"!" * 4096) > 0
    except BlockingIOError:
        return False


def test_closing_removes_the_pipe(tmp_path: Path) -> None:
    LocalBell(tmp_path).listen("worker", SystemClock()).close()
    assert not list(tmp_path.iterdir())


def test_a_worker_takes_over_the_pipe_of_a_dead_one_with_its_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "worker.pipe")
    bell = LocalBell(tmp_path)
    with bell.listen("worker", SystemClock()) as listener:
        bell.ring()
        listener.wait(LONG_SECONDS)


def test_where_there_can_be_no_pipe_the_worker_waits_by_the_clock(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    clock = ManualClock()
    with LocalBell(tmp_path / "file").listen("worker", clock) as listener:
        listener.wait(7.0)
    assert clock.monotonic() == 7.0
    assert "now and then" in caplog.text
