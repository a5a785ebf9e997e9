"""Derive signal, side, rank score and tier from a score, with the reasons for each row's tier."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.quality import PINNED, PRICE_OFF, QUALITY_FLAGS, UNADJUSTED_SPLIT

SIGNALS: tuple[str, ...] = ("Strong Short", "Short", "Neutral", "Long", "Strong Long")
TIERS: tuple[str, ...] = ("core", "satellite", "watch")

# Minimum oriented scores (100 minus the score for shorts) of a signal.
SIGNAL_AT, STRONG_AT = 60.0, 70.0
CORE_SUPPORT = 4
CORE_VOLATILITY = 30.0

_DOUBT_TEXTS = {
    UNADJUSTED_SPLIT: "its prices look unadjusted for a split",
    PRICE_OFF: "a price is far off those around it",
    PINNED: "its price hardly moves",
}
_NEUTRAL = SIGNALS.index("Neutral")
_VOLATILITY = SUB_SCORES.index("volatility")


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Signals of n rows: ``signal`` names, ``side`` (n,) +1 long or −1 short, ``rank_score`` (n,) 0–100 of that side.

    A Neutral row has the side on which it would be traded. ``tier`` is one of TIERS, ``reasons`` one sentence per row.
    """

    signal: tuple[str, ...]
    side: IntArray
    rank_score: FloatArray
    tier: tuple[str, ...]
    reasons: tuple[str, ...]

    def take(self, rows: IntArray) -> Signals:
        """Return the signals of ``rows`` (m,), in that order."""
        at = rows.tolist()
        return Signals(
            tuple([self.signal[i] for i in at]),
            self.side[rows],
            self.rank_score[rows],
            tuple([self.tier[i] for i in at]),
            tuple([self.reasons[i] for i in at]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The rows to show, best first: ``order`` (m,) row indices, how many of them have a signal, and a sentence."""

    order: IntArray
    passed: int
    note: str


def judge(score: FloatArray, sub: FloatArray, direction: str, doubts: BoolArray | None = None) -> Signals:
    """Return signal, side, rank score, tier and reason of each row.

    ``score`` (n,) 0–100 is the blend of TechRating and alpha, ``sub`` (n, 6) the sub-scores, ``direction`` "long",
    "short" or "both". An oriented score of 60 is a signal, of 70 a strong one; the side that ``direction`` excludes
    is Neutral. ``doubts`` (n, 3) are the flags of a row's prices, in the order of QUALITY_FLAGS; None is none. Core: a
    strong signal with at least 4 sub-scores on its side, none missing, a volatility sub-score of at least 30 and no
    such flag. Satellite: a signal that misses any of these. Watch: no signal. An unknown score is Neutral.
    """
    side = _sides(score, direction)
    rank = np.where(side > 0, score, 100.0 - score)
    strength = (rank >= SIGNAL_AT).astype(np.int64) + (rank >= STRONG_AT)
    oriented = np.where((side > 0)[:, None], sub, 100.0 - sub)
    doubts = np.zeros((len(score), len(QUALITY_FLAGS)), bool) if doubts is None else doubts
    tests = np.column_stack((_core_tests(rank, oriented, sub), ~doubts))
    passed = strength > 0
    tier = np.where(~passed, 2, np.where(tests.all(axis=1), 0, 1))
    names = tuple(SIGNALS[k] for k in (_NEUTRAL + side * strength).tolist())
    return Signals(
        names, side, rank, tuple(TIERS[k] for k in tier.tolist()), _reasons(rank, side, oriented, tests, tier)
    )


def select(signals: Signals, top_n: int | None) -> Selection:
    """Return the rows to show: those with a signal by rank score, then the next best as watch, ``top_n`` in total.

    None shows all rows. Equal scores keep the order of the rows. Rows with unknown scores are last.
    """
    passes = np.array([name != SIGNALS[_NEUTRAL] for name in signals.signal], dtype=bool)
    order = np.lexsort((np.nan_to_num(-signals.rank_score, nan=np.inf), ~passes))[:top_n]
    passed = int(passes[order].sum())
    return Selection(order, passed, _note(len(passes), int(passes.sum()), len(order), passed))


def _sides(score: FloatArray, direction: str) -> IntArray:
    if direction == "both":
        return np.where(score < 50.0, -1, 1)
    return np.full(len(score), -1 if direction == "short" else 1)


def _core_tests(rank: FloatArray, oriented: FloatArray, sub: FloatArray) -> BoolArray:
    """Return (n, 4): the signal is strong, enough sub-scores agree, none is missing, volatility is acceptable."""
    agree = (oriented > 50.0).sum(axis=1) >= CORE_SUPPORT
    complete = ~np.isnan(sub).any(axis=1)
    calm = ~(sub[:, _VOLATILITY] < CORE_VOLATILITY)
    return np.column_stack([rank >= STRONG_AT, agree, complete, calm])


def _reasons(
    rank: FloatArray, side: IntArray, oriented: FloatArray, tests: BoolArray, tier: IntArray
) -> tuple[str, ...]:
    count = (oriented > 50.0).sum(axis=1).tolist()
    flaws = _flaws(tests)
    words = ("short", "", "long")
    return tuple(
        _reason(score, words[s + 1], agree, flaw, kind)
        for score, s, agree, flaw, kind in zip(rank.tolist(), side.tolist(), count, flaws, tier.tolist(), strict=True)
    )


def _reason(score: float, word: str, agree: int, flaw: str, kind: int) -> str:
    if math.isnan(score):
        return "Watch: its score is unknown."
    said = _score_text(score)
    if kind == 2:
        return f"Watch: its {word} score of {said} is below the {SIGNAL_AT:.0f} that a signal needs."
    if kind == 1:
        return f"Satellite: a {word} score of {said}, but {flaw}."
    return f"Core: a {word} score of {said}, {agree} of {len(SUB_SCORES)} sub-scores agree."


def _score_text(score: float) -> str:
    """Return a score as text with one decimal, as elsewhere; with two if rounding would lift it to a threshold.

    59.96 must not be shown as the 60.0 that it does not reach, and 59.999 is shown as 59.99.
    """
    for threshold in (SIGNAL_AT, STRONG_AT):
        if score < threshold <= round(score, 1):
            return f"{min(score, threshold - 0.01):.2f}"
    return f"{score:.1f}"


def _flaws(tests: BoolArray) -> list[str]:
    texts = (
        f"below the {STRONG_AT:.0f} of a strong signal",
        f"fewer than {CORE_SUPPORT} sub-scores agree",
        "a sub-score is missing",
        f"its volatility sub-score is below {CORE_VOLATILITY:.0f}",
        *(_DOUBT_TEXTS[name] for name in QUALITY_FLAGS),
    )
    spelled = [
        " and ".join(text for bit, text in enumerate(texts) if not pattern >> bit & 1)
        for pattern in range(2 ** len(texts))
    ]
    return [spelled[k] for k in (tests @ (1 << np.arange(len(texts)))).tolist()]


def _note(rows: int, passing: int, shown: int, passed: int) -> str:
    if not rows:
        return "No row was left to rank."
    verb = "has" if passing == 1 else "have"
    total = f"{passing} of {rows} rows {verb} a signal"
    if passed < passing:
        return f"{total}; the best {passed} are shown."
    if passed < shown:
        fill = shown - passed
        next_best = "the next best" if passing else "the best"
        return f"{total}; {next_best} {fill} {'is' if fill == 1 else 'are'} shown as watch."
    return f"{total}; all are shown."
