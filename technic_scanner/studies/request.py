"""What a study is asked for, as every door takes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.studies.eligible import Minimums
from technic_scanner.studies.result import COST_BPS, FIRST


@dataclass(frozen=True, slots=True)
class StudyRequest:
    """A criteria text, the universe of a source (None: its default one), the sessions, and what counts as an entry.

    ``start`` and ``end`` are included; None: as far as there are bars. The newest ``holdout_months`` are left out, or,
    with ``open_holdout``, they alone are studied, which is remembered. See ``study.study`` for the rest.
    """

    where: str
    source: str = ScanConfig().source
    universe: str | None = None
    start: date | None = None
    end: date | None = None
    entry: str = FIRST
    min_price: float = 0.0
    min_dollar_volume: float = 0.0
    min_bars: int = 1
    cost_bps: float = COST_BPS
    holdout_months: int | None = None
    open_holdout: bool = False

    @classmethod
    def of_config(cls, config: ScanConfig, given: Collection[str], **more: Any) -> StudyRequest:
        """Return the request for what a scan of the config looks for; of the minimums those in ``given`` hold.

        ``more``: start, end, entry, min_bars, cost_bps. A scan's own minimums are for today's prices.
        """
        minimums = {name: getattr(config, name) for name in ("min_price", "min_dollar_volume") if name in given}
        return cls(config.criteria, config.source, config.universe, **minimums, **more)

    @property
    def config(self) -> ScanConfig:
        """The scan that would look for the same on one day."""
        return self.config_of()

    def config_of(self, **more: Any) -> ScanConfig:
        """Return that scan with ``more`` of its fields."""
        return ScanConfig(
            criteria=self.where,
            source=self.source,
            universe=self.universe,
            min_price=self.min_price,
            min_dollar_volume=self.min_dollar_volume,
            **more,
        )

    def terms(self, horizon: int, min_dates: int) -> StudyTerms:
        """Return the rest of what is asked, with the horizon and the dates that a best variant is judged by."""
        return StudyTerms(
            entry=self.entry,
            start=self.start,
            end=self.end,
            min_bars=self.min_bars,
            cost_bps=self.cost_bps,
            holdout_months=self.holdout_months,
            horizon=horizon,
            min_dates=min_dates,
        )

    @property
    def minimums(self) -> Minimums:
        """What rows must have."""
        return Minimums(self.min_price, self.min_dollar_volume, self.min_bars)
