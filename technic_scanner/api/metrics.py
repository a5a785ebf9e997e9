"""Prometheus metrics: requests as they occur; runs, queue and stage seconds from the run store at each scrape."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import cast

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from technic_scanner.api.documentation import file_response
from technic_scanner.api.run_broadcaster import RunBroadcaster
from technic_scanner.bootstrap import Services
from technic_scanner.clock import Clock
from technic_scanner.domain.alert import DeliveryStatus
from technic_scanner.runs.model import RunQuery, StageSample

router = APIRouter(tags=["health"])

NEWEST_RUNS = 1000
REMEMBERED_RUNS = 4 * NEWEST_RUNS
_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Meters:
    """The metrics of one application, in a separate registry."""

    def __init__(self, services: Services, broadcaster: RunBroadcaster) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._counted: OrderedDict[tuple[str, float], None] = OrderedDict()
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "technic_http_requests", "Answered requests.", ("method", "route", "status"), registry=self.registry
        )
        self.request_seconds = Histogram(
            "technic_http_request_seconds",
            "Seconds until a request was answered, without streams.",
            ("method", "route"),
            registry=self.registry,
        )
        self._runs = Gauge("technic_runs", "Stored runs by status.", ("status",), registry=self.registry)
        self._queue = Gauge("technic_queue_depth", "Runs waiting for a worker.", registry=self.registry)
        self._workers = Gauge("technic_workers", "Active workers.", registry=self.registry)
        self._overdue = Gauge(
            "technic_schedules_overdue", "Schedules of which a promised run did not happen.", registry=self.registry
        )
        self._unsent = Gauge("technic_alerts_unsent", "Messages that wait or were given up.", registry=self.registry)
        self._stages = Histogram(
            "technic_stage_seconds", "Seconds of stages of ended runs.", ("stage",), registry=self.registry,
            buckets=_SECONDS,
        )  # fmt: skip
        self._totals = Histogram(
            "technic_run_seconds", "Seconds of ended runs.", ("status",), registry=self.registry, buckets=_SECONDS
        )
        streams = Gauge("technic_open_streams", "Open event streams and WebSockets.", registry=self.registry)
        streams.set_function(lambda: broadcaster.watchers)

    def scrape(self) -> bytes:
        """Read the summary rows of runs and return all metrics in the text format."""
        with self._lock:
            counts = self._services.service.count_by_status()
            for status, count in counts.items():
                self._runs.labels(status.value).set(count)
                if status.value == "queued":
                    self._queue.set(count)
            self._workers.set(len(self._services.service.workers()))
            self._overdue.set(len(self._services.schedules.overdue()))
            unsent = (DeliveryStatus.PENDING, DeliveryStatus.FAILED)
            self._unsent.set(len(self._services.alerts.deliveries(NEWEST_RUNS, None, unsent)))
            for sample in self._services.service.samples(RunQuery(limit=NEWEST_RUNS)):
                self._count_once(sample)
            return generate_latest(self.registry)

    def _count_once(self, sample: StageSample) -> None:
        """Count an ended attempt once; a resumed run appears again with other seconds."""
        key = (sample.run_id, sample.total_seconds)
        if key in self._counted:
            self._counted.move_to_end(key)
            return
        self._counted[key] = None
        while len(self._counted) > REMEMBERED_RUNS:
            self._counted.popitem(last=False)
        self._totals.labels(sample.status.value).observe(sample.total_seconds)
        for stage, seconds in sample.stage_seconds:
            self._stages.labels(stage).observe(seconds)


class RequestMeter:
    """Counts each answered request by method, route and status, and times all but streams."""

    def __init__(self, app: ASGIApp, meters: Meters, clock: Clock) -> None:
        self.app = app
        self.meters = meters
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = self.clock.monotonic()
        answers: list[Message] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                answers.append(message)
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            self._count(scope, answers, self.clock.monotonic() - began)

    def _count(self, scope: Scope, answers: list[Message], seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", "unknown")
        status = str(answers[0]["status"]) if answers else "none"
        self.meters.requests.labels(method, route, status).inc()
        if answers and not _is_stream(answers[0]):
            self.meters.request_seconds.labels(method, route).observe(seconds)


@router.get("/metrics", response_class=Response, responses=file_response("text/plain", "Prometheus text format."))
def read_metrics(request: Request) -> Response:
    """Return the metrics in Prometheus' text format."""
    meters = cast(Meters, request.app.state.meters)
    return Response(meters.scrape(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _is_stream(start: Message) -> bool:
    return any(name == b"content-type" and b"event-stream" in value for name, value in start["headers"])
