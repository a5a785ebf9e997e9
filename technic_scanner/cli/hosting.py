"""Commands that keep running: serve, api, worker; and warmup, which prepares them."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from technic_scanner.bootstrap import build, warm_up
from technic_scanner.cli.output import errors_as_sentences, say
from technic_scanner.settings import environment_with, load_settings

ASGI_SCRIPT = Path(__file__).resolve().parent.parent / "asgi.py"
SHUTDOWN_SECONDS = 3
_Host = Annotated[str | None, typer.Option(help="Address to listen on; default TECHNIC_HOST or 127.0.0.1.")]
_Port = Annotated[int | None, typer.Option(help="Port to listen on; default TECHNIC_PORT or 8501.")]


def worker(
    forever: Annotated[bool, typer.Option("--forever", help="Wait for more runs when the queue is empty.")] = False,
) -> None:
    """Execute queued runs, one at a time, until the queue is empty."""
    with errors_as_sentences():
        services = build()
        hand = services.worker(forever=forever)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: hand.stop())
        count = hand.run()
        services.close()
        say(f"{count} runs executed.")


def serve(host: _Host = None, port: _Port = None) -> None:
    """Serve the dashboard and the API on one port."""
    with errors_as_sentences():
        address, number = _address(host, port)
        flags = ["--server.address", address, "--server.port", number, "--server.headless", "true"]
        _become([sys.executable, "-m", "streamlit", "run", str(ASGI_SCRIPT), *flags], address, number)


def api(host: _Host = None, port: _Port = None) -> None:
    """Serve the API alone, at the root."""
    with errors_as_sentences():
        address, number = _address(host, port)
        flags = ["--host", address, "--port", number, "--timeout-graceful-shutdown", str(SHUTDOWN_SECONDS)]
        command = [sys.executable, "-m", "uvicorn", "technic_scanner.api.alone:app", *flags]
        _become(command, address, number)


def warmup() -> None:
    """Compile the kernels, so that the first scan does not have to."""
    warm_up()
    say("The kernels are compiled.")


def _address(host: str | None, port: int | None) -> tuple[str, str]:
    settings = load_settings()
    return host or settings.host, str(port if port is not None else settings.port)


def _become(command: list[str], host: str, port: str) -> None:
    """Turn this process into the server, so that its signals and its end are the server's."""
    os.execve(  # noqa: S606 - our own interpreter
        sys.executable, command, environment_with(TECHNIC_HOST=host, TECHNIC_PORT=port)
    )
