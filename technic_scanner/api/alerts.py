"""Routes for alerts, their messages and the channels, and the Atom feed of each schedule."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field
from starlette.requests import Request as HttpRequest

from technic_scanner.api.dependencies import AllServices, RootPath
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import file_response, problems
from technic_scanner.api.field_schemas import TEXT_PATTERN
from technic_scanner.api.named_versions import location
from technic_scanner.api.requests import NewName, Request, name_in_path
from technic_scanner.api.schedules import ScheduleName
from technic_scanner.domain.alert import DEFAULT_BODY, DEFAULT_TITLE, Alert, AlertWhen, DeliveryStatus
from technic_scanner.runs.alerts.feed import MEDIA_TYPE, FeedEntry, atom
from technic_scanner.runs.alerts.message import BODY_LIMIT, TITLE_LIMIT
from technic_scanner.runs.alerts.requests import alert_from_dict, alert_to_dict, delivery_to_dict
from technic_scanner.runs.alerts.service import MOST
from technic_scanner.runs.named_versions.interchange import NAME_LIMIT

router = APIRouter(tags=["alerts"])

_TERMS: dict[str, Any] = {"schedule": "nightly", "channel": "mail", "when": "entered", "least": 1}
_Text = Annotated[str, Field(min_length=1, max_length=100, pattern=TEXT_PATTERN)]
AlertName = Annotated[str, name_in_path("to ann")]


class AlertDocument(Document):
    """What is told about the runs of a schedule, and to which channel."""

    name: str
    schedule: str
    channel: str
    when: AlertWhen
    least: int
    title: str
    body: str
    watchlist: str
    paused: bool
    version: int
    created_at: str | None


class AlertListDocument(Document):
    """All alerts by name, and what stands against them."""

    alerts: list[AlertDocument]
    problems: list[str]


class AlertTerms(Request):
    """What an alert tells."""

    schedule: _Text
    channel: _Text = Field(description="The name of a channel of the server's environment.")
    when: AlertWhen = AlertWhen.ENTERED
    least: int = Field(default=1, ge=1, le=MOST, description="Symbols that must be new, or new and left, at least.")
    title: str = Field(default=DEFAULT_TITLE, min_length=1, max_length=TITLE_LIMIT)
    body: str = Field(default=DEFAULT_BODY, min_length=1, max_length=BODY_LIMIT)
    watchlist: str = Field(
        default="", max_length=NAME_LIMIT, pattern=TEXT_PATTERN, description="Only its symbols count and are told."
    )

    def alert(self, name: str) -> Alert:
        """Return the alert of this name; the service checks it."""
        return alert_from_dict(name, self.model_dump(mode="json", exclude={"name", "expected_version"}))


class NewAlert(AlertTerms):
    """An alert to add."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "to ann", **_TERMS}]})

    name: NewName


class EditedAlert(AlertTerms):
    """What is to take the place of what an alert says; what is left out takes its default."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_TERMS, "when": "changed", "expected_version": 1}]})

    expected_version: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="The version to replace; 409 if the stored one is another."
    )


class MessageDocument(Document):
    """What an alert says: `key` is the same in every attempt to send it."""

    key: str
    title: str
    text: str


class DeliveryDocument(Document):
    """What became of a message."""

    alert: str | None
    session: str
    channel: str
    run_id: str
    status: DeliveryStatus
    attempts: int
    next_at: str | None
    note: str
    created_at: str
    ended_at: str | None


class DeliveryListDocument(Document):
    """The newest messages, newest first."""

    messages: list[DeliveryDocument]


class ChannelDocument(Document):
    """A channel of the server's environment, by name alone."""

    name: str
    problem: str | None


class ChannelListDocument(Document):
    """All channels."""

    channels: list[ChannelDocument]


@router.get("/alerts", response_model=AlertListDocument)
def list_alerts(services: AllServices) -> AlertListDocument:
    """List all alerts."""
    found = {"alerts": list(map(alert_to_dict, services.alerts.all())), "problems": list(services.alerts.problems())}
    return AlertListDocument.model_validate(found)


@router.post("/alerts", status_code=201, response_model=AlertDocument, responses=problems(404, 409, 413, 422))
def add_alert(request: NewAlert, response: Response, services: AllServices, root_path: RootPath) -> AlertDocument:
    """Add an alert to a schedule."""
    added = services.alerts.add(request.alert(request.name))
    response.headers["Location"] = location(root_path, "alerts", added.name)
    return AlertDocument.model_validate(alert_to_dict(added))


@router.get("/alerts/{name}", response_model=AlertDocument, responses=problems(404, 422))
def read_alert(name: AlertName, services: AllServices) -> AlertDocument:
    """Return one alert."""
    return AlertDocument.model_validate(alert_to_dict(services.alerts.get(name)))


@router.put("/alerts/{name}", response_model=AlertDocument, responses=problems(404, 409, 413, 422))
def edit_alert(name: AlertName, request: EditedAlert, services: AllServices) -> AlertDocument:
    """Replace what an alert says; a paused one stays paused, and messages that wait are told by the new terms."""
    saved = services.alerts.replace(request.alert(name), request.expected_version)
    return AlertDocument.model_validate(alert_to_dict(saved))


@router.delete("/alerts/{name}", status_code=204, responses=problems(404, 422))
def remove_alert(name: AlertName, services: AllServices) -> None:
    """Delete an alert and the record of its messages."""
    services.alerts.remove(name)


@router.post("/alerts/{name}/pause", response_model=AlertDocument, responses=problems(404, 409, 422))
def pause_alert(name: AlertName, services: AllServices) -> AlertDocument:
    """Stop an alert: runs that end meanwhile are not told."""
    return AlertDocument.model_validate(alert_to_dict(services.alerts.pause(name)))


@router.post("/alerts/{name}/resume", response_model=AlertDocument, responses=problems(404, 409, 422))
def resume_alert(name: AlertName, services: AllServices) -> AlertDocument:
    """Let a paused alert tell runs again."""
    return AlertDocument.model_validate(alert_to_dict(services.alerts.pause(name, paused=False)))


@router.post("/alerts/{name}/test", response_model=MessageDocument, responses=problems(404, 422, 502))
def send_test(name: AlertName, services: AllServices) -> MessageDocument:
    """Send a message that says that it is a test."""
    return MessageDocument.model_validate(services.alerts.test(name))


@router.get("/alerts/{name}/preview", response_model=MessageDocument, responses=problems(404, 409, 422))
def preview_alert(name: AlertName, services: AllServices) -> MessageDocument:
    """Return what the newest run of the alert's schedule would say."""
    return MessageDocument.model_validate(services.alerts.preview(services.alerts.get(name)))


@router.get("/alerts/{name}/messages", response_model=DeliveryListDocument, responses=problems(404, 422))
def list_messages(
    name: AlertName, services: AllServices, limit: Annotated[int, Query(ge=1, le=1000)] = 50
) -> DeliveryListDocument:
    """Return what became of the newest messages of an alert."""
    alert = services.alerts.get(name)
    rows = [delivery_to_dict(item, {alert.alert_id: name}) for item in services.alerts.deliveries(limit, name)]
    return DeliveryListDocument.model_validate({"messages": rows})


@router.get("/channels", response_model=ChannelListDocument)
def list_channels(services: AllServices) -> ChannelListDocument:
    """List the channels of the server's environment by name; their addresses are told nobody."""
    found = [{"name": name, "problem": problem} for name, problem in services.alerts.channels()]
    return ChannelListDocument.model_validate({"channels": found})


@router.get(
    "/feeds/{name}.xml",
    response_class=Response,
    responses=file_response(MEDIA_TYPE, "An Atom feed.") | problems(404, 422),
)
def read_feed(name: ScheduleName, request: HttpRequest, services: AllServices, root_path: RootPath) -> Response:
    """Return what is new in the newest runs of a schedule as an Atom feed, one entry a run."""
    schedule, told = services.alerts.told(name)
    base = f"{request.url.scheme}://{request.url.netloc}{root_path}"
    entries = [
        FeedEntry(run.run_id, run.finished_at, message, f"{base}/scans/{run.run_id}/new")
        for run, message in told
        if run.finished_at is not None
    ]
    own = f"{base}/feeds/{quote(name, safe='')}.xml"
    created = schedule.created_at or services.clock.now()
    return Response(atom(schedule.schedule_id, name, own, entries, created), media_type=MEDIA_TYPE)
