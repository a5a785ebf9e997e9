"""The values that some config fields may have."""

from __future__ import annotations

DIRECTIONS: tuple[str, ...] = ("long", "short", "both")
AS_IF_ALONE, ONE_ACCOUNT = "alone", "account"
SIZINGS: tuple[str, ...] = (AS_IF_ALONE, ONE_ACCOUNT)
