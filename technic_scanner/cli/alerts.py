"""Define the commands for alerts: add, list, preview, test, pause, resume, remove, messages, channels."""

from __future__ import annotations

from typing import Annotated

import typer

from technic_scanner.bootstrap import build
from technic_scanner.cli.output import Json, emit, emit_bytes, errors_as_sentences, say, table, tell
from technic_scanner.domain.alert import Alert, AlertWhen
from technic_scanner.runs.alerts.requests import alert_from_dict, alert_to_dict, delivery_to_dict

app = typer.Typer(no_args_is_help=True, help="Tell channels what is new in the runs of a schedule.")
_SHOWN = 50


@app.command()
def add(
    name: str,
    schedule: Annotated[str, typer.Option(help="Schedule whose runs are told.")],
    channel: Annotated[str, typer.Option(help="Channel: NAME of the variable TECHNIC_CHANNEL_<NAME>.")],
    when: Annotated[
        str | None, typer.Option(help="entered (default): symbols are new; changed: new or left; always.")
    ] = None,
    least: Annotated[int | None, typer.Option(help="Send if at least this many symbols are new; default 1.")] = None,
    title: Annotated[str | None, typer.Option(help="Template of the title, with $names.")] = None,
    body: Annotated[str | None, typer.Option(help="Template of the text, with $names.")] = None,
    watchlist: Annotated[str | None, typer.Option(help="Only its symbols count and are told.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the alert of this name.")] = False,
    as_json: Json = False,
) -> None:
    """Add an alert."""
    with errors_as_sentences(), build() as services:
        payload = {
            "schedule": schedule,
            "channel": channel,
            "when": when,
            "least": least,
            "title": title,
            "body": body,
            "watchlist": watchlist,
        }
        alert = alert_from_dict(name, payload)
        saved = (services.alerts.replace if replace else services.alerts.add)(alert)
        sentence = f"Alert {name!r} tells channel {channel} about the runs of schedule {schedule!r}."
        tell(alert_to_dict(saved), sentence, as_json=as_json)


@app.command("list")
def list_alerts(as_json: Json = False) -> None:
    """List the alerts, and what stands against them."""
    with errors_as_sentences(), build() as services:
        found = services.alerts.all()
        if as_json:
            emit([alert_to_dict(alert) for alert in found])
            return
        rows = [
            (
                alert.name,
                alert.schedule,
                alert.channel,
                _when(alert),
                "yes" if alert.paused else "",
            )
            for alert in found
        ]
        empty = "There are no alerts yet. To add one: technic-scanner alerts add"
        table("Alerts", ("Name", "Schedule", "Channel", "When", "Paused"), rows, empty=empty)
        for problem in services.alerts.problems():
            say(problem)


def _when(alert: Alert) -> str:
    """Say what an alert tells; one that tells every run asks for no number of symbols."""
    least = "" if alert.when is AlertWhen.ALWAYS else f", at least {alert.least}"
    return f"{alert.when.value}{least}{f', in {alert.watchlist}' if alert.watchlist else ''}"


@app.command()
def preview(name: str, as_json: Json = False) -> None:
    """Show what the newest run of the alert's schedule would say."""
    with errors_as_sentences(), build() as services:
        message = services.alerts.preview(services.alerts.get(name))
        if as_json:
            emit(message.document)
        else:
            emit_bytes(f"{message.title}\n\n{message.text}\n".encode())


@app.command("test")
def send_test(name: str, as_json: Json = False) -> None:
    """Send a message that says that it is a test."""
    with errors_as_sentences(), build() as services:
        message = services.alerts.test(name)
        tell({"name": name, "key": message.key}, f"Message {message.key} was taken.", as_json=as_json)


@app.command()
def pause(name: str, as_json: Json = False) -> None:
    """Stop an alert: runs that end meanwhile are not told."""
    with errors_as_sentences(), build() as services:
        tell(alert_to_dict(services.alerts.pause(name)), f"Alert {name!r} is paused.", as_json=as_json)


@app.command()
def resume(name: str, as_json: Json = False) -> None:
    """Let a paused alert tell runs again."""
    with errors_as_sentences(), build() as services:
        resumed = services.alerts.pause(name, paused=False)
        tell(alert_to_dict(resumed), f"Alert {name!r} tells runs again.", as_json=as_json)


@app.command()
def remove(name: str, as_json: Json = False) -> None:
    """Delete an alert and the record of its messages."""
    with errors_as_sentences(), build() as services:
        services.alerts.remove(name)
        tell({"name": name, "removed": True}, f"Alert {name!r} removed.", as_json=as_json)


@app.command()
def messages(
    name: Annotated[str | None, typer.Argument(help="Alert; default all.")] = None, as_json: Json = False
) -> None:
    """List the newest messages and what became of them."""
    with errors_as_sentences(), build() as services:
        names = {alert.alert_id: alert.name for alert in services.alerts.all()}
        rows = [delivery_to_dict(delivery, names) for delivery in services.alerts.deliveries(_SHOWN, name)]
        if as_json:
            emit(rows)
            return
        shown = ("alert", "session", "channel", "status", "attempts", "note")
        cells = [[row[field] for field in shown] for row in rows]
        table("Messages", tuple(map(str.capitalize, shown)), cells, empty="There are no messages yet.")


@app.command()
def channels(as_json: Json = False) -> None:
    """List the channels of this environment by name, and what stands against them."""
    with errors_as_sentences(), build() as services:
        found = services.alerts.channels()
        if as_json:
            emit([{"name": name, "problem": problem} for name, problem in found])
        else:
            states = [(name, problem or "ok") for name, problem in found]
            empty = "This environment has no channels; a variable TECHNIC_CHANNEL_NAME adds one."
            table("Channels", ("Name", "State"), states, empty=empty)
