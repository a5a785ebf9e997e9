"""The TA-Lib calls that the function reference names give the values of the language, in the release that it names."""

import numpy as np
import pytest
import talib

from technic_scanner.criteria.functions import FUNCTIONS, WINDOW
from technic_scanner.criteria.talib_equivalents import EQUIVALENTS, RELEASE
from tests.unit.criteria.test_oracle import BARS, number

LENGTHS = {"n": 14, "fast": 12, "slow": 26, "signal": 9, "smooth": 3}
SERIES = {"x": "close", "y": "volume"}


@pytest.mark.parametrize("name", EQUIVALENTS)
def test_every_bar_is_that_of_the_named_call(name: str) -> None:
    lengths = LENGTHS | ({"n": 60} if name == "beta" else {})
    function = FUNCTIONS[name]
    given = [str(lengths[item.name]) if item.kind == WINDOW else SERIES[item.name] for item in function.parameters]
    found = number(f"{name}({', '.join(given)})", BARS, 300)
    assert BARS.market is not None
    for row in range(len(BARS.symbols)):
        columns = {field: getattr(BARS.bars, field)[row] for field in ("high", "low", "close", "volume")}
        known = columns | {"market": BARS.market.close[0], "x": columns["close"], "y": columns["volume"]} | lengths
        wanted = eval(EQUIVALENTS[name], vars(talib) | known)
        both = np.isfinite(found[row]) & np.isfinite(wanted)
        assert both.sum() > 200
        # TA-Lib's deviations and correlations come from sums that it carries along.
        np.testing.assert_allclose(found[row][both], wanted[both], rtol=1e-6, atol=1e-9)


def test_the_release_is_the_one_that_is_installed() -> None:
    assert f"TA-Lib {talib.__version__}" == RELEASE
