"""Technic Scanner: staged stock scans with reliable progress and time left, a run history and a dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic_scanner.lazy_names import loaded_on_use
from technic_scanner.version import VERSION

if TYPE_CHECKING:
    from technic_scanner.bootstrap import build, run_scan
    from technic_scanner.domain.config import RunOptions, ScanConfig
    from technic_scanner.legacy.scan import run_scan_enhanced
    from technic_scanner.pipeline.cancellation import CancelToken
    from technic_scanner.pipeline.result import ScanResult
    from technic_scanner.progress.text import format_throughput, format_time
    from technic_scanner.progress.tracker import MultiStageProgressTracker, ProgressTracker

__version__ = VERSION

__all__ = [
    "CancelToken",
    "MultiStageProgressTracker",
    "ProgressTracker",
    "RunOptions",
    "ScanConfig",
    "ScanResult",
    "build",
    "format_throughput",
    "format_time",
    "run_scan",
    "run_scan_enhanced",
]

# Loaded on first use, so that a program that only needs the tracker does not import numba and SQLAlchemy.
_HOMES = {
    "CancelToken": "technic_scanner.pipeline.cancellation",
    "MultiStageProgressTracker": "technic_scanner.progress.tracker",
    "ProgressTracker": "technic_scanner.progress.tracker",
    "RunOptions": "technic_scanner.domain.config",
    "ScanConfig": "technic_scanner.domain.config",
    "ScanResult": "technic_scanner.pipeline.result",
    "build": "technic_scanner.bootstrap",
    "format_throughput": "technic_scanner.progress.text",
    "format_time": "technic_scanner.progress.text",
    "run_scan": "technic_scanner.bootstrap",
    "run_scan_enhanced": "technic_scanner.legacy.scan",
}

__getattr__ = loaded_on_use(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
