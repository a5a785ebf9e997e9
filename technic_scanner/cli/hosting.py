"""Define the long-running commands serve, api and worker, and warmup, which prepares for them."""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from technic_scanner.bootstrap import Services, build
from technic_scanner.cli.output import Json, emit, errors_as_sentences, say, tell, warn_of_unknown_settings
from technic_scanner.dashboard_files import PACKAGE, complete_folder
from technic_scanner.logs import configure
from technic_scanner.progress.text import count_text
from technic_scanner.runs.worker.idle import RETIRED, Idle, StandingBy
from technic_scanner.settings import Settings, environment_with, load_settings, require_safe_binding

ASGI_SCRIPT = PACKAGE / "asgi.py"
SHUTDOWN_SECONDS = 3
_MEMORY_ARENAS = "2"
_SECRETS = ".streamlit/secrets.toml"
_Host = Annotated[str | None, typer.Option(help="Address to listen on; default TECHNIC_HOST or 127.0.0.1.")]
_Port = Annotated[int | None, typer.Option(help="Port to listen on; default TECHNIC_PORT or 8501.")]
_JsonAddress = Annotated[bool, typer.Option("--json", help="Print the address as JSON before serving.")]


def worker(
    forever: Annotated[bool, typer.Option("--forever", help="Wait for more runs when the queue is empty.")] = False,
    standby_for: Annotated[
        int | None,
        typer.Option(metavar="PID", help="Stay loaded for the next run while the server with this process id runs."),
    ] = None,
    for_seconds: Annotated[
        float | None,
        typer.Option(min=0.0, help="With --standby-for, leave after so long without a run, if it is less than set."),
    ] = None,
    ahead_of: Annotated[
        int | None,
        typer.Option(metavar="PID", help="Wait for the run that the process with this id will queue."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Execute queued runs, one at a time, until the queue is empty."""
    if forever + (standby_for is not None) + (ahead_of is not None) > 1:
        raise typer.BadParameter("--forever, --standby-for and --ahead-of exclude each other.")
    with errors_as_sentences():
        settings = load_settings()
        configure(settings.log_level, settings.log_format)
        with build(settings) as services, _idle(services, forever, standby_for, for_seconds, ahead_of) as idle:
            warn_of_unknown_settings(services)
            hand = services.worker(idle)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: hand.stop())
            count = hand.run()
        tell({"executed": count}, f"{count_text(count, 'run')} executed.", as_json=as_json)
        if isinstance(idle, StandingBy) and idle.retired:
            raise typer.Exit(RETIRED)


def serve(host: _Host = None, port: _Port = None, as_json: _JsonAddress = False) -> None:
    """Serve the dashboard and the API on one port."""
    with errors_as_sentences():
        settings = load_settings()
        address, number = _address(settings, host, port)
        folder = complete_folder()
        _check(settings)
        _announce(address, number, "/api", as_json=as_json)
        environment = _environment(settings, address, number)
        flags = ["--server.address", address, "--server.port", number, "--server.headless", "true"]
        # Streamlit accepts a page of any host name as its own if the Host header has the same name, as in DNS
        # rebinding.
        flags += [part for name in settings.allowed_hosts for part in ("--server.allowedHosts", name.strip("[]"))]
        flags += _secrets_flags(folder, environment)
        # Streamlit reads its settings from the folder that it is started in.
        os.chdir(folder)
        _become(["streamlit", "run", str(ASGI_SCRIPT), *flags], environment)


def api(host: _Host = None, port: _Port = None, as_json: _JsonAddress = False) -> None:
    """Serve only the API, at the root."""
    with errors_as_sentences():
        settings = load_settings()
        address, number = _address(settings, host, port)
        _check(settings)
        _announce(address, number, "", as_json=as_json)
        flags = ["--host", address, "--port", number, "--timeout-graceful-shutdown", str(SHUTDOWN_SECONDS)]
        # uvicorn puts the current folder in front of the import path unless it gets another: that of the programs.
        flags += ["--app-dir", str(Path(sys.executable).parent)]
        _become(["uvicorn", "technic_scanner.api.alone:app", *flags], _environment(settings, address, number))


def warmup(as_json: Json = False) -> None:
    """Compile the numerical kernels, so that the first scan and the first study start faster."""
    from technic_scanner.bootstrap import warm_up  # noqa: PLC0415 - no other command compiles anything

    say("Compiling what is not compiled yet: up to two minutes.")
    warm_up()
    tell({"kernels": "compiled"}, "The kernels are compiled.", as_json=as_json)


def _idle(
    services: Services, forever: bool, standby_for: int | None, for_seconds: float | None, ahead_of: int | None
) -> AbstractContextManager[Idle | None]:
    if ahead_of is not None:
        return services.ahead_of(ahead_of)
    if standby_for is not None:
        return services.standing_by(standby_for, math.inf if for_seconds is None else for_seconds)
    return services.waiting() if forever else nullcontext()


def _address(settings: Settings, host: str | None, port: int | None) -> tuple[str, str]:
    """Return host and port. Raises ConfigError if other machines can reach them and no tokens are set."""
    address = settings.host if host is None else host
    require_safe_binding(address, settings.api_tokens)
    return address, str(settings.port if port is None else port)


def _check(settings: Settings) -> None:
    """Raise what would keep the server from starting, as an error that this command can say in a sentence."""
    with build(settings) as services:
        services.store.require_writable()
        warn_of_unknown_settings(services)


def _environment(settings: Settings, host: str, port: str) -> dict[str, str]:
    """Return the server's environment, with absolute folders so that it does not depend on the working directory.

    glibc would give each of the server's threads memory of its own, and keep in each what its largest answer took.
    """
    own = environment_with(**settings.environment() | {"TECHNIC_HOST": host, "TECHNIC_PORT": port})
    return {"MALLOC_ARENA_MAX": _MEMORY_ARENAS} | own


def _secrets_flags(folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Return the flags by which Streamlit also reads the secrets of the user's folder, which ``serve`` leaves."""
    own = Path.cwd() / _SECRETS
    if "STREAMLIT_SECRETS_FILES" in environment or not own.is_file() or own.parent.parent == folder:
        return []
    # A flag replaces the places where Streamlit looks by itself, so they are named too; the last one wins.
    files = (Path.home() / _SECRETS, folder / _SECRETS, own)
    return [part for path in files for part in ("--secrets.files", str(path))]


def _announce(host: str, port: str, mount: str, *, as_json: bool) -> None:
    """Print the URL of the API as JSON for programs; the server itself prints it for people."""
    if as_json:
        name = f"[{host}]" if ":" in host else host
        emit({"url": f"http://{name}:{port}", "api": f"http://{name}:{port}{mount}"})


def _become(module: list[str], environment: dict[str, str]) -> None:
    """Replace this process by the server, a module with its arguments, so that signals and exit code are the server's.

    ``-P`` keeps the current folder out of the import path: a user's click.py is not a dependency of the server.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-P", "-m", "technic_scanner.server", *module]
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own interpreter
