"""Leaving without taking the modules apart loses nothing of an ordinary exit."""

from __future__ import annotations

import subprocess
import sys

import pytest


def end_of(*lines: str) -> subprocess.CompletedProcess[str]:
    """Run the lines inside of the block, in a process whose last module says when it is taken apart."""
    program = "\n".join((
        "import atexit, sys, threading",
        "class Loud:",
        "    def __del__(self): sys.__stdout__.write('taken apart ')",
        "loud = Loud()",
        "from technic_scanner.cli.quick_exit import quick_exit",
        "with quick_exit():",
        *(f"    {line}" for line in lines),
    ))  # fmt: skip
    return subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(("word", "code"), [("0", 0), ("3", 3), ("", 0)])
def test_the_code_is_the_same_and_nothing_is_taken_apart(word: str, code: int) -> None:
    done = end_of("print('said', end='')", f"sys.exit({word})")
    assert (done.returncode, done.stdout, done.stderr) == (code, "said", "")


def test_what_was_registered_is_done_and_threads_are_waited_for() -> None:
    done = end_of(
        "held = threading.Event()",
        "thread = threading.Thread(target=lambda: (held.wait(), print('thread')))",
        "thread.start()",
        "atexit.register(print, 'registered')",
        "threading._register_atexit(held.set)",
        "sys.exit(1)",
    )
    assert (done.returncode, done.stdout) == (1, "thread\nregistered\n")


def test_an_error_and_a_text_end_as_usual() -> None:
    failed, spoke = end_of("raise ValueError('bad')"), end_of("sys.exit('why')")
    assert failed.returncode == 1
    assert "ValueError: bad" in failed.stderr
    assert (spoke.returncode, spoke.stderr) == (1, "why\n")
    assert failed.stdout == spoke.stdout == "taken apart "
