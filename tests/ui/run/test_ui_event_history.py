"""The history must come out the same however the events are cut into reads, and stay small."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as some

from technic_scanner.domain.progress import EventKind
from technic_scanner.ui.run.event_history import MAX_MESSAGES, MAX_POINTS, EventHistory
from tests.ui.builders import STAGES, event, stage


def advance(seq: int, rate: float | None = 100.0, name: str = "symbol_scanning", attempt: int = 1, **fields: object):
    stages = tuple(stage(other, throughput=rate if other == name else None) for other in STAGES)
    return event(seq, current_stage=name, stages=stages, elapsed_seconds=seq / 10, attempt=attempt, **fields)


def test_remembers_when_each_stage_was_first_seen() -> None:
    history = EventHistory("01RUN")
    history.follow(
        [advance(1, name="universe_loading"), advance(2, name="data_fetching"), advance(3, name="data_fetching")]
    )
    assert history.starts == {"universe_loading": 0.1, "data_fetching": 0.2}


def test_an_event_is_folded_once() -> None:
    history = EventHistory("01RUN")
    events = [advance(1), advance(2)]
    history.follow(events)
    history.follow(events)
    assert len(history.points) == 2
    assert history.last_seq == 2


def test_unknown_throughput_is_not_a_point() -> None:
    history = EventHistory("01RUN")
    history.follow([advance(1, rate=None)])
    assert history.points == []


def test_the_line_of_a_stage_ends_with_the_rate_of_all_its_units() -> None:
    history = EventHistory("01RUN")
    done = replace(advance(3, rate=262.0, kind=EventKind.STAGE_COMPLETED), current_stage=None)
    history.follow([advance(1, kind=EventKind.STAGE_STARTED), advance(2, rate=140.0), done])
    assert [(point.stage, point.throughput) for point in history.points] == [
        ("symbol_scanning", 140.0),
        ("symbol_scanning", 262.0),
    ]
    assert list(history.starts) == ["symbol_scanning"]


def test_another_attempt_starts_another_line_but_keeps_the_messages() -> None:
    history = EventHistory("01RUN")
    history.follow([advance(1), advance(2, kind=EventKind.MESSAGE, message="slowed down")])
    history.follow([advance(3, name="data_fetching", attempt=2)])
    assert list(history.starts) == ["data_fetching"]
    assert [point.stage for point in history.points] == ["data_fetching"]
    assert [message.text for message in history.messages] == ["slowed down"]


def test_a_long_run_stays_small_and_keeps_its_ends() -> None:
    history = EventHistory("01RUN")
    history.follow(advance(seq, kind=EventKind.ADVANCED) for seq in range(1, 20_001))
    history.follow(advance(seq, kind=EventKind.MESSAGE, message=str(seq)) for seq in range(20_001, 20_201))
    assert len(history.points) <= MAX_POINTS
    assert history.points[0].elapsed_seconds == 0.1
    assert history.points[-1].elapsed_seconds > 1900
    assert len(history.messages) == MAX_MESSAGES
    assert history.messages[-1].text == "20200"


@settings(max_examples=40)
@given(cuts=some.lists(some.integers(min_value=0, max_value=60), max_size=6), again=some.booleans())
def test_cutting_the_journal_differently_changes_nothing(cuts: list[int], again: bool) -> None:
    names = ["universe_loading"] * 10 + ["data_fetching"] * 20 + ["symbol_scanning"] * 30
    events = [advance(index + 1, name=name, attempt=1 + index // 45) for index, name in enumerate(names)]
    whole = EventHistory("01RUN")
    whole.follow(events)
    parts = EventHistory("01RUN")
    edges = sorted({0, *cuts, len(events)})
    for left, right in pairwise(edges):
        parts.follow(events[max(0, left - (3 if again else 0)) : right])
    assert parts == whole
