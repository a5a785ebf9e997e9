"""One line a record, in either form, with the run that it is about; and nothing configured that nobody asked for."""

from __future__ import annotations

import ast
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import technic_scanner
from technic_scanner.errors import ConfigError
from technic_scanner.logs import configure
from technic_scanner.runs.scan_task import ScanTask
from technic_scanner.runs.worker.heartbeat import Heartbeat
from technic_scanner.settings import load_settings
from tests.support.runs.worker_bench import Bench, bench, succeed

__all__ = ["bench"]

PACKAGE = Path(technic_scanner.__file__).parent
LOGGER = logging.getLogger("technic_scanner.some.place")
SERVERS = ("uvicorn", "uvicorn.access", "uvicorn.error")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave logging as it was."""
    loggers = [logging.getLogger(name) for name in ("", "technic_scanner", *SERVERS)]
    before = [(logger, logger.level, list(logger.handlers), logger.propagate) for logger in loggers]
    yield
    for logger, level, handlers, propagate in before:
        logger.setLevel(level)
        logger.handlers = handlers
        logger.propagate = propagate


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    """The lines since the last look."""

    def look() -> list[str]:
        return capsys.readouterr().err.splitlines()

    return look


@pytest.fixture
def entries(lines: Callable[[], list[str]]) -> Callable[[], list[dict]]:
    """The lines since the last look, as JSON."""
    return lambda: [json.loads(line) for line in lines()]


def test_text_is_key_and_value(lines: Callable[[], list[str]]) -> None:
    configure("INFO", "text")
    LOGGER.info("it costs %d %s", 3, "pence")
    (line,) = lines()
    assert re.fullmatch(
        r"timestamp=\d{4}-\d\d-\d\dT[\d:.]+Z level=info logger=technic_scanner\.some\.place"
        r' event="it costs 3 pence"',
        line,
    )


def test_json_holds_the_same(entries: Callable[[], list[dict]]) -> None:
    configure("INFO", "json")
    LOGGER.warning("Grüße from %s", "here")
    (entry,) = entries()
    assert list(entry) == ["timestamp", "level", "logger", "event"]
    assert (entry["level"], entry["event"]) == ("warning", "Grüße from here")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_record_is_one_line_whatever_it_says(lines: Callable[[], list[str]], form: str) -> None:
    configure("INFO", form)
    LOGGER.info("first\nlevel=error event=forged")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        LOGGER.exception("it broke")
    told, broke = lines()
    assert "forged" in told
    assert "Traceback" in broke
    assert "two\\nlines" in broke


def test_less_severe_records_and_other_packages_talk_are_left_out(entries: Callable[[], list[dict]]) -> None:
    configure("INFO", "json")
    LOGGER.debug("too fine")
    LOGGER.info("fine")
    logging.getLogger("numba").info("chatter")
    logging.getLogger("numba").warning("trouble")
    assert [entry["event"] for entry in entries()] == ["fine", "trouble"]
    configure("ERROR", "json")
    LOGGER.warning("not severe enough")
    logging.getLogger("numba").warning("not severe enough")
    assert entries() == []
    configure("DEBUG", "json")
    LOGGER.debug("fine now")
    logging.getLogger("numba").debug("chatter")
    assert [entry["event"] for entry in entries()] == ["fine now"]


def test_the_servers_lines_look_the_same(entries: Callable[[], list[dict]]) -> None:
    access = logging.getLogger("uvicorn.access")
    access.addHandler(logging.StreamHandler(sys.stdout))
    access.propagate = False
    access.setLevel("INFO")
    configure("INFO", "json")
    access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", "/health/live", "1.1", 200)
    (entry,) = entries()
    assert entry["event"] == '127.0.0.1:5 - "GET /health/live HTTP/1.1" 200'


def test_configuring_again_repeats_nothing(entries: Callable[[], list[dict]]) -> None:
    configure("INFO", "json")
    others, own = logging.getLogger().handlers[:-1], logging.getLogger().handlers[-1]
    for _ in range(3):
        configure("INFO", "json")
    LOGGER.info("once")
    assert [entry["event"] for entry in entries()] == ["once"]
    assert logging.getLogger().handlers[:-1] == others
    assert logging.getLogger().handlers[-1] is not own


def test_what_a_worker_logs_says_of_which_run(entries: Callable[[], list[dict]], bench: Bench) -> None:
    bench.queue(2)

    def scan(task: ScanTask) -> object:
        LOGGER.info("at work")
        return succeed(task)

    configure("INFO", "json")
    bench.worker(scan).run()
    LOGGER.info("afterwards")
    told = entries()
    assert [entry.get("run_id") for entry in told if entry["event"] == "at work"] == ["run-0001", "run-0002"]
    assert [entry.get("attempt") for entry in told if entry["event"] == "at work"] == [1, 1]
    assert "run_id" not in told[-1]


def test_so_does_the_thread_beside_it(
    entries: Callable[[], list[dict]], bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.queue()
    loop = Heartbeat._loop

    def told_loop(self: Heartbeat) -> None:
        LOGGER.info("beside it")
        loop(self)

    monkeypatch.setattr(Heartbeat, "_loop", told_loop)
    configure("INFO", "json")
    bench.worker().run()
    (beside,) = [entry for entry in entries() if entry["event"] == "beside it"]
    assert (beside["run_id"], beside["attempt"]) == ("run-0001", 1)


def test_bad_settings_are_named() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(log_level="LOUD", log_format="xml")
    named = {problem.field for problem in caught.value.problems}
    assert named == {"TECHNIC_LOG_LEVEL", "TECHNIC_LOG_FORMAT"}


@pytest.mark.slow
def test_only_what_keeps_running_configures_logging() -> None:
    users = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "technic_scanner.logs"
    }
    assert users == {"asgi.py", "api/alone.py", "cli/hosting.py"}
    setters = re.compile(r"basicConfig|dictConfig|fileConfig|structlog\.configure\(")
    assert not [path for path in PACKAGE.rglob("*.py") if setters.search(path.read_text())]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_cannot_steer_the_terminal_that_shows_it(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", form)  # type: ignore[arg-type]
    logging.getLogger("technic_scanner.x").info("run of %s ends", "a\x1b[2J\x9b1m\u202eb\nc")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert not [letter for letter in "\x1b\x9b\u202e" if letter in said]
