"""Derive signal, side, rank score and tier from a score, with the reasons for each row's tier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.quality import PINNED, PRICE_OFF, QUALITY_FLAGS, UNADJUSTED_SPLIT

SIGNALS: tuple[str, ...] = ("Strong Short", "Short", "Neutral", "Long", "Strong Long")
WATCH_TIER = "watch"
TIERS: tuple[str, ...] = ("core", "satellite", WATCH_TIER)

# Minimum oriented scores (100 minus the score for shorts) of a signal.
SIGNAL_AT, STRONG_AT = 60.0, 70.0
# How the sentence on a row without a signal begins.
WATCH = "Watch: "
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

    def part(self, rows: slice) -> Signals:
        """Return the signals of consecutive rows."""
        return Signals(self.signal[rows], self.side[rows], self.rank_score[rows], self.tier[rows], self.reasons[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """All rows in rank order (n,) as indices, how many of them are picks and how many have a signal, and a sentence.

    The picks are the first ones of ``order``.
    """

    order: IntArray
    picked: int
    passing: int
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
    names = tuple(map(SIGNALS.__getitem__, (_NEUTRAL + side * strength).tolist()))
    tiers = tuple(map(TIERS.__getitem__, tier.tolist()))
    return Signals(names, side, rank, tiers, _reasons(rank, side, oriented, tests, tier))


def select(signals: Signals, top_n: int | None) -> Selection:
    """Rank the rows, those with a signal first, and pick the best ``top_n`` with a signal (None: all of them).

    Equal scores keep the order of the rows. Rows with unknown scores are last.
    """
    passes = np.array([name != SIGNALS[_NEUTRAL] for name in signals.signal], dtype=bool)
    order = np.lexsort((np.nan_to_num(-signals.rank_score, nan=np.inf), ~passes))
    passing = int(passes.sum())
    picked = passing if top_n is None else min(passing, top_n)
    return Selection(order, picked, passing, _note(len(passes), passing, picked))


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
    """Return one sentence per row (n,); those of one form are written in one formatting call, for speed."""
    said = np.array(_score_texts(rank), dtype=np.object_)
    words = np.array(("short", "", "long"), dtype=np.object_)[side + 1]
    columns = (words, said, np.array(_flaws(tests), dtype=np.object_), (oriented > 50.0).sum(axis=1))
    forms = (
        (f"Core: a %s score of %s, %d of {len(SUB_SCORES)} sub-scores agree.", (0, 1, 3)),
        ("Satellite: a %s score of %s, but %s.", (0, 1, 2)),
        (f"{WATCH}its %s score of %s is below the {SIGNAL_AT:.0f} that a signal needs.", (0, 1)),
        (f"{WATCH}its score is unknown.", ()),
    )
    kind = np.where(np.isnan(rank), len(forms) - 1, tier)
    texts = np.empty(len(rank), dtype=np.object_)
    for number, (form, places) in enumerate(forms):
        rows = np.flatnonzero(kind == number)
        texts[rows] = _spelled(form, len(rows), [columns[place][rows].tolist() for place in places])
    return tuple(texts.tolist())


def _score_texts(scores: FloatArray) -> list[str]:
    """Return each score (n,) as text with one decimal, as elsewhere; with two if that would lift it to a threshold.

    59.96 must not be shown as the 60.0 that it does not reach, and 59.999 is shown as 59.99.
    """
    texts = _spelled("%.1f", len(scores), [scores.tolist()])
    for threshold in (SIGNAL_AT, STRONG_AT):
        for row in np.flatnonzero((scores < threshold) & (scores > threshold - 0.1)).tolist():
            score = float(scores[row])
            if round(score, 1) >= threshold:
                texts[row] = f"{min(score, threshold - 0.01):.2f}"
    return texts


def _spelled(form: str, count: int, columns: Sequence[Sequence[object]]) -> list[str]:
    """Return ``form`` filled ``count`` times with the values of its columns."""
    values = tuple(chain.from_iterable(zip(*columns, strict=True)))
    return ((form + "\n") * count % values).split("\n")[:count]


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


def _note(rows: int, passing: int, picked: int) -> str:
    if not rows:
        return "No row was left to rank."
    total = f"{passing} of {rows} rows {'has' if passing == 1 else 'have'} a signal"
    if not passing:
        return f"{total}."
    return f"{total}; the best {picked} are picks." if picked < passing else f"{total}; all are picks."
