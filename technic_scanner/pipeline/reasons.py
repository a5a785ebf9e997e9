"""Every code that says why a symbol is not in a result, and what people read in its place."""

from __future__ import annotations

from typing import Final

from technic_scanner.domain import reasons as of_sources
from technic_scanner.pipeline.universe import UNFIT_SYMBOL, UNIVERSE_FILTERS, UNKNOWN_SYMBOL, UNKNOWN_SYMBOLS
from technic_scanner.screening import filters as of_rows

# Not the work of a filter: the best ``top_n`` of the rows with a signal are chosen, and a scan may end before it has
# judged every symbol.
NO_SIGNAL: Final = "no_signal"
BELOW_TOP_N: Final = "below_top_n"
NOT_REACHED: Final = "not_reached"
CRITERIA_FALSE: Final = "criteria_false"
CRITERIA_UNKNOWN: Final = "criteria_unknown"

LABELS: Final[dict[str, str]] = {
    UNKNOWN_SYMBOL: "not in the universe",
    UNFIT_SYMBOL: "not a symbol",
    **{universe_filter.code: universe_filter.label for universe_filter in UNIVERSE_FILTERS},
    **of_sources.LABELS,
    **of_rows.REASONS,
    CRITERIA_FALSE: "criteria not met",
    CRITERIA_UNKNOWN: "criteria unknown",
    NO_SIGNAL: "no signal",
    BELOW_TOP_N: "ranked below the picks",
    NOT_REACHED: "scan ended first",
}


def reason_text(code: str) -> str:
    """Return a reason's code in words; of one that is not known here, which a plugin may give, its own words."""
    return LABELS.get(code, code.replace("_", " "))


def removal_text(filter_name: str) -> str:
    """Return in words why a filter of the universe, by the name under which it is counted, removes symbols."""
    return reason_text(UNKNOWN_SYMBOL if filter_name == UNKNOWN_SYMBOLS else filter_name)
