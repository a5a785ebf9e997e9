"""The two lists of requirements agree: lower bounds in the package's metadata, pins for this repository."""

from __future__ import annotations

import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from technic_scanner.extras import EXTRAS

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ALL = "all"


def by_name(lines: list[str]) -> dict[str, Requirement]:
    found = [Requirement(line) for line in lines]
    named = {canonicalize_name(item.name): item for item in found}
    assert len(named) == len(found), "a package is listed twice"
    return named


def pinned(name: str) -> dict[str, Requirement]:
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return by_name([line for line in lines if line])


EXTRA_LINES = {name: lines for name, lines in PROJECT["optional-dependencies"].items() if name != ALL}
BOUNDS = by_name([*PROJECT["dependencies"], *chain.from_iterable(EXTRA_LINES.values())])
PINS = pinned("requirements.txt")


def test_both_lists_name_the_same_packages() -> None:
    assert BOUNDS.keys() == PINS.keys()


@pytest.mark.parametrize("name", BOUNDS)
def test_the_pin_of_each_package_satisfies_its_bound(name: str) -> None:
    bound, pin = BOUNDS[name], PINS[name]
    (exact,) = pin.specifier
    assert exact.operator == "=="
    assert bound.specifier.contains(Version(exact.version))
    assert (bound.extras, bound.marker) == (pin.extras, pin.marker)


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_is_a_lower_one(name: str) -> None:
    assert [specifier.operator for specifier in BOUNDS[name].specifier] == [">="]


@pytest.mark.parametrize("name", PINS)
def test_the_lock_has_the_same_pin(name: str) -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    locked = {canonicalize_name(item.name): item.specifier for item in map(Requirement, lines)}
    assert locked[name] == PINS[name].specifier


@pytest.mark.parametrize("name", PINS)
def test_the_lock_with_hashes_has_the_same_pin(name: str) -> None:
    lines = (ROOT / "requirements.lock").read_text().replace("\\\n", " ").splitlines()
    items = (Requirement(line.partition("--hash")[0]) for line in lines)
    locked = {canonicalize_name(item.name): item for item in items}
    assert locked[name].specifier == PINS[name].specifier


def test_the_extras_are_those_that_the_program_knows() -> None:
    assert set(EXTRA_LINES) == set(EXTRAS)


def test_the_extra_all_names_every_other() -> None:
    (everything,) = map(Requirement, PROJECT["optional-dependencies"][ALL])
    assert (everything.name, everything.extras) == (PROJECT["name"], set(EXTRA_LINES))
