"""A Chromium without a debugger, whose tabs an extension of ours opens and watches.

With Playwright or the developer's tools attached, V8 collects the source positions of every stack trace; while Plotly's
4.7 MB are evaluated that costs more than half a second which nobody who uses the dashboard waits for.
"""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.pages.desk import Desk, Job, Report, open_desk
from benchmarks.pages.served import END_SECONDS, end
from tools.ensure_chromium import find

EXTENSION = Path(__file__).with_name("extension")
PATIENCE_SECONDS = 20.0  # for one page
SILENCE_SECONDS = 60.0  # of the extension
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--window-size=1280,900",
    "--disable-features=DisableLoadExtensionCommandLineSwitch",
)


@dataclass
class Browser:
    """An open Chromium, and the desk that its extension reports to."""

    process: subprocess.Popen[bytes]
    desk: Desk
    opened: int = 0

    def seconds(self, name: str, url: str, text: str) -> float:
        """Return when the page was drawn in a new tab, since its navigation began; SystemExit if it was not."""
        self.opened += 1
        self.desk.jobs.put(Job(self.opened, url, text, 1e3 * PATIENCE_SECONDS))
        report = self._report(name)
        if report.number != self.opened:
            raise SystemExit(f"the extension reported on tab {report.number} instead of {self.opened}, page {name}")
        if report.milliseconds is None:
            raise SystemExit(
                f"the page {name} was not drawn within {PATIENCE_SECONDS:.0f} s: {report.missing} was missing ({url})"
            )
        return report.milliseconds / 1e3

    def _report(self, name: str) -> Report:
        try:
            return self.desk.reports.get(timeout=SILENCE_SECONDS)
        except queue.Empty:
            code = self.process.poll()
            state = "Chromium runs, but may not load unpacked extensions" if code is None else f"Chromium ended: {code}"
            raise SystemExit(
                f"the extension did not report within {SILENCE_SECONDS:.0f} s, at the page {name}: {state}"
            ) from None


def installed() -> str:
    """Return the path of Chromium; SystemExit if there is none."""
    path = find()
    if path is None:
        raise SystemExit("no Chromium on this machine: python -m tools.ensure_chromium")
    return path


@contextmanager
def browsing(chromium: str) -> Iterator[Browser]:
    """Start ``chromium`` with a profile of its own and our extension, and end it afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="technic-pages-", ignore_cleanup_errors=True) as folder,
        open_desk() as desk,
    ):
        extension = _extension(Path(folder), desk.url)
        command = [chromium, *FLAGS, f"--user-data-dir={folder}/profile", f"--load-extension={extension}"]
        process = subprocess.Popen(
            [*command, f"--disable-extensions-except={extension}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Browser(process, desk)
        finally:
            _end_all(process)


def _end_all(process: subprocess.Popen[bytes]) -> None:
    """End Chromium and wait for the processes that it started: they write into the profile to the last."""
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    end(process)
    _, left = psutil.wait_procs(family, END_SECONDS)
    for child in left:
        child.kill()


def _extension(folder: Path, url: str) -> Path:
    """Copy the extension and tell it where the desk is."""
    copy = folder / "extension"
    shutil.copytree(EXTENSION, copy)
    (copy / "desk.json").write_text(json.dumps({"url": url}), encoding="utf-8")
    return copy
