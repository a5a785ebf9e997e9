"""Choose the degree of a polynomial by cross-validation, then fit it: ``python examples/fit_models.py``.

Each degree is a class of work of its own, because a fit costs more the higher the degree is.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Polynomial

from technic_scanner import MultiStageProgressTracker
from technic_scanner.progress.timings import gantt_text
from technic_scanner.progress.views.lines import print_lines

DEGREES, FOLDS, POINTS = range(1, 9), 10, 20_000


def main() -> None:
    """Simulate data, compare the degrees, fit the best one and print it."""
    tracker = MultiStageProgressTracker(
        {"simulate": 0.1, "validate": 0.8, "fit": 0.1}, history="fit-runs.json", name="polynomial"
    )
    print_lines(tracker)
    with tracker:
        with tracker.stage("simulate"):
            for degree in DEGREES:
                tracker.declare("validate", FOLDS, unit_class=f"degree {degree}")
            random = np.random.default_rng(7)
            x = random.uniform(-1, 1, POINTS)
            y = 1 - 2 * x + 3 * x**3 + random.normal(0, 0.5, POINTS)
            fold = np.arange(POINTS) % FOLDS
        errors: dict[int, float] = dict.fromkeys(DEGREES, 0.0)
        with tracker.stage("validate", len(DEGREES) * FOLDS):
            for degree in DEGREES:
                for out in range(FOLDS):
                    model = Polynomial.fit(x[fold != out], y[fold != out], degree)
                    errors[degree] += float(np.mean((y[fold == out] - model(x[fold == out])) ** 2)) / FOLDS
                    tracker.advance(1, f"degree {degree}")
        best = min(errors, key=errors.__getitem__)
        with tracker.stage("fit"):
            model = Polynomial.fit(x, y, best)
    print(gantt_text(tracker))
    print(f"degree {best}, mean squared error {errors[best]:.3f}, value at 0: {model(0.0):.2f}")


if __name__ == "__main__":
    main()
