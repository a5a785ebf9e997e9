"""Tell whether the cells of a line are the names of columns of prices."""

from __future__ import annotations

import re
from collections.abc import Sequence

from technic_scanner.adapters.market_data.files.names import PRICES, meaning

NUMBER = re.compile(r"^[\s\"']*[+-]?[$€£¥]?\d[\d.,:\s/TZ+-]*[\"']?\s*$")


def header_score(cells: Sequence[str]) -> int:
    """Return how many different meanings the cells name; 0 if that is no header of prices."""
    meanings = {meaning(cell.strip().strip('"')) for cell in cells if cell.strip() and not NUMBER.match(cell)} - {None}
    prices = len(meanings.intersection(PRICES)) + len(meanings.intersection({f"adj_{name}" for name in PRICES}))
    return len(meanings) if prices >= 2 or (prices and len(meanings) >= 3) else 0
