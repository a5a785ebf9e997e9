"""Commands that keep running: serve, api, worker; and warmup, which prepares them."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from technic_scanner.bootstrap import build, warm_up
from technic_scanner.settings import load_settings

app = typer.Typer(no_args_is_help=True)
ASGI_SCRIPT = Path(__file__).resolve().parent.parent / "asgi.py"


@app.command()
def worker(
    forever: Annotated[bool, typer.Option("--forever", help="Wait for more runs when the queue is empty.")] = False,
) -> None:
    """Execute queued runs, one at a time, until the queue is empty."""
    services = build()
    hand = services.worker(forever=forever)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: hand.stop())
    hand.run()
    services.close()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; TECHNIC_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; TECHNIC_PORT.")] = None,
) -> None:
    """Serve the dashboard and the API on one port."""
    settings = load_settings()
    address, number = host or settings.host, port if port is not None else settings.port
    command = [
        sys.executable, "-m", "streamlit", "run", str(ASGI_SCRIPT),
        "--server.address", address, "--server.port", str(number), "--server.headless", "true",
    ]
    os.execv(sys.executable, command)


@app.command()
def warmup() -> None:
    """Compile the kernels, so that the first scan does not have to."""
    warm_up()
    typer.echo("The kernels are compiled.")
