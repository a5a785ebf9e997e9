"""The fields of a config that choose symbols are told by the filters that they ask for."""

from __future__ import annotations

from technic_scanner.domain.config import CONFIG_FIELDS
from technic_scanner.pipeline.universe import CHOOSING_FIELDS, UNIVERSE_FILTERS


def test_every_filter_that_a_field_asks_for_has_the_name_of_the_field() -> None:
    by_the_universe_itself = {"not_member"}
    codes = {universe_filter.code for universe_filter in UNIVERSE_FILTERS}
    assert codes - by_the_universe_itself <= set(CONFIG_FIELDS)
    assert set(CHOOSING_FIELDS) == {"source", "universe", "watchlists"} | codes - by_the_universe_itself
