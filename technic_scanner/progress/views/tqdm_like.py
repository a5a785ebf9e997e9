"""Replace tqdm in code that accepts it as ``tqdm=``: its bars become stages of a tracker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.tracking import length_of


class StageBar:
    """The methods of a tqdm bar; those that only change a bar's appearance do nothing."""

    def __init__(
        self,
        tracker: MultiStageProgressTracker,
        stage: str,
        iterable: Iterable[Any] | None = None,
        total: float | None = None,
    ) -> None:
        self._tracker = tracker
        self._stage = stage
        self._iterable = iterable
        self._is_closed = False
        self.total = total if total is not None or iterable is None else length_of(iterable)
        self.n = 0
        tracker.start_stage(stage, self.total)

    def __iter__(self) -> Iterator[Any]:
        for item in self._iterable or ():
            yield item
            self.update(1)
        self.close()

    def __len__(self) -> int:
        return int(self.total or 0)

    def update(self, n: int = 1) -> None:
        """Count ``n`` more."""
        self.n += n
        self._tracker.advance(n)

    def reset(self, total: float | None = None) -> None:
        """Start again from 0, with another total if one is given."""
        self.total, self.n = self.total if total is None else total, 0
        self._tracker.start_stage(self._stage, self.total)

    def set_description(self, desc: str | None = None, refresh: bool = True) -> None:  # noqa: ARG002 - tqdm's
        """Send the text as a message."""
        if desc:
            self._tracker.message(desc)

    set_description_str = set_postfix_str = set_description

    def set_postfix(self, ordered_dict: Any = None, refresh: bool = True, **named: Any) -> None:  # noqa: ARG002 - tqdm's
        """Send the figures as a message."""
        shown = dict(ordered_dict or {}) | named
        self._tracker.message(", ".join(f"{name}={value}" for name, value in shown.items()))

    def refresh(self) -> None:
        """Send an event if one is due."""
        self._tracker.pulse()

    def close(self) -> None:
        """End the stage as complete, once."""
        if not self._is_closed and self._tracker.current_stage == self._stage:
            self._tracker.complete_stage()
        self._is_closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()


class TqdmLike:
    """``tqdm=TqdmLike(tracker, "load", "fit")``: each call starts the next stage, later calls the last."""

    def __init__(self, tracker: MultiStageProgressTracker, *stages: str) -> None:
        self._tracker = tracker
        self._stages = list(stages or tracker.stage_weights)

    def __call__(
        self, iterable: Iterable[Any] | None = None, desc: str | None = None, total: float | None = None, **_: Any
    ) -> StageBar:
        """Return a bar, as ``tqdm(iterable, total=...)`` does."""
        stage = self._stages.pop(0) if len(self._stages) > 1 else self._stages[0]
        bar = StageBar(self._tracker, stage, iterable, total)
        bar.set_description(desc)
        return bar
