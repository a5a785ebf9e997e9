"""Write how each rating and each score is composed, in points that sum exactly to the printed total."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray


def rating_sums(rating: FloatArray, sub: FloatArray, missing: BoolArray, weights: Sequence[float]) -> list[str]:
    """Return "TechRating 54.1 = trend 16.4 (60.0 x 27.3%) + …" for each of n rows.

    ``rating`` (n,) is the weighted mean of the known sub-scores ``sub`` (n, 6) with ``weights``; the weights of the
    ``missing`` (n, 6) ones are distributed over the others, and the sentence names them.
    """
    share = np.where(missing, 0.0, np.asarray(weights))
    share /= share.sum(axis=1, keepdims=True)
    known = np.where(missing, 0.0, sub)
    points = in_tenths(share * known, _tenths(rating)) / 10.0
    cells = np.stack([points, known, 100.0 * share], axis=2)
    texts = np.empty(len(sub), dtype=np.object_)
    pattern = missing @ (1 << np.arange(len(SUB_SCORES)))
    for code in np.unique(pattern).tolist():
        rows = np.flatnonzero(pattern == code)
        lost = [bool(code >> j & 1) for j in range(len(SUB_SCORES))]
        numbers = cells[rows][:, np.logical_not(lost)].reshape(len(rows), -1)
        texts[rows] = _spelled(_rating_form(lost), np.column_stack([rating[rows], numbers]))
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
    points = in_tenths(share * sources, blended) / 10.0
    cells = np.stack([points, sources, 100.0 * share], axis=2).reshape(len(score), 6)
    numbers = np.column_stack([score, cells])
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
    1: "score %.1f = TechRating %.1f (%.1f x %.1f%%) + alpha %.1f (%.1f x %.1f%%)",
    -1: "score %.1f = 100 - TechRating %.1f (%.1f x %.1f%%) - alpha %.1f (%.1f x %.1f%%)",
}


def _rating_form(missing: Sequence[bool]) -> str:
    """Return the sentence with placeholders; rows with the same missing sub-scores share it."""
    terms = " + ".join(
        f"{name} %.1f (%.1f x %.1f%%)" for name, lost in zip(SUB_SCORES, missing, strict=True) if not lost
    )
    left = ", ".join(name for name, lost in zip(SUB_SCORES, missing, strict=True) if lost)
    return f"TechRating %.1f = {terms}" + (f" (without {left}: no data)" if left else "")


def _tenths(values: FloatArray) -> IntArray:
    """Return values (n,) in tenths, as ``%.1f`` prints them."""
    return np.rint([10.0 * round(value, 1) for value in values.tolist()]).astype(np.int64)


def _spelled(form: str, numbers: FloatArray) -> list[str]:
    """Return ``form`` filled with each row of ``numbers`` (n, places), in one call, which is faster than n calls."""
    return ((form + "\n") * len(numbers) % tuple(numbers.ravel().tolist())).split("\n")[: len(numbers)]
