"""The documents of studies: what followed the entries, by horizon and group, and the variants that were tried."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from technic_scanner.api.derived import Document
from technic_scanner.studies.deflation import Thresholds
from technic_scanner.studies.groups import GroupResult


class StudiedDocument(Document):
    """What studies and parameter studies tell of their source, sessions and terms, and notes on numbers and data."""

    source: str
    universe: str
    entry: str
    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")
    newest_session: date | None
    symbols: int
    sessions: int
    winsorised_above: float
    cost_bps: float
    notes: list[str]
    data_notes: list[str]


class JudgedDocument(Document):
    """A mean excess over `n_dates` dates of `n` entries, with its 95 % interval, and the median over entries."""

    mean_excess: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    effective_sessions: float
    median: float | None
    n: int
    n_dates: int


class FamilyDocument(Document):
    """How many variants of this family were tried on this universe up to now, and how many of all families."""

    family: str
    variants: int
    all_variants: int


class StudyGroupResultDocument(Document, of=GroupResult):
    """What followed the entries of a group after one horizon."""


class StudyHorizonDocument(JudgedDocument):
    """What followed the entries after one horizon; returns are fractions.

    `mean_excess` is the mean over dates of each date's mean, before costs, with its 95 % interval `low` to `high`.
    It rests on `standard_error` and as many sessions as `effective_sessions` of equal weight.
    `n` entries on `n_dates` dates are judged; `hit_rate`, `median` and `quantiles` are over entries.
    """

    hit_rate: float | None
    date_hit_rate: float | None
    date_hit_low: float | None
    date_hit_high: float | None
    quantiles: dict[str, float]
    mean_forward_return: float | None
    winsorised: int
    universe_winsorised: int
    round_trip_cost_bps: float
    net_mean_excess: float | None
    break_even_bps: float | None
    turnover_per_year: float
    cost_per_year_bps: float
    mean_open: float
    overlap: float | None


class StudyGroupDocument(Document):
    """The entries of one year, sector or regime, with what followed by horizon."""

    entries: int
    dates: int
    horizons: dict[str, StudyGroupResultDocument]


class StudyIcDocument(Document):
    """The mean rank IC of `rank by` over dates."""

    mean: float | None
    low: float | None
    high: float | None
    n_dates: int


class DecayPointDocument(Document):
    """The mean excess price change from the entry's session to `offset` sessions later."""

    offset: int
    mean_excess: float | None
    n: int
    n_dates: int


class ThresholdsDocument(Document, of=Thresholds):
    """The mean excess above which it says something: as the only study, and as the best of all variants tried."""


class TrialsDocument(FamilyDocument):
    """How many variants were tried, and what that asks for by horizon."""

    thresholds: dict[str, ThresholdsDocument | None]


class HoldoutDocument(Document):
    """The newest months that are held out, or alone studied where `opened`; when the family's were first opened."""

    months: int
    first: date = Field(alias="from")
    opened: bool
    first_opened_at: datetime | None
    variants_opened: int


class StudyDocument(StudiedDocument):
    """What criteria would have found, and what followed, by horizon in sessions.

    `share_of_sessions` of the `sessions_with_rows` have an entry. Excess is the return less the mean over all eligible
    rows of the date. `best` and `worst` are entries by their excess after 21 sessions.
    """

    criteria: str
    sessions_with_rows: int
    entries: int
    dates: int
    share_of_sessions: float | None
    horizons: dict[str, StudyHorizonDocument]
    ic: dict[str, StudyIcDocument] | None
    by_year: dict[str, StudyGroupDocument]
    by_sector: dict[str, StudyGroupDocument]
    by_regime: dict[str, StudyGroupDocument]
    per_month: dict[str, int]
    decay: list[DecayPointDocument]
    best: list[dict[str, str | float | None]]
    worst: list[dict[str, str | float | None]]
    trials: TrialsDocument
    holdout: HoldoutDocument | None
