"""Write how each rating and each score is composed, in points that sum exactly to the printed total."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray

_NEAR_A_HALF = 1e-6
# 0.0 to 100.0 as text: what scores, their parts and per cent are written as.
_ONE_DECIMAL = np.array([f"{number / 10:.1f}" for number in range(1001)], dtype=np.object_)


def rating_sums(rating: FloatArray, sub: FloatArray, missing: BoolArray, weights: Sequence[float]) -> list[str]:
    """Return "TechRating 54.1 = trend 16.4 (60.0 x 27.3%) + …" for each of n rows.

    ``rating`` (n,) is the weighted mean of the known sub-scores ``sub`` (n, 6) with ``weights``; the weights of the
    ``missing`` (n, 6) ones are distributed over the others, and the sentence names them.
    """
    share = np.where(missing, 0.0, np.asarray(weights))
    share /= share.sum(axis=1, keepdims=True)
    known = np.where(missing, 0.0, sub)
    total = _tenths(rating)
    cells = np.stack([in_tenths(share * known, total), _tenths(known)], axis=2)
    texts = np.empty(len(sub), dtype=np.object_)
    pattern = missing @ (1 << np.arange(len(SUB_SCORES)))
    for code in np.unique(pattern).tolist():
        rows = np.flatnonzero(pattern == code)
        lost = missing[rows[0]]
        numbers = cells[rows][:, ~lost].reshape(len(rows), -1)
        form = _rating_form(lost.tolist(), (100.0 * share[rows[0]]).tolist())
        texts[rows] = _spelled(form, np.column_stack([total[rows], numbers]))
    spelled: list[str] = texts.tolist()
    return spelled


def score_sums(
    score: FloatArray, rating: FloatArray, alpha_score: FloatArray, alpha_share: FloatArray, side: IntArray
) -> list[str]:
    """Return "score 61.2 = TechRating 44.6 (54.1 x 82.5%) + alpha 16.6 (94.9 x 17.5%)" for each of n rows.

    ``alpha_share`` (n,) is the weight of alpha in the blend, 0–1. A short's score is 100 minus the blend.
    """
    share = np.column_stack([1.0 - alpha_share, alpha_share])
    sources = np.column_stack([rating, alpha_score])
    tenths = _tenths(score)
    blended = np.where(side > 0, tenths, 1000 - tenths)
    cells = np.stack([in_tenths(share * sources, blended), _tenths(sources), _tenths(100.0 * share)], axis=2)
    numbers = np.column_stack([tenths, cells.reshape(len(score), 6)])
    texts = np.empty(len(score), dtype=np.object_)
    for sign, form in _SCORE_FORMS.items():
        texts[side == sign] = _spelled(form, numbers[side == sign])
    spelled: list[str] = texts.tolist()
    return spelled


def in_tenths(parts: FloatArray, totals: IntArray) -> IntArray:
    """Return parts (n, m) in whole tenths that sum to ``totals`` (n,), each less than a tenth from its exact value.

    The largest remainders are rounded up. A row's exact parts must sum to its total before rounding.
    """
    tenths = 10.0 * parts
    # Values that floating point has put slightly below a whole tenth count as that tenth.
    whole = np.floor(tenths + 1e-9).astype(np.int64)
    order = np.argsort(whole - tenths, axis=1, kind="stable")
    raised = np.arange(parts.shape[1]) < (totals - whole.sum(axis=1))[:, None]
    np.put_along_axis(whole, order, np.take_along_axis(whole, order, axis=1) + raised, axis=1)
    return whole


_SCORE_FORMS = {
    1: "score %s = TechRating %s (%s x %s%%) + alpha %s (%s x %s%%)",
    -1: "score %s = 100 - TechRating %s (%s x %s%%) - alpha %s (%s x %s%%)",
}


def _rating_form(missing: Sequence[bool], percents: Sequence[float]) -> str:
    """Return the sentence with placeholders; rows with the same missing sub-scores share it and its ``percents``."""
    terms = " + ".join(
        f"{name} %s (%s x {percent:.1f}%%)"
        for name, lost, percent in zip(SUB_SCORES, missing, percents, strict=True)
        if not lost
    )
    left = ", ".join(name for name, lost in zip(SUB_SCORES, missing, strict=True) if lost)
    return f"TechRating %s = {terms}" + (f" (without {left}: no data)" if left else "")


def _tenths(values: FloatArray) -> IntArray:
    """Return values in tenths, as ``%.1f`` prints them: the nearest tenth to the exact binary value."""
    scaled = 10.0 * values
    tenths = np.rint(scaled)
    # Next to a half, the product may have been rounded to the other side of it.
    doubtful = np.abs(np.abs(scaled - tenths) - 0.5) < _NEAR_A_HALF
    tenths[doubtful] = np.rint([10.0 * round(value, 1) for value in values[doubtful].tolist()])
    return tenths.astype(np.int64)


def _spelled(form: str, tenths: IntArray) -> list[str]:
    """Return ``form`` filled with each row of ``tenths`` (n, places), in one call, which is faster than n calls."""
    texts = (
        _ONE_DECIMAL[tenths]
        if tenths.min(initial=0) >= 0 and tenths.max(initial=0) < len(_ONE_DECIMAL)
        else tenths / 10.0
    )
    form = form if texts.dtype == np.object_ else form.replace("%s", "%.1f")
    return ((form + "\n") * len(tenths) % tuple(texts.ravel().tolist())).split("\n")[: len(tenths)]
