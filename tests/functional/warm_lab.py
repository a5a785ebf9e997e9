"""The lab with everything heavy loaded: what the fork server imports once, so that each doomed worker starts warm."""

from __future__ import annotations

import pandas as pd  # pyarrow imports it at its first array

from technic_scanner.screening.indicators import warm_up
from tests.functional import lab

__all__ = ["lab", "pd"]

warm_up()
