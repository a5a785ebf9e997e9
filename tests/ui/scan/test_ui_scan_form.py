"""The form changes no config that can be run, and its widgets are those of the table of fields."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from technic_scanner.domain.config import CONFIG_FIELDS, DIRECTIONS, OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.fields import Field, Kind
from technic_scanner.domain.profiles import STRATEGY_PROFILES, SUB_SCORES
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.domain.stage import Stage, StagePlan
from technic_scanner.ui.scan import form_state

LARGEST = 1.7976931348623157e308
SMALLEST = 5e-324
FIELDS = [*CONFIG_FIELDS.values(), *OPTION_FIELDS.values()]


def page() -> None:
    """Draw the form alone, filled with what the test left; a page script, so it imports what it needs."""
    from datetime import date

    import streamlit as st

    from technic_scanner.domain.universe import SourceInfo
    from technic_scanner.ui.scan import scan_form

    if "wanted" in st.session_state:
        scan_form.fill(*st.session_state.pop("wanted"))
    scan_form.prepare()
    sample = SourceInfo("sample", "A sample", ("S&P 500",), date(2009, 8, 21), date(2010, 8, 20))
    with scan_form.draw([sample, SourceInfo("open", "No first and no last session", ("one", "two"))]):
        st.button("Next")


def bounded(field: Field) -> some.SearchStrategy[Any]:
    """Return every value that the domain allows for a number or a count, those at its bounds among them."""
    spec = field.spec
    low = spec.at_least if spec.above is None else spec.above
    high = spec.at_most
    if field.kind is Kind.COUNT:
        whole = some.integers(int(low or 0), int(high or 0)) | some.sampled_from([int(low or 0), int(high or 0)])
        return some.none() | whole if field.optional else whole
    edges = [high or LARGEST, SMALLEST, 0.05, 0.005, 1e21, 62.53, *([] if spec.above is not None else [low])]
    return some.floats(low, high, exclude_min=spec.above is not None, allow_infinity=False) | some.sampled_from(
        [edge for edge in edges if high is None or edge <= high]
    )


text = some.text(some.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(str.strip)
names = some.lists(text, max_size=3)
symbols = some.lists(some.text("AZ.-^= ,;\"'ß0", min_size=1, max_size=6).filter(str.strip), max_size=4)
weights = some.dictionaries(some.sampled_from(SUB_SCORES), bounded(CONFIG_FIELDS["profile_weights"]))
numbers = {field.name: bounded(field) for field in FIELDS if field.kind in (Kind.COUNT, Kind.NUMBER)}
configs = some.builds(
    ScanConfig,
    source=some.sampled_from(["sample", "open", "gone"]) | text,
    universe=some.none() | text,
    sectors=some.lists(some.sampled_from(GICS_SECTORS), max_size=4),
    industries=names,
    subindustries=names,
    industry_contains=some.none() | text,
    symbols=symbols,
    as_of_date=some.none() | some.dates() | some.sampled_from([date.min, date.max, date(2010, 5, 28)]),
    direction=some.sampled_from(DIRECTIONS),
    strategy_profile_name=some.sampled_from(STRATEGY_PROFILES),
    profile_weights=weights,
    sector_neutral=some.booleans(),
    **{name: strategy for name, strategy in numbers.items() if name in CONFIG_FIELDS},
).filter(lambda config: not config.problems())


@some.composite
def plans(draw: some.DrawFn) -> StagePlan:
    """Draw stage weights that sum to 1, in any order of the stages."""
    shares = draw(some.lists(some.integers(1, 10**6), min_size=4, max_size=4))
    order = draw(some.permutations([stage.value for stage in Stage]))
    return StagePlan(tuple((name, share / sum(shares)) for name, share in zip(order, shares, strict=True)))


all_options = some.builds(
    RunOptions,
    executor=some.sampled_from(["local", "dask"]),
    scheduler=some.none() | text,
    refresh=some.booleans(),
    stage_plan=plans(),
    **{name: strategy for name, strategy in numbers.items() if name in OPTION_FIELDS},
).filter(lambda options: not options.problems())


class State:
    """The session of an AppTest as the form reads it."""

    def __init__(self, app: AppTest) -> None:
        self._state = app.session_state

    def __getitem__(self, key: str, /) -> Any:
        return self._state[key]


def shown(config: ScanConfig, options: RunOptions) -> AppTest:
    """Open the form with these values, and press a button, so that the widgets send back what they show."""
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["wanted"] = (config, options)
    app.run()
    assert not app.exception
    next(button for button in app.button if button.label == "Next").click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    "config",
    [
        ScanConfig(target_rr=0.05, account_size=0.5, risk_pct=0.005),
        ScanConfig(min_tech_rating=62.53, min_price=1e-7, min_dollar_volume=1e21, top_n=None),
        ScanConfig(source="open", as_of_date=date(1990, 5, 1), symbols=("BRK B", 'A"B', "C,D")),
        ScanConfig(industry_contains=" and ", universe="not there", profile_weights=(("breakout", 1000.0),)),
    ],
    ids=["small", "precise", "old", "odd"],
)
def test_values_that_an_earlier_form_changed_are_kept(config: ScanConfig) -> None:
    assert form_state.config_of(State(shown(config, RunOptions()))) == config


@settings(max_examples=25)
@given(config=configs, options=all_options)
def test_no_config_that_can_be_run_is_changed_by_the_form(config: ScanConfig, options: RunOptions) -> None:
    state = State(shown(config, options))
    assert form_state.config_of(state) == config
    assert form_state.options_of(state) == options


@pytest.fixture(scope="module")
def drawn() -> AppTest:
    return shown(ScanConfig(), RunOptions(executor="dask"))


# Criteria have a box of their own above the form.
@pytest.mark.parametrize("field", [item for item in FIELDS if item.name != "criteria"], ids=lambda field: field.name)
def test_every_field_has_its_widget_with_label_help_and_bounds_of_the_table(drawn: AppTest, field: Field) -> None:
    found = [*widgets(drawn, field)]
    assert found, field.name
    spec = field.spec
    for widget in found:
        if field.kind in (Kind.WEIGHTS, Kind.STAGE_PLAN):
            assert widget.label
        else:
            assert (widget.label, spec.help in widget.help) == (field.title, True)
        if field.kind in (Kind.COUNT, Kind.NUMBER, Kind.WEIGHTS, Kind.STAGE_PLAN):
            low = spec.at_least if spec.above is None else spec.above
            assert (widget.min, widget.step) == (low, spec.step)
            assert widget.max == spec.at_most
        if field.kind is Kind.CHOICE:
            assert len(widget.options) == len(field.choices)


def widgets(app: AppTest, field: Field) -> list[Any]:
    """Return the widgets of a field: one, or one for each weight."""
    if field.kind is Kind.WEIGHTS:
        return [app.number_input(key=form_state.weight_key(name)) for name in SUB_SCORES]
    if field.kind is Kind.STAGE_PLAN:
        return [app.number_input(key=form_state.stage_key(stage.value)) for stage in Stage]
    return [widget for widget in app.main if getattr(widget, "key", None) == form_state.key(field.name)]
