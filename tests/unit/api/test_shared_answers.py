"""Large answers: computed one at a time and once for all who ask, kept within bounds, refused when too many wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from technic_scanner.api.shared_answers import KEPT_SECONDS, MAX_WAITING, SharedAnswers, pieces
from technic_scanner.clock import ManualClock
from technic_scanner.errors import LimitError, SourceError
from technic_scanner.testing.stores.samples import START


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


class Counted:
    """Answers with its name; counts its calls, and how many of all ran at once."""

    running = 0
    most = 0

    def __init__(self, content: bytes = b"answer") -> None:
        self.content = content
        self.calls = 0
        self.go_on = threading.Event()

    def __call__(self) -> bytes:
        self.calls += 1
        Counted.running += 1
        Counted.most = max(Counted.most, Counted.running)
        assert self.go_on.wait(60)
        Counted.running -= 1
        return self.content


def asked(job: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(job())


def test_a_hundred_who_ask_the_same_share_one_computation(clock: ManualClock) -> None:
    async def job() -> None:
        answers, answer = SharedAnswers(clock), Counted()
        waiting = [asyncio.create_task(answers.get("q", answer)) for _ in range(100)]
        await asyncio.sleep(0)
        answer.go_on.set()
        found = await asyncio.gather(*waiting)
        assert all(content is found[0] for content in found)
        assert (await answers.get("q", answer), answer.calls) == (b"answer", 1)
        answers.close()

    asked(job)


def test_different_questions_are_computed_one_after_the_other_and_too_many_are_refused(clock: ManualClock) -> None:
    async def job() -> None:
        answers = SharedAnswers(clock)
        questions = [Counted(str(number).encode()) for number in range(MAX_WAITING + 1)]
        waiting = [asyncio.create_task(answers.get(str(number), one)) for number, one in enumerate(questions)]
        await asyncio.sleep(0)
        with pytest.raises(LimitError):
            await answers.get("one too many", Counted())
        for one in questions:
            one.go_on.set()
        assert await asyncio.gather(*waiting) == [one.content for one in questions]
        assert Counted.most == 1
        answers.close()

    asked(job)


def test_who_leaves_takes_nobody_elses_answer_along(clock: ManualClock) -> None:
    async def job() -> None:
        answers, answer = SharedAnswers(clock), Counted()
        first, second = (asyncio.create_task(answers.get("q", answer)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        answer.go_on.set()
        assert await second == b"answer"
        answers.close()

    asked(job)


def test_a_failure_is_told_and_not_kept(clock: ManualClock) -> None:
    def fail() -> bytes:
        raise SourceError("the source went away")

    async def job() -> None:
        answers, answer = SharedAnswers(clock), Counted()
        answer.go_on.set()
        with pytest.raises(SourceError):
            await answers.get("q", fail)
        assert await answers.get("q", answer) == b"answer"
        answers.close()

    asked(job)


def test_what_is_kept_is_bounded_in_bytes_and_age(clock: ManualClock) -> None:
    async def job() -> None:
        answers = SharedAnswers(clock, kept_bytes=25)
        questions = {name: Counted(name.encode() * 10) for name in "abc"}
        for name, one in questions.items():
            one.go_on.set()
            await answers.get(name, one)
        for name in "cba":
            await answers.get(name, questions[name])
        assert {name: one.calls for name, one in questions.items()} == {"a": 2, "b": 1, "c": 1}
        clock.advance(KEPT_SECONDS)
        await answers.get("a", questions["a"])
        assert questions["a"].calls == 3
        large = Counted(b"x" * 26)
        large.go_on.set()
        assert len(await answers.get("large", large)) == 26
        answers.close()

    asked(job)


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_000])
def test_pieces_are_the_content(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert b"".join(pieces(content)) == content
