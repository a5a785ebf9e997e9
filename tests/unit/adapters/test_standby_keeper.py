"""The keeper of standby workers: at once, again and again, through an unavailable store, until its block ends."""

from __future__ import annotations

import threading

import pytest

from technic_scanner.adapters import standby_keeper as module
from technic_scanner.adapters.standby_keeper import StandbyKeeper
from technic_scanner.errors import StoreUnavailableError


def test_it_ensures_until_the_block_ends(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(module, "KEEP_SECONDS", 0.001)
    calls: list[str] = []
    thrice = threading.Event()

    def ensure() -> None:
        calls.append(threading.current_thread().name)
        if len(calls) == 1:
            raise StoreUnavailableError("locked")
        if len(calls) >= 3:
            thrice.set()

    with StandbyKeeper(ensure):
        assert thrice.wait(60)
    done = len(calls)
    assert set(calls) == {"standby-keeper"}
    assert "locked" in caplog.text
    assert len(calls) == done
    assert not any(thread.name == "standby-keeper" for thread in threading.enumerate())
