"""The container files say what the program takes: its settings, its commands, its address of health."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from technic_scanner.api import health
from technic_scanner.cli.app import app_for
from technic_scanner.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TEXTS = {name: (ROOT / name).read_text() for name in ("Dockerfile", "compose.yaml")}
COMMAND = re.compile(r"\[\"technic-scanner\", (.+?)\]")


@pytest.mark.parametrize("name", TEXTS)
def test_only_settings_that_exist_are_set(name: str) -> None:
    known = {f"TECHNIC_{field.upper()}" for field in Settings.model_fields}
    named = set(re.findall(r"TECHNIC_[A-Z_]+[A-Z]", TEXTS[name]))
    assert named
    assert named <= known


@pytest.mark.parametrize("name", TEXTS)
def test_only_commands_and_options_that_exist_are_run(name: str) -> None:
    (words,) = COMMAND.findall(TEXTS[name])
    command, *options = re.findall(r"\"([^\"]+)\"", words)
    found = get_command(app_for(())).commands[command]  # type: ignore[attr-defined]
    known = {option for item in found.params for option in item.opts}
    assert {option for option in options if option.startswith("--")} <= known


def test_the_health_check_asks_where_the_api_answers() -> None:
    (path,) = re.findall(r"http://127\.0\.0\.1:8501/api(\S+?)'", TEXTS["Dockerfile"])
    assert path in {route.path for route in health.router.routes}  # type: ignore[attr-defined]
    assert str(Settings.model_fields["port"].default) == "8501"


@pytest.mark.parametrize("name", TEXTS)
def test_images_are_pinned_to_a_release(name: str) -> None:
    images = re.findall(r"(?:PYTHON_IMAGE=|image: )(\S+:\S+)", TEXTS[name])
    assert images
    assert all(re.search(r":\d", image) for image in images)
