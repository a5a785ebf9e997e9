"""A preset must restore exactly the form that was saved."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from technic_scanner.domain.config import DIRECTIONS, STRATEGY_PROFILES, RunOptions, ScanConfig, field_names
from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.domain.stage import StagePlan
from technic_scanner.errors import ConfigError
from technic_scanner.ui.scan import form_state

names = some.text(alphabet="abcdefghijklmnopqrstuvwxyz ", min_size=1, max_size=12).map(str.strip).filter(bool)
symbols = some.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ.-0123456789", min_size=1, max_size=6)
amounts = some.floats(min_value=0.5, max_value=1e6)
configs = some.builds(
    ScanConfig,
    source=names,
    universe=some.none() | names,
    sectors=some.lists(some.sampled_from(GICS_SECTORS), unique=True, max_size=4),
    industries=some.lists(names, unique=True, max_size=3),
    subindustries=some.lists(names, unique=True, max_size=3),
    industry_contains=some.none() | names,
    symbols=some.lists(symbols, unique=True, max_size=5),
    max_symbols=some.integers(1, 100_000),
    lookback_sessions=some.integers(1, 20_000),
    as_of_date=some.none() | some.dates(date(1990, 1, 1), date(2026, 1, 1)),
    min_price=amounts,
    min_dollar_volume=amounts,
    min_tech_rating=some.floats(0, 100),
    top_n=some.none() | some.integers(1, 500),
    direction=some.sampled_from(DIRECTIONS),
    strategy_profile_name=some.sampled_from(STRATEGY_PROFILES),
    profile_weights=some.lists(some.sampled_from(SUB_SCORES), unique=True).map(
        lambda chosen: tuple((name, 0.25) for name in SUB_SCORES if name in chosen)
    ),
    sector_neutral=some.booleans(),
    account_size=amounts,
    risk_pct=some.floats(0.01, 100),
    target_rr=some.floats(0.1, 10),
    max_position_pct=some.floats(0.1, 100),
)
all_options = some.builds(
    RunOptions,
    executor=some.sampled_from(("local", "dask")),
    workers=some.none() | some.integers(1, 64),
    scheduler=some.none() | names,
    chunk_size=some.integers(1, 1000),
    fetch_batch_size=some.integers(1, 1000),
    event_interval_seconds=some.floats(0, 60),
    refresh=some.booleans(),
    stage_plan=some.sampled_from(
        [StagePlan(), StagePlan(tuple(zip(StagePlan().names, (0.25, 0.25, 0.25, 0.25), strict=True)))]
    ),
)


@given(config=configs, options=all_options)
def test_what_a_preset_saves_is_what_the_form_restores(config: ScanConfig, options: RunOptions) -> None:
    values = form_state.form_values(config, options)
    assert form_state.config_of(values) == config
    assert form_state.options_of(values) == options


def test_every_field_of_config_and_options_is_in_the_form() -> None:
    values = form_state.form_values(ScanConfig(), RunOptions())
    in_groups = {"profile_weights", "stage_plan"}
    for name in {*field_names(ScanConfig), *field_names(RunOptions)} - in_groups:
        assert form_state.key(name) in values, name
    assert {form_state.key(f"weight_{name}") for name in SUB_SCORES} <= set(values)


def test_whole_numbers_from_json_become_floats_for_the_number_widgets() -> None:
    values = form_state.form_values(ScanConfig(min_price=5, account_size=20_000), RunOptions())
    assert isinstance(values[form_state.key("min_price")], float)
    assert isinstance(values[form_state.key("account_size")], float)


def test_a_pasted_watchlist_is_split_at_anything_between_symbols() -> None:
    assert form_state.split_symbols(" aapl, msft;\nbrk.b\t xom,,") == ("AAPL", "MSFT", "BRK.B", "XOM")
    assert form_state.split_symbols("  ") == ()


def test_quotation_marks_of_other_programs_are_left_out() -> None:
    assert form_state.split_symbols("'aapl', “msft” `xom` 'o''x'") == ("AAPL", "MSFT", "XOM", "O''X")


@given(some.lists(some.text(min_size=1, max_size=6).map(str.upper), max_size=5))
def test_any_list_of_symbols_is_read_back(pasted: list[str]) -> None:
    upper = tuple(symbol for symbol in pasted if symbol == symbol.upper())
    assert form_state.split_symbols(form_state.joined_symbols(upper)) == upper


def test_stage_weights_that_do_not_sum_to_one_are_named() -> None:
    values = form_state.form_values(ScanConfig(), RunOptions())
    values[form_state.key("stage_data_fetching")] = 0.9
    with pytest.raises(ConfigError, match="must sum to 1"):
        form_state.options_of(values)
