"""The built wheel in an environment of its own, used from a folder that knows nothing of the checkout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import ReservedPort

# Of a cold start on a busy machine: the kernels are compiled, the modules too.
START_SECONDS = 300.0


class Installation:
    """An environment at ``venv``, used by somebody whose current folder is ``folder``."""

    def __init__(self, venv: Path, folder: Path) -> None:
        self.folder = folder
        self.python = venv / "bin" / "python"
        self.command = venv / "bin" / "technic-scanner"
        self.package = next(venv.glob("lib/python3*/site-packages/technic_scanner"))
        strange = ("TECHNIC_", "STREAMLIT_", "PYTEST_", "PYTHON", "VIRTUAL_ENV", "COV_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
        # Relative on purpose: it means the user's folder, from wherever a server or a worker runs.
        self.environment = kept | {"TECHNIC_HOME": "data"}

    def run(self, *arguments: str, code: int = 0, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ours to its end, which must be this exit code."""
        done = subprocess.run(
            [self.command, *arguments],
            cwd=self.folder,
            env=self.environment | settings,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        assert done.returncode == code, f"{arguments}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done

    @contextmanager
    def serving(self, command: str, health: str, log: Path) -> Iterator[str]:
        """Start ``serve`` or ``api`` and yield its address once ``health`` answers."""
        port = ReservedPort()
        with log.open("wb") as out:
            process = subprocess.Popen(
                [self.command, command, "--port", str(port.number)],
                cwd=self.folder,
                env=self.environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        url = f"http://127.0.0.1:{port.number}"
        try:
            give_up = time.monotonic() + START_SECONDS
            while not answers(url + health):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < give_up, log.read_text()
                time.sleep(0.1)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
            port.close()


def answers(url: str) -> bool:
    """True if something answers there with 200."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def fill_with_decoys(folder: Path, packages: Path) -> None:
    """Put a module that ends the program under the name of each dependency and each standard module into ``folder``."""
    dependencies = {path.stem for path in packages.iterdir() if path.name.isidentifier() or path.suffix == ".py"}
    for name in sorted(dependencies | set(sys.stdlib_module_names)):
        (folder / f"{name}.py").write_text(f'raise SystemExit("imported {name} from the current folder")\n')
