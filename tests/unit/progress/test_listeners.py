import logging
import threading
from dataclasses import replace

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.stage import StagePlan
from technic_scanner.progress.listeners import ListenerFanout
from technic_scanner.progress.reporter import ProgressReporter


def event(seq):
    return replace(ProgressReporter("r", StagePlan(), ManualClock()).snapshot(), seq=seq)


def test_a_listener_that_raises_is_logged_once_and_the_others_still_hear(caplog):
    heard = []

    def broken(_event):
        raise RuntimeError("no ears")

    fanout = ListenerFanout([broken, heard.append])
    with caplog.at_level(logging.ERROR):
        for seq in range(3):
            fanout.put(event(seq))
            fanout.deliver(wait=True)
    assert [item.seq for item in heard] == [0, 1, 2]
    assert len(caplog.records) == 1
    assert "no ears" in caplog.text


def test_an_interrupt_is_not_swallowed_and_later_events_still_arrive():
    heard = []

    def interrupt(item):
        if item.seq == 0:
            raise KeyboardInterrupt
        heard.append(item.seq)

    fanout = ListenerFanout([interrupt])
    fanout.put(event(0))
    with pytest.raises(KeyboardInterrupt):
        fanout.deliver(wait=True)
    fanout.put(event(1))
    fanout.deliver(wait=True)
    assert heard == [1]


def test_a_listener_may_cause_events_and_order_holds():
    first, second = [], []

    def echo(item):
        first.append(item.seq)
        if item.seq == 1:
            fanout.put(event(2))
            fanout.deliver(wait=True)

    fanout = ListenerFanout([echo, lambda item: second.append(item.seq)])
    fanout.put(event(1))
    fanout.deliver(wait=True)
    assert first == second == [1, 2]


def test_waiting_means_everything_before_was_heard():
    entered, release, heard = threading.Event(), threading.Event(), []

    def slow(item):
        if item.seq == 1:
            entered.set()
            assert release.wait(60)
        heard.append(item.seq)

    fanout = ListenerFanout([slow])
    fanout.put(event(1))
    deliverer = threading.Thread(target=fanout.deliver, kwargs={"wait": False})
    deliverer.start()
    assert entered.wait(60)
    fanout.put(event(2))
    fanout.deliver(wait=False)
    assert heard == []
    waiter = threading.Thread(target=fanout.deliver, kwargs={"wait": True})
    waiter.start()
    release.set()
    waiter.join(60)
    assert heard == [1, 2]
    deliverer.join(60)


def test_eight_threads_are_heard_in_order():
    heard, lock, seq = [], threading.Lock(), 0
    sample = event(0)
    fanout = ListenerFanout([lambda item: heard.append(item.seq)])

    def work():
        nonlocal seq
        for _ in range(500):
            with lock:
                seq += 1
                fanout.put(replace(sample, seq=seq))
            fanout.deliver(wait=False)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fanout.deliver(wait=True)
    assert heard == list(range(1, 4001))
