"""Property tests here judge numbers, not speed: a busy machine must not fail an example for taking long."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("numbers", deadline=None)
settings.load_profile("numbers")
