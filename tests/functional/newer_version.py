"""A process of a version to come: it knows one more field of configs, events and metrics, and writes documents of v2.

Run as ``python -m tests.functional.newer_version STEP [RUN]`` with TECHNIC_HOME set; prints JSON.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from typing import Any

from technic_scanner.domain import config, metrics, progress


# Put in place before anything else of the package is imported, as a version to come would have them from the start.
@dataclass(frozen=True, slots=True)
class NewerConfig(config.ScanConfig):
    moon_phase: str | None = None


@dataclass(frozen=True, slots=True)
class NewerEvent(progress.ProgressEvent):
    mood: str = "calm"


@dataclass(frozen=True, slots=True)
class NewerMetrics(metrics.ScanMetrics):
    kernels: str = "fast"


config.ScanConfig = NewerConfig  # type: ignore[misc]
progress.ProgressEvent = NewerEvent  # type: ignore[misc]
metrics.ScanMetrics = NewerMetrics  # type: ignore[misc]

from technic_scanner.adapters.launcher import WorkerLauncher  # noqa: E402
from technic_scanner.bootstrap import Services, build  # noqa: E402
from technic_scanner.runs.model import Preset  # noqa: E402
from technic_scanner.runs.serialization import stored  # noqa: E402

stored.VERSION = 2
stored._HEAD = '{"v":2,'
WorkerLauncher.ensure_worker = lambda self: None  # type: ignore[method-assign]

ASKED = NewerConfig(symbols=("AAPL", "MSFT"), moon_phase="close > 5")


def leave(services: Services) -> dict[str, Any]:
    """Leave a run that has ended, a preset, and a run that waits."""
    done = services.service.submit(ASKED, label="done")
    services.worker().run()
    services.service.save_preset(Preset("newer", ASKED))
    waiting = replace(ASKED, moon_phase="close > 9")
    return {"done": done.run_id, "waiting": services.service.submit(waiting, label="waiting").run_id}


def take_up(services: Services, run_id: str) -> dict[str, Any]:
    """Resume a run and take it to its end; tell what is known of it and of everything else."""
    services.service.resume(run_id)
    services.worker().run()
    run = services.service.get(run_id)
    event = services.service.latest_event(run_id)
    assert isinstance(run.config, NewerConfig)
    assert isinstance(run.metrics, NewerMetrics)
    assert isinstance(event, NewerEvent)
    preset = services.service.preset("newer")
    assert isinstance(preset.config, NewerConfig)
    return {
        "status": run.status,
        "moon_phase": run.config.moon_phase,
        "kernels": run.metrics.kernels,
        "mood": event.mood,
        "preset": [preset.version, preset.config.moon_phase, preset.config.min_price],
        "problems": [str(item) for record in services.service.list().records for item in record.unreadable],
        "asked": {one.label: getattr(one.config, "moon_phase", "?") for one in services.service.list().records},
    }


if __name__ == "__main__":
    opened = build()
    step = {"leave": leave, "take_up": take_up}[sys.argv[1]]
    print(json.dumps(step(opened, *sys.argv[2:])))  # type: ignore[operator]
    opened.close()
