import logging

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.metrics import UnitCost
from technic_scanner.progress.run_history import KEPT_RUNS, HistoryFile
from technic_scanner.progress.tracker import MultiStageProgressTracker

COSTS = (UnitCost("load", "default", 10, 5.0, 0.1),)


def costs(seconds):
    return (UnitCost("load", "default", 10, seconds, 0.0),)


def test_runs_are_kept_by_name_the_newest_first(tmp_path):
    history = HistoryFile(tmp_path / "deep" / "runs.json")
    assert history.past("a").runs == ()
    history.add("a", costs(1.0))
    history.add("b", costs(9.0))
    history.add("a", costs(2.0))
    assert history.past("a").runs == (costs(2.0), costs(1.0))
    assert HistoryFile(str(history.path)).past("b").runs == (costs(9.0),)


def test_the_file_does_not_grow_for_ever(tmp_path):
    history = HistoryFile(tmp_path / "runs.json")
    history.add("b", costs(7.0))
    for number in range(5 * KEPT_RUNS):
        history.add("a", costs(1.0 + number))
        assert len(history.path.read_bytes().splitlines()) <= 2 * KEPT_RUNS + 2
    assert history.past("a").runs[0] == costs(5.0 * KEPT_RUNS)
    assert len(history.past("a").runs) == KEPT_RUNS
    assert history.past("b").runs == (costs(7.0),)


@pytest.mark.parametrize(
    "damage",
    [
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": 1}',
        b'{"format":"technic-tracker-history/1","name":"a","costs":[[1]]}',
    ],
)
def test_a_damaged_line_is_passed_over_and_said_once(tmp_path, caplog, damage):
    history = HistoryFile(tmp_path / "runs.json")
    history.add("a", costs(1.0))
    history.path.write_bytes(history.path.read_bytes() + damage)  # a crash cut it short
    with caplog.at_level(logging.WARNING):
        history.add("a", costs(2.0))
        assert history.past("a").runs == (costs(2.0), costs(1.0))
        history.past("a")
    assert len(caplog.records) == 1
    assert "runs.json" in caplog.text


@pytest.mark.parametrize("content", [b'{"runs": []}', b"a,b\n1,2\n", b"\x00\x01", b"null"])
def test_a_file_of_somebody_else_is_left_as_it_is(tmp_path, caplog, content):
    path = tmp_path / "runs.json"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        tracker = MultiStageProgressTracker({"only": 1.0}, ManualClock(), history=path)
        with tracker:
            for _ in tracker.track("only", range(3)):
                tracker._clock.advance(1)
    assert path.read_bytes() == content
    assert tracker.is_complete()
    assert len(caplog.records) == 1


def test_what_cannot_be_read_or_written_does_not_stop_the_run(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        tracker = MultiStageProgressTracker({"only": 1.0}, ManualClock(), history=tmp_path)  # a folder
        with tracker, tracker.stage("only"):
            tracker._clock.advance(1)
    assert tracker.is_complete()
    assert len(caplog.records) == 1
    (tmp_path / "file").write_text("")
    HistoryFile(tmp_path / "file" / "runs.json").add("a", COSTS)


def test_anything_with_the_two_methods_will_do():
    class Shelf:
        def __init__(self):
            self.runs = {}

        def past(self, name):
            from technic_scanner.progress.cost_history import CostHistory

            return CostHistory(tuple(self.runs.get(name, ())))

        def add(self, name, costs):
            self.runs.setdefault(name, []).insert(0, costs)

    shelf = Shelf()
    for _ in range(2):
        tracker = MultiStageProgressTracker({"only": 1.0}, ManualClock(), history=shelf, name="x")
        with tracker:
            for _ in tracker.track("only", range(4)):
                tracker._clock.advance(2)
    assert [cost.seconds for run in shelf.runs["x"] for cost in run] == [8.0, 8.0]
    assert tracker.costs.runs == (shelf.runs["x"][1],)


def test_a_run_is_added_where_its_history_was_read_though_the_folder_has_changed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    history = HistoryFile("runs.json")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    history.add("a", COSTS)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["runs.json"]
    assert list((tmp_path / "elsewhere").iterdir()) == []
