"""The lab with its kernels loaded: what the fork server imports once, so that each doomed worker starts warm."""

from __future__ import annotations

from technic_scanner.screening.indicators import warm_up
from tests.functional import lab

__all__ = ["lab"]

warm_up()
