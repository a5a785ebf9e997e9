"""Remember what the total was predicted to be as the work went on, so that ETAs can be judged afterwards."""

from __future__ import annotations

_MOMENTS: tuple[tuple[str, float], ...] = (("start", 0.0), ("10", 0.10), ("25", 0.25), ("50", 0.50), ("75", 0.75))


class PredictionLog:
    """Predicted total seconds at the start and when 10, 25, 50 and 75 % of the weighted work is done."""

    __slots__ = ("made",)

    def __init__(self) -> None:
        self.made: tuple[tuple[str, float | None], ...] = ()

    def note(self, fraction: float, spent_seconds: float, eta_seconds: float | None) -> None:
        """Take down the prediction for every moment that ``fraction`` has reached since the last call."""
        total = None if eta_seconds is None else spent_seconds + eta_seconds
        while len(self.made) < len(_MOMENTS) and fraction >= _MOMENTS[len(self.made)][1]:
            self.made += ((_MOMENTS[len(self.made)][0], total),)
