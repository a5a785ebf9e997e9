"""The market that rows are judged against: regime, breadth and factor distributions of the reference universe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from technic_scanner.domain.universe import Security
from technic_scanner.pipeline.analyse import split_matrix
from technic_scanner.pipeline.money import worth_of
from technic_scanner.screening.alpha import AlphaScale, Scale, alpha_scales
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.filters import eligibility
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.macro import Fact, breadth, breadth_facts, rotation_facts, sector_rotation
from technic_scanner.screening.quality import PRICE_OFF, QUALITY_FLAGS, UNADJUSTED_SPLIT
from technic_scanner.screening.regime import Regime, equal_weight_index, market_regime
from technic_scanner.screening.sessions import SessionGroup, UsedBars

MIN_BARS = 20
_MISLEADING = [QUALITY_FLAGS.index(UNADJUSTED_SPLIT), QUALITY_FLAGS.index(PRICE_OFF)]
# Of what is kept: another number makes all kept markets unknown.
_FORMAT = 3


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceMarket:
    """The market of one session, measured on a reference universe.

    ``name`` is the universe's, ``count`` the number of its ``listed`` symbols that are in the distributions: those with
    enough sound bars up to the newest session and neither an unadjusted split nor a price far off. ``groups`` are the
    symbols' session groups, the first with the most bars. ``index`` is the regime of their equal-weight index,
    ``breadth`` the share above SMA 200 (None: unknown), ``facts`` are for display. ``plain`` and ``neutral`` are the
    factors' distributions, the latter within sectors.
    """

    name: str
    listed: int
    count: int
    groups: tuple[SessionGroup, ...]
    index: Regime
    breadth: float | None
    facts: tuple[Fact, ...]
    plain: AlphaScale
    neutral: AlphaScale

    @property
    def newest(self) -> date | None:
        """The newest session of the largest group; None without any bar."""
        if not self.groups:
            return None
        day: date = np.datetime64(self.groups[0].newest, "D").item()
        return day


def measured(
    name: str,
    securities: Sequence[Security],
    groups: tuple[SessionGroup, ...],
    used: UsedBars,
    matrix: FloatArray,
    rates: Mapping[str, float],
) -> ReferenceMarket:
    """Measure the market on the bars of a universe's symbols.

    ``securities`` are those of the symbols of ``used`` and ``matrix`` (n, len(ANALYSIS_COLUMNS)) is their analysis.
    ``rates`` make dollar volumes of several currencies comparable. Filters of a config have no part in it.
    """
    indicators, _, flags = split_matrix(np.array(matrix))
    indicators[(used.placement.lag > 0) | (used.placement.last < 0), COLUMN["close"]] = np.nan
    sound, _ = eligibility(indicators, min_price=0.0, min_dollar_volume=0.0, min_bars=MIN_BARS)
    honest = ~flags[:, _MISLEADING].any(axis=1)
    rows = np.flatnonzero(sound & honest)
    listed = [securities[i] for i in rows.tolist()]
    kept, sectors = in_one_currency(indicators[rows], listed, rates), [security.sector for security in listed]
    plain, neutral = alpha_scales(kept, sectors)
    title = f"{name or 'all symbols'}, {len(rows):,} symbols"
    return ReferenceMarket(
        name=name,
        listed=len(securities),
        count=len(rows),
        groups=groups,
        index=market_regime(equal_weight_index(used.panel.close[honest]), f"equal-weight index of {title}"),
        breadth=breadth(kept),
        facts=(*breadth_facts(kept), *rotation_facts(sector_rotation(kept, sectors))),
        plain=plain,
        neutral=neutral,
    )


def in_one_currency(indicators: FloatArray, securities: Sequence[Security], rates: Mapping[str, float]) -> FloatArray:
    """Return the rows (m, K) with dollar volumes that can be compared; unknown where a currency has no rate."""
    if not rates:
        return indicators
    compared = indicators.copy()
    compared[:, COLUMN["dollar_volume_20"]] *= worth_of(securities, rates)
    return compared


def summary_name(
    state: str, version: str, name: str, securities: Sequence[Security], rates: Mapping[str, float]
) -> str:
    """Return the name under which a market is kept.

    It changes with the bars, the list, its sectors and exchanges, the engine, and with currencies and rates where there
    are several.
    """
    listed = [[getattr(security, field) for security in securities] for field in ("symbol", "sector", "exchange")]
    money = (sorted(rates.items()), [security.currency for security in securities]) if rates else ()
    return hashlib.sha256(repr((_FORMAT, state, version, name, *listed, *money)).encode()).hexdigest()


def to_bytes(market: ReferenceMarket) -> bytes:
    """Return the market as text that ``from_bytes`` reads; numbers are exact."""
    plain: dict[str, Any] = {
        name: asdict(value) if name in ("index", "plain", "neutral") else value
        for name, value in ((name, getattr(market, name)) for name in market.__slots__)
    }
    plain["groups"] = [
        {"days": group.days.tolist(), "members": group.members, "exchange": group.exchange} for group in market.groups
    ]
    return json.dumps(plain).encode()


def from_bytes(content: bytes) -> ReferenceMarket:
    """Return the market that was kept."""
    plain = json.loads(content)
    plain["groups"] = tuple(
        SessionGroup(np.array(group["days"], dtype=np.int64), group["members"], group["exchange"])
        for group in plain["groups"]
    )
    index = plain["index"]
    plain["index"] = Regime(**index | {"facts": tuple(map(tuple, index["facts"]))})
    plain["facts"] = tuple(map(tuple, plain["facts"]))
    for name in ("plain", "neutral"):
        scale = plain[name]
        measures = {key: _scale(value) for key, value in scale["measures"].items()}
        plain[name] = AlphaScale(measures, _scale(scale["reversal"]), _scale(scale["composite"]))
    return ReferenceMarket(**plain)


def _scale(plain: dict[str, Any] | None) -> Scale | None:
    return None if plain is None else Scale(**plain)
