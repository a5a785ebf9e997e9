"""Other processes report into one tracker: pools, plain processes, Dask."""

import logging
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from technic_scanner.progress.remote import ProgressHandle
from technic_scanner.progress.tracker import MultiStageProgressTracker

SPAWN = multiprocessing.get_context("spawn")


def count(handle, units):
    for _ in handle.track(range(units)):
        pass
    handle.advance(2, "miss", "part", 0.5)
    return units


@pytest.mark.slow
def test_every_unit_of_a_pool_of_processes_is_counted():
    tracker = MultiStageProgressTracker({"only": 1.0})
    with tracker, tracker.stage("only", 4 * 52):
        with tracker.remote() as handle, ProcessPoolExecutor(2, SPAWN) as pool:
            assert sum(pool.map(count, [handle] * 4, [50] * 4)) == 200
        assert tracker.stages["only"].current == 4 * 52
        assert tracker.snapshot().stage("only").substages[0].completed == 8
    assert {cost.unit_class for cost in tracker.unit_costs()} >= {"default", "miss"}


def test_a_process_of_its_own_and_threads_report_too():
    tracker = MultiStageProgressTracker({"only": 1.0})
    tracker.start_stage("only", 100)
    with tracker.remote() as handle:
        handle.advance(1)
        process = SPAWN.Process(target=count, args=(handle, 10))
        process.start()
        process.join()
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: handle.advance(1), range(20)))
    assert process.exitcode == 0
    assert tracker.stages["only"].current == 1 + 12 + 20


@pytest.mark.slow
def test_dask_workers_report_into_it():
    distributed = pytest.importorskip("distributed")
    tracker = MultiStageProgressTracker({"only": 1.0})
    tracker.start_stage("only", 36)
    with (
        distributed.LocalCluster(
            1, threads_per_worker=2, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=False
        ) as cluster,
        distributed.Client(cluster) as client,
        tracker.remote() as handle,
    ):
        assert client.gather(client.map(count, [handle] * 3, [10] * 3, pure=False)) == [10, 10, 10]
    assert tracker.stages["only"].current == 36


def test_a_late_report_counts_nothing_and_is_said_once(caplog):
    tracker = MultiStageProgressTracker({"only": 1.0})
    tracker.start_stage("only", 10)
    with tracker.remote() as handle:
        handle.advance(3)
    late = ProgressHandle(*handle.__getstate__())
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            late.advance(1)
    assert tracker.stages["only"].current == 3
    assert len(caplog.records) == 1


def test_without_the_key_nobody_reports():
    tracker = MultiStageProgressTracker({"only": 1.0})
    tracker.start_stage("only", 10)
    with tracker.remote() as handle:
        address, _ = handle.__getstate__()
        with pytest.raises(multiprocessing.AuthenticationError):
            ProgressHandle(address, b"guessed").advance(1)
        handle.advance(1)
    assert tracker.stages["only"].current == 1
