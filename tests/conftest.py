"""What all tests share: hypothesis looks for wrong values, not for slow moments of a shared machine."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("values", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("values")
