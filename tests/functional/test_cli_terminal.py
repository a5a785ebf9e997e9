"""The command line as a process of its own on a real terminal: live bars, Ctrl-C, exit codes, completion."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.run import RunStatus
from technic_scanner.settings import load_settings

PROGRAM = [sys.executable, "-m", "technic_scanner.cli.main"]
CTRL_C = b"\x03"
SECONDS = 120.0


def _hear_ctrl_c() -> None:
    """Make the terminal the program's own, and Ctrl-C its signal even where the tests run in the background."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A program whose standard streams are a terminal that a test types into."""

    def __init__(self, home: Path, *words: str, columns: int = 120) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TECHNIC_")}
        environment |= {"TECHNIC_HOME": str(home), "TERM": "xterm", "COLUMNS": str(columns)}
        self._columns = columns
        self._file, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [*PROGRAM, *words],
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - no other threads
        )
        os.close(theirs)
        self.text = ""

    def read_until(self, wanted: str) -> None:
        """Return once this is on the screen."""
        give_up = time.monotonic() + SECONDS
        while wanted not in self.text:
            assert self._read(), self.text
            assert time.monotonic() < give_up, self.text

    def press(self, key: bytes) -> None:
        """Type."""
        os.write(self._file, key)

    def finish(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        os.close(self._file)
        return self._process.wait()

    def screen(self) -> list[str]:
        """Return the lines that a person sees: rich goes up, erases lines and writes them anew."""
        lines, row, column = [""], 0, 0
        for command, sign in re.findall(r"\x1b\[([?0-9;]*[A-Za-z])|([^\x1b])", self.text):
            if command == "2K":
                lines[row] = ""
            elif command.endswith("A"):
                row -= int(command[:-1] or 1)
            elif sign == "\r":
                column = 0
            elif sign == "\n" or (sign and column == self._columns):
                row, column = row + 1, 0 if sign != "\n" else column
            lines += [""] * (row + 1 - len(lines))
            if sign and sign not in "\r\n":
                lines[row] = lines[row][:column].ljust(column) + sign + lines[row][column + 1 :]
                column += 1
        return [line.rstrip() for line in lines]

    def _read(self) -> bool:
        try:
            data = os.read(self._file, 65536)
        except OSError:  # the terminal's other side is closed
            return False
        self.text += data.decode(errors="replace")
        return bool(data)


def hold_worker_at_first_event(services: Services) -> int:
    """Stop the worker as soon as its run has begun, so that it cannot end before the key is pressed; return its pid."""
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        busy = [worker for worker in services.service.workers() if worker.run_id is not None]
        if busy and services.service.events(str(busy[0].run_id), 0):
            os.kill(busy[0].pid, signal.SIGSTOP)
            return busy[0].pid
        time.sleep(0.01)
    raise AssertionError("no worker has begun the run")


def test_ctrl_c_on_a_terminal_cancels_and_says_how_to_resume(tmp_path: Path) -> None:
    words = ("scan", "--source", "synthetic", "--universe", "8000x1260", "--max-symbols", "8000")
    scan = Terminal(tmp_path, *words, columns=60)  # so narrow that the bars' facts are cut
    services = build(load_settings(home=tmp_path))
    try:
        worker = hold_worker_at_first_event(services)
        try:
            scan.read_until("Finalization")
            scan.press(CTRL_C)
            scan.read_until("Cancelling")
        finally:
            os.kill(worker, signal.SIGCONT)
        assert scan.finish() == 130
        record = services.service.list().records[0]
        assert record.status is RunStatus.CANCELLED
        assert [line[:7] for line in scan.screen()].count("Overall") == 1
        assert f"technic-scanner resume {record.run_id}" in "".join(scan.screen())
        assert "Traceback" not in scan.text
        while services.service.workers():
            time.sleep(0.05)
    finally:
        services.close()


@pytest.mark.parametrize(("columns", "left_out"), [(40, "Signal, Tier, Score, Shares"), (80, None)])
def test_a_narrow_terminal_shows_shares_of_work_and_picks_whole(
    tmp_path: Path, columns: int, left_out: str | None
) -> None:
    words = ("scan", "--source", "synthetic", "--universe", "60x300", "--lookback-days", "300", "--top-n", "2")
    scan = Terminal(tmp_path, *words, "--min-tech-rating", "0", "--direction", "both", columns=columns)
    assert scan.finish() == 0
    lines = scan.screen()
    assert sum(" 100.0% " in line for line in lines) == 5
    header = next(line for line in lines if line.startswith("Rank"))
    picks = [line.split() for line in lines if re.match(r"[12] +SYN\d{5} ", line)]
    assert {"Symbol", "Entry", "Stop", "Target"} <= set(header.split())
    assert len(picks) == 2
    assert all(sum(bool(re.fullmatch(r"\d+\.\d\d", word)) for word in words) >= 3 for words in picks)
    assert ("Columns hidden" in scan.text) is (left_out is not None)
    assert left_out is None or left_out in "".join(lines)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands_and_their_options(tmp_path: Path, shell: str) -> None:
    def completed(words: str) -> str:
        asked = {
            "_TECHNIC_SCANNER_COMPLETE": f"complete_{shell}",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
            "_TYPER_COMPLETE_ARGS": words,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "TECHNIC_HOME": str(tmp_path),
        }
        code = "import sys; sys.argv[0] = 'technic-scanner'; from technic_scanner.cli.main import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | asked, capture_output=True, text=True, check=False
        )
        return done.stdout

    assert "cancel" in completed("technic-scanner can")
    assert "--min-tech-rating" in completed("technic-scanner scan --min-te")
