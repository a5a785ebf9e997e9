"""Keep what a page needs of a run's events, folded one by one; rebuilt from the run journal whenever it is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from technic_scanner.domain.progress import EventKind, ProgressEvent

MAX_POINTS = 400
MAX_MESSAGES = 50


@dataclass(frozen=True, slots=True)
class TrailPoint:
    """Throughput (units per second) of one stage, ``elapsed_seconds`` into the attempt."""

    elapsed_seconds: float
    stage: str
    throughput: float


@dataclass(frozen=True, slots=True)
class TrailMessage:
    """A message of the run, ``elapsed_seconds`` into its attempt."""

    attempt: int
    elapsed_seconds: float
    text: str


@dataclass(slots=True)
class EventHistory:
    """The history of one run: stage starts and throughput of its newest attempt, and messages of all attempts.

    Beyond ``MAX_POINTS`` every second point is dropped, so a long run costs no more than a short one.
    """

    run_id: str
    last_seq: int = 0
    attempt: int = 0
    latest: ProgressEvent | None = None
    starts: dict[str, float] = field(default_factory=dict)
    points: list[TrailPoint] = field(default_factory=list)
    messages: list[TrailMessage] = field(default_factory=list)

    def follow(self, events: Iterable[ProgressEvent]) -> None:
        """Fold events in; events that are already folded are skipped."""
        for event in events:
            if event.seq > self.last_seq:
                self._fold(event)

    def _fold(self, event: ProgressEvent) -> None:
        self.last_seq = event.seq
        before, self.latest = self.latest, event
        if event.attempt != self.attempt:
            self.attempt = event.attempt
            self.starts.clear()
            self.points.clear()
        stage = event.current_stage
        if stage is not None:
            self.starts.setdefault(stage, event.elapsed_seconds)
            self._point(event, stage, EventKind.ADVANCED)
        elif before is not None and before.current_stage is not None:
            # The last units of a stage come with the event of its end, which has no current stage.
            self._point(event, before.current_stage, EventKind.STAGE_COMPLETED)
        if event.kind is EventKind.MESSAGE and event.message:
            self.messages.append(TrailMessage(event.attempt, event.elapsed_seconds, event.message))
            del self.messages[:-MAX_MESSAGES]

    def _point(self, event: ProgressEvent, stage: str, kind: EventKind) -> None:
        rate = event.stage(stage).throughput
        if rate is None or event.kind is not kind:
            return
        self.points.append(TrailPoint(event.elapsed_seconds, stage, rate))
        if len(self.points) > MAX_POINTS:
            self.points = self.points[::2]
