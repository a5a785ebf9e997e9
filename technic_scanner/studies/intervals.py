"""The interval of a study's mean excess, from what its entries gained in each session while they were held."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.evidence import CONFIDENCE, student_quantile
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.pick_returns import HORIZONS, MOST_RETURN
from technic_scanner.studies.by_symbol import by_symbol
from technic_scanner.studies.kernel_moves import session_moves

if TYPE_CHECKING:
    from technic_scanner.studies.result import Study

# With fewer sessions that count, Student's quantile no longer allows for how uncertain the error itself is.
LEAST_SESSIONS = 8.0
# A spread this small is rounding noise of entries that move as the universe does.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a mean excess can be trusted; None where too few sessions count.

    ``sessions``: how many sessions of equal weight would tell as much as those in which entries were held.
    """

    error: float | None
    sessions: float

    def around(self, mean: float | None) -> tuple[float | None, float | None]:
        """Return the 95 % interval of a mean, Student's with ``sessions`` − 1 degrees of freedom."""
        if self.error is None or mean is None:
            return None, None
        reach = student_quantile(0.5 + CONFIDENCE / 2.0, self.sessions - 1.0) * self.error
        return mean - reach, mean + reach


def reaches_of(study: Study, chosen: IntArray | None = None) -> dict[int, Reach]:
    """Return by horizon the reach of the mean over dates of each date's mean excess.

    ``chosen``: the places (E,) of some of the study's entries; None: all. The mean is a sum over sessions: of what
    each entry gains in that session against the universe, with the weight that it has in the mean. If past bars do not
    predict excess returns, these parts are uncorrelated however entries overlap or cluster, so that the variance of
    the mean is the sum of their squares (Hodrick 1992, standard errors 1B), around what an entry gains in all
    sessions on average.
    """
    rows, columns = study.by_row if chosen is None else by_symbol(study.rows[chosen], study.columns[chosen])
    shape = len(HORIZONS), study.panel.bars.shape[1]
    counts = np.bincount(columns, minlength=shape[1])
    weights = np.zeros(shape)
    for own, horizon in zip(weights, HORIZONS, strict=True):
        known = np.isfinite(study.universe.after(horizon)) & (counts > 0)
        own[known] = 1.0 / (np.count_nonzero(known) * counts[known])
    moves, held, squares = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    close, universe, horizons = study.panel.bars.close, study.universe_moves, np.array(HORIZONS, dtype=np.int64)
    session_moves(close, rows, columns, weights, universe, horizons, MOST_RETURN, moves, held, squares)
    return {horizon: _reach(moves[k], held[k], squares[k]) for k, horizon in enumerate(HORIZONS)}


def _reach(moves: FloatArray, held: FloatArray, squares: FloatArray) -> Reach:
    """Return the reach of the sum of ``moves`` (T,), of which weights ``held`` (T,) moved, with ``squares`` (T,)."""
    fourth = float(squares @ squares)
    sessions = float(squares.sum()) ** 2 / fourth if fourth > 0.0 else 0.0
    if sessions < LEAST_SESSIONS:
        return Reach(None, sessions)
    rest = moves - held * (moves.sum() / held.sum())
    error = math.sqrt(float(rest @ rest) * sessions / (sessions - 1.0))
    return Reach(error if error > _ROUNDING else None, sessions)
