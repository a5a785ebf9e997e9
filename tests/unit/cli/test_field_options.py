"""The options of a command are those of the table of fields, and give what a request gives."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from technic_scanner.cli.app import app_for
from technic_scanner.cli.field_options import FIELDS, takes_fields
from technic_scanner.domain.config import OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.fields import Field, Kind
from technic_scanner.runs.requests import read_config, read_options


def given_to(command_line: list[str], *names: str) -> dict[str, Any]:
    """Return what a command that takes these fields is given."""
    seen: dict[str, Any] = {}
    made = typer.Typer()

    @made.command()
    @takes_fields(*names)
    def command(given: dict[str, Any], count: Annotated[int, typer.Option(help="Not a field.")] = 1) -> None:
        seen.update(given, count=count)

    result = CliRunner().invoke(made, command_line)
    assert result.exit_code == 0, result.output
    return seen


def test_what_is_given_is_what_a_request_gives() -> None:
    words = ["--sector", "Energy, Utilities", "--sector", "Financials", "--max-symbols", "5", "--min-price", "2.5"]
    words += ["--sector-neutral", "--as-of", "2010-05-28", "--profile-weights", "trend=0.5,volume = 2", "--count", "3"]
    words += ["--stage-plan", "universe_loading=0.25,data_fetching=0.25", "--stage-plan", "symbol_scanning=0.5"]
    given = given_to(words, *FIELDS)
    assert given == {
        "sectors": ["Energy", "Utilities", "Financials"],
        "max_symbols": 5,
        "min_price": 2.5,
        "sector_neutral": True,
        "as_of_date": "2010-05-28",
        "profile_weights": [["trend", 0.5], ["volume", 2.0]],
        "stage_plan": [["universe_loading", 0.25], ["data_fetching", 0.25], ["symbol_scanning", 0.5]],
        "count": 3,
    }


def test_nothing_given_is_nothing() -> None:
    assert given_to([], *FIELDS) == {"count": 1}


def test_a_command_has_the_options_of_its_fields_alone() -> None:
    result = CliRunner().invoke(
        app_for(["replay"]), ["replay", "--from", "2010-01-01", "--to", "2010-02-01", "--chunk-size", "5"]
    )
    assert result.exit_code == 2


def test_what_is_no_number_is_left_to_the_reader_of_requests() -> None:
    given = given_to(["--max-symbols", "1.5", "--min-price", "x"], "max_symbols", "min_price")
    named = {name: given[name] for name in ("max_symbols", "min_price")}
    assert [problem.field for problem in read_config(named).problems] == ["max_symbols", "min_price"]


@pytest.mark.parametrize("word", ["trend", "trend=", "trend=much", "=1"])
def test_what_is_no_weight_is_left_to_the_reader_of_requests(word: str) -> None:
    given = read_config(
        {"profile_weights": given_to(["--profile-weights", word], "profile_weights")["profile_weights"]}
    )
    problems = (*given.problems, *given.over(ScanConfig()).problems())
    assert [problem.field.startswith("profile_weights") for problem in problems] == [True]


def test_the_old_name_of_a_renamed_field_is_an_option_too() -> None:
    given = given_to(["--lookback-days", "120"], "lookback_sessions")
    assert read_config({name: given[name] for name in given if name != "count"}).values == {"lookback_sessions": 120}
    both = given_to(["--lookback-days", "120", "--lookback-sessions", "121"], "lookback_sessions")
    problems = read_config({name: both[name] for name in both if name != "count"}).problems
    assert [problem.field for problem in problems] == ["lookback_days"]


WORDS: dict[Kind, str] = {
    Kind.TEXT: "text",
    Kind.COUNT: "7",
    Kind.NUMBER: "7.5",
    Kind.DATE: "2010-05-28",
    Kind.NAMES: "Energy",
    Kind.WEIGHTS: "trend=2",
    Kind.STAGE_PLAN: "universe_loading=0.1,data_fetching=0.2,symbol_scanning=0.3,finalization=0.4",
}


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
def test_every_field_is_an_option_of_scan_with_help_of_the_table(field: Field) -> None:
    (option,) = [item for item in get_command(app_for(())).commands["scan"].params if item.name == field.name]  # type: ignore[attr-defined]
    assert field.option in option.opts
    assert field.spec.label in option.help
    assert field.spec.help in option.help
    assert field.bounds in option.help
    written = field.spec.example or WORDS.get(field.kind, "")
    words = [] if field.kind is Kind.FLAG else [field.choices[-1] if field.kind is Kind.CHOICE else written]
    given = given_to([field.option, *words], field.name)
    part, base = (read_options, RunOptions()) if field.name in OPTION_FIELDS else (read_config, ScanConfig())
    read = part({field.name: given[field.name]}).over(base)  # type: ignore[type-var]
    assert not read.problems()
    assert getattr(read, field.name) != field.default
