"""The guides say what there is: every command, option and setting is documented, and no other; links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from typer.main import get_command

from technic_scanner.adapters.market_data.files.plugin import PLUGIN as FILES
from technic_scanner.cli.app import app_for
from technic_scanner.cli.output import Exit
from technic_scanner.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
USING = (ROOT / "docs" / "using.md").read_text()
RUNNING = (ROOT / "docs" / "running.md").read_text()
ON_EVERY_COMMAND = {"--help", "--json"}
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|<(?:img|a)\b[^>]*?\b(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


# Options of the plugin `files` beside its root, and the variables whose names a user makes.
OF_PLUGINS = {f"TECHNIC_FILES_{option.name.upper()}" for option in FILES.options} | {"TECHNIC_CHANNEL_<NAME>"}


def rows(text: str, header: str) -> list[list[str]]:
    """Return the cells of the table whose header line begins like this."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(header))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def commands(group: Any = None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in (group or get_command(app_for(()))).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


def long_options(command: Any) -> set[str]:
    return {name for item in command.params for name in (*item.opts, *item.secondary_opts) if name.startswith("--")}


def documented_commands() -> dict[str, set[str]]:
    """Return the options that the table of commands gives each of them."""
    found = {}
    for call, _, options in rows(USING, "| command | what it does |"):
        name = " ".join(word for word in CODE.findall(call)[0].split() if word.islower())
        found[name] = {code.split()[0] for code in CODE.findall(options)}
    return found


def test_every_command_is_documented_with_its_options_and_no_other() -> None:
    existing = {name: long_options(command) - ON_EVERY_COMMAND for name, command in commands()}
    assert documented_commands() == existing


def test_arguments_are_documented_where_a_command_takes_some() -> None:
    calls = {call: CODE.findall(call)[0] for call, *_ in rows(USING, "| command | what it does |")}
    named = {" ".join(word for word in call.split() if word.islower()): call for call in calls.values()}
    for name, command in commands():
        takes = any(item.param_type_name == "argument" for item in command.params)
        assert (named[name] != name) is takes, name


def test_every_option_in_a_code_block_of_the_guides_exists() -> None:
    known = {name for _, command in commands() for name in long_options(command)}
    known |= {"--help", "--version", "--install-completion", "--show-completion"}
    for page in PAGES:
        for block in BLOCK.findall(page.read_text()):
            for line in block.splitlines():
                if line.startswith("technic-scanner "):
                    assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", line.partition("#")[0])) <= known, (page.name, line)


def test_exit_codes_are_documented() -> None:
    assert [int(code) for code, _ in rows(USING, "| exit code |")] == [int(code) for code in Exit]


def documented_settings() -> dict[str, str]:
    """Return the default that the table of settings gives each variable."""
    found = {}
    for names, defaults, _ in rows(RUNNING, "| variable | default |"):
        variables = CODE.findall(names)
        shown = defaults.split("`, `") if len(variables) > 1 else [defaults]
        assert len(shown) == len(variables), names
        found.update({name: value.strip("` ") for name, value in zip(variables, shown, strict=True)})
    return found


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(documented_settings()) == {f"TECHNIC_{name.upper()}" for name in Settings.model_fields} | OF_PLUGINS


IN_WORDS = {"TECHNIC_HOME": "the user's data folder", "TECHNIC_DATABASE_URL": "SQLite under `TECHNIC_HOME`"}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_default_of_every_setting_is_the_documented_one(name: str) -> None:
    variable = f"TECHNIC_{name.upper()}"
    shown = documented_settings()[variable]
    if variable in IN_WORDS:
        assert shown == IN_WORDS[variable].strip("`")
        return
    default = Settings.model_fields[name].default
    if default is None or default == ():
        assert shown == "none"
    elif isinstance(default, tuple):
        assert tuple(shown.split(",")) == default
    elif isinstance(default, bool):
        assert shown == str(default).lower()
    elif isinstance(default, int | float):
        assert float(shown) == default
    else:
        assert shown == default


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    known = {f"TECHNIC_{name.upper()}" for name in Settings.model_fields}
    known |= OF_PLUGINS | {"TECHNIC_TOKEN"}  # of the API's examples
    known |= {"TECHNIC_WALK_SEED", "TECHNIC_DIARY_FILE"}  # options of the plugins in docs/extending.md
    for page in PAGES:
        named = set(re.findall(r"TECHNIC_(?!CHANNEL)[A-Z][A-Z_]*[A-Z]", page.read_text()))  # users name channels
        assert named <= known, (page.name, named - known)


def test_every_picture_is_shown_light_and_dark_where_its_page_is_described() -> None:
    pictures = {path.name for path in (ROOT / "docs" / "images").glob("*.png")}
    shown = {one or other for one, other in LINK.findall(USING)}
    assert {f"images/{name}" for name in pictures} == {target for target in shown if target.startswith("images/")}
    assert {name.replace("-light-", "-dark-") for name in pictures} <= pictures
    readme = (ROOT / "README.md").read_text()
    assert "-light-" in readme
    assert "-dark-" in readme


def links() -> list[Any]:
    found = []
    for page in PAGES:
        text = BLOCK.sub("", page.read_text())
        targets = dict.fromkeys(one or other for one, other in LINK.findall(text))
        found += [pytest.param(page, target, id=f"{page.name}: {target}") for target in targets]
    return found


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, made as GitHub makes them."""
    titles = [re.sub(r"[^\w\- ]", "", title.lower()) for title in HEADING.findall(BLOCK.sub("", page.read_text()))]
    return {title.replace(" ", "-") for title in titles}


@pytest.mark.parametrize(("page", "target"), links())
def test_relative_links_and_images_lead_somewhere(page: Path, target: str) -> None:
    if re.match(r"[a-z]+:", target):
        assert target.startswith(("https://", "http://localhost", "mailto:"))
        return
    path, _, anchor = unquote(target).partition("#")
    led_to = (page.parent / path).resolve() if path else page
    assert led_to.is_relative_to(ROOT)
    assert led_to.exists(), f"{page.name} points to {target}, which does not exist"
    if anchor and led_to.suffix == ".md":
        assert anchor in anchors(led_to)
