"""What to scan: the one class of a scan's configuration, each field described where it is declared."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from datetime import date
from typing import Annotated

from technic_scanner.domain.account_fields import ACCOUNT_CURRENCY, CURRENCY_RATES, share_of_account
from technic_scanner.domain.choices import AS_IF_ALONE, DIRECTIONS, SIZINGS
from technic_scanner.domain.config_checks import repeated_rates, weightless
from technic_scanner.domain.field_checks import checks_of, problems_in
from technic_scanner.domain.fields import FieldSpec, Table, table_of
from technic_scanner.domain.normal_forms import normal_forms, normalise
from technic_scanner.domain.options import EXECUTORS, OPTION_FIELDS, RunOptions
from technic_scanner.domain.profiles import STRATEGY_PROFILES, SUB_SCORES
from technic_scanner.domain.renamed import takes_old_names
from technic_scanner.domain.sectors import GICS_SECTORS, gics_or_same
from technic_scanner.domain.symbol_fields import SYMBOLS, WATCHLISTS
from technic_scanner.errors import ConfigError, FieldProblem

__all__ = [
    "CONFIG_FIELDS",
    "DIRECTIONS",
    "EXECUTORS",
    "OPTION_FIELDS",
    "STRATEGY_PROFILES",
    "RunOptions",
    "ScanConfig",
    "field_names",
]


@takes_old_names
@dataclass(frozen=True, slots=True)
class ScanConfig:
    """What to scan; equal configs are comparable runs.

    Constructing one never raises for a bad value: ``problems()`` lists every bad field, and whatever runs a config
    raises one ConfigError with all of them. Filters left empty do not filter. docs/config.md lists the fields.

    ``allow_shorts=True`` is the earlier API's way to say ``direction="both"``. Renamed fields are taken under their old
    names too (``lookback_days``); ConfigError if both are given and differ.
    """

    source: Annotated[
        str,
        FieldSpec("Source", "Where universe and prices come from, for example sample, synthetic, files or yahoo."),
    ] = "sample"
    universe: Annotated[
        str | None,
        FieldSpec(
            "Universe",
            "One of the source's universes; for synthetic data symbols x sessions, for example 8000x1260.",
            empty="the source's default universe",
        ),
    ] = None
    reference: Annotated[
        str | None,
        FieldSpec(
            "Reference universe",
            "One of the source's universes: the market whose regime, breadth and AlphaScore distribution rows are "
            "judged against, whatever the filters leave.",
            empty="the whole universe that is scanned",
        ),
    ] = None
    sectors: Annotated[
        tuple[str, ...],
        FieldSpec(
            "Sectors",
            "GICS sectors; the names that other vendors use for them are accepted.",
            choices=GICS_SECTORS,
            empty="all sectors",
            option="sector",
            spelling=gics_or_same,
        ),
    ] = ()
    industries: Annotated[
        tuple[str, ...], FieldSpec("Industries", "Whole names, in any case.", empty="all industries", option="industry")
    ] = ()
    subindustries: Annotated[
        tuple[str, ...],
        FieldSpec("Sub-industries", "Whole names, in any case.", empty="all sub-industries", option="subindustry"),
    ] = ()
    industry_contains: Annotated[
        str | None,
        FieldSpec(
            "Industry contains",
            "Text that the name of the industry or sub-industry must contain, in any case.",
            empty="any industry",
            option="contains",
        ),
    ] = None
    symbols: Annotated[tuple[str, ...], SYMBOLS] = ()
    watchlists: Annotated[tuple[str, ...], WATCHLISTS] = ()
    max_symbols: Annotated[
        int,
        FieldSpec(
            "Maximum symbols",
            "Where more symbols match, those of the highest dollar volume that the price cache knows are scanned.",
            at_least=1,
            at_most=100_000,
            step=100,
        ),
    ] = 20_000
    lookback_sessions: Annotated[
        int,
        FieldSpec(
            "Lookback",
            "Trading sessions of price history that are read for each symbol.",
            unit="sessions",
            at_least=1,
            at_most=20_000,
            step=50,
        ),
    ] = 400
    as_of_date: Annotated[
        date | None,
        FieldSpec("As-of date", "The scan uses no data of later sessions.", empty="the newest session", option="as-of"),
    ] = None
    max_lag_sessions: Annotated[
        int,
        FieldSpec(
            "Maximum lag",
            "A symbol is ranked if its last bar is at most this many of its own sessions older than the newest one.",
            unit="sessions",
            at_least=0,
            at_most=20,
            step=1,
        ),
    ] = 0
    min_price: Annotated[
        float, FieldSpec("Minimum closing price", "In the currency of the price.", at_least=0.0, step=0.5)
    ] = 1.0
    min_dollar_volume: Annotated[
        float,
        FieldSpec(
            "Minimum dollar volume",
            "Mean of close × volume over the last 20 sessions, in the account's currency.",
            at_least=0.0,
            step=50_000.0,
        ),
    ] = 250_000.0
    min_tech_rating: Annotated[
        float,
        FieldSpec(
            "Minimum TechRating",
            "TechRating is the weighted mean of the six sub-scores.",
            at_least=0.0,
            at_most=100.0,
            step=5.0,
        ),
    ] = 0.0
    criteria: Annotated[
        str,
        FieldSpec(
            "Criteria",
            "What picks must be, in the scan language, for example rsi(14) < 30; empty asks for nothing.",
            option="where",
            longest=4_000,
            lines=True,
        ),
    ] = ""
    top_n: Annotated[
        int | None,
        FieldSpec(
            "Maximum picks",
            "The rows of the best ranks are returned, each with a trade plan.",
            at_least=1,
            at_most=100_000,
            step=5,
            empty="every row that passes the filters",
        ),
    ] = 50
    direction: Annotated[
        str, FieldSpec("Direction", "Whether picks are bought, sold short, or either.", choices=DIRECTIONS)
    ] = "long"
    strategy_profile_name: Annotated[
        str,
        FieldSpec(
            "Strategy profile", "Sets the weights of the six sub-scores.", choices=STRATEGY_PROFILES, option="profile"
        ),
    ] = "short_term_swing"
    profile_weights: Annotated[
        tuple[tuple[str, float], ...],
        FieldSpec(
            "Sub-score weights",
            "Replace the profile's weights of the sub-scores named; all six are then scaled to sum to 1.",
            at_least=0.0,
            at_most=1000.0,
            step=0.05,
            choices=SUB_SCORES,
            empty="the profile's weights",
        ),
    ] = ()
    sector_neutral: Annotated[
        bool,
        FieldSpec(
            "Score within sectors", "AlphaScore compares a symbol with its own sector instead of with the whole scan."
        ),
    ] = False
    account_size: Annotated[
        float, FieldSpec("Account size", "The amount that position sizes are calculated from.", above=0.0, step=1_000.0)
    ] = 10_000.0
    account_currency: Annotated[str | None, ACCOUNT_CURRENCY] = None
    currency_rates: Annotated[tuple[str, ...], CURRENCY_RATES] = ()
    risk_pct: Annotated[
        float, share_of_account("Risk per position", "Share of the account that is lost if the stop is hit.", 0.25)
    ] = 1.0
    target_rr: Annotated[
        float,
        FieldSpec(
            "Reward ÷ risk",
            "Distance from entry to target, divided by the distance from entry to stop.",
            above=0.0,
            at_most=100.0,
            step=0.5,
        ),
    ] = 2.0
    max_position_pct: Annotated[
        float,
        share_of_account(
            "Maximum position",
            "Largest share of the account in one position, and largest portfolio weight of one pick.",
            5.0,
        ),
    ] = 25.0
    position_sizing: Annotated[
        str,
        FieldSpec(
            "Position sizes",
            "Each as if it were the only one (alone), or in rank order as far as account and risk allow (account).",
            choices=SIZINGS,
        ),
    ] = AS_IF_ALONE
    total_risk_pct: Annotated[
        float,
        share_of_account(
            "Total risk",
            "Share of the account that is lost if all stops are hit; for position sizes that fit one account.",
            1.0,
        ),
    ] = 10.0
    allow_shorts: InitVar[bool] = False

    def __post_init__(self, allow_shorts: bool) -> None:
        normalise(self, _FORMS)
        if allow_shorts and self.direction == "long":
            object.__setattr__(self, "direction", "both")

    @property
    def lookback_days(self) -> int:
        """The old name of ``lookback_sessions``."""
        return self.lookback_sessions

    def problems(self) -> tuple[FieldProblem, ...]:
        """Return every bad field; empty when the config can be run (the source's own checks come later)."""
        found = problems_in(self, CONFIG_FIELDS, _CHECKS)
        if not any(problem.field.startswith(("profile_weights", "strategy_profile_name")) for problem in found):
            found += weightless(self)
        if not any(problem.field == "currency_rates" for problem in found):
            found += repeated_rates(self)
        return tuple(found)

    def check(self) -> None:
        """Raise ConfigError listing every bad field, if there is one."""
        if problems := self.problems():
            raise ConfigError(problems)


CONFIG_FIELDS: Table = table_of(ScanConfig)
_FORMS = normal_forms(CONFIG_FIELDS)
_CHECKS = checks_of(CONFIG_FIELDS)


def field_names(kind: type[ScanConfig | RunOptions]) -> tuple[str, ...]:
    """Return the stored field names of a config class, in order."""
    return tuple(CONFIG_FIELDS if kind is ScanConfig else OPTION_FIELDS)
