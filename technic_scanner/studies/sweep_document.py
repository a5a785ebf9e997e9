"""A parameter study as JSON types: its variants, the best of them beside its neighbours, and notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np

from technic_scanner.domain.study_terms import FEW_DATES
from technic_scanner.screening.pick_returns import HORIZONS, MOST_RETURN
from technic_scanner.studies.eligible import Minimums
from technic_scanner.studies.horizons import horizon_result
from technic_scanner.studies.result import Study
from technic_scanner.studies.study import study
from technic_scanner.studies.sweep import BEST_HORIZON, Sweep


def document_of_sweep(
    found: Sweep,
    horizon: int = BEST_HORIZON,
    *,
    min_dates: int = FEW_DATES,
    minimums: Minimums | None = None,
    notes: Iterable[str] = (),
    data_notes: Iterable[str] = (),
    threads: int | None = None,
) -> dict[str, Any]:
    """Return the parameter study as JSON types, with the best variant at ``horizon``, see ``Sweep.best``.

    ``minimums``: those that it was studied with. ``notes`` come first among its own; ``data_notes`` are those of its
    source. Returns are fractions, None is unknown.
    """
    plan = found.plan
    first, stop = plan.window
    days = plan.panel.sessions[first:stop].astype("datetime64[D]").astype(str).tolist()
    by_horizon = {other: _summary(found, other, min_dates) for other in HORIZONS}
    chosen = by_horizon[horizon]
    best = None if chosen is None else chosen | _interval(found, chosen["variant"], horizon, minimums, threads)
    return {
        "entry": plan.entry,
        "from": days[0] if days else None,
        "to": days[-1] if days else None,
        "newest_session": _day(plan.panel.bars.last_session),
        "symbols": len(plan.panel.symbols),
        "sessions": len(days),
        "ranges": [{"name": item.name, "values": list(item.labels)} for item in found.variants.ranges],
        "variants": _variants(found),
        "horizon": horizon,
        "min_dates": min_dates,
        "best": best,
        "by_horizon": {str(other): summary for other, summary in by_horizon.items()},
        "winsorised_above": MOST_RETURN,
        "notes": [*notes, *_notes(found, horizon, min_dates)],
        "data_notes": [*data_notes],
    }


def _variants(found: Sweep) -> list[dict[str, Any]]:
    places = np.ndindex(*found.variants.shape)
    return [
        {
            "values": [item.labels[at] for item, at in zip(found.variants.ranges, place, strict=True)],
            "criteria": criteria.canonical,
            "entries": int(found.entries[number]),
            "horizons": {str(horizon): asdict(cells[number]) for horizon, cells in found.cells.items()},
        }
        for number, (place, criteria) in enumerate(zip(places, found.variants.criteria, strict=True))
    ]


def _summary(found: Sweep, horizon: int, min_dates: int) -> dict[str, Any] | None:
    """Return the number of the best variant after a horizon beside its neighbours, None without one."""
    number = found.best(horizon, min_dates)
    if number is None:
        return None
    around = found.neighbours(number, horizon)
    return {
        "variant": number,
        "mean_excess": found.cells[horizon][number].mean_excess,
        "neighbours": len(around),
        "neighbours_median": float(np.median(around)) if len(around) else None,
    }


def _interval(
    found: Sweep, number: int, horizon: int, minimums: Minimums | None, threads: int | None
) -> dict[str, Any]:
    """Return the interval of the own study of a variant."""
    result = horizon_result(_study_of(found, number, minimums, threads), horizon)
    names = ("low", "high", "standard_error", "effective_sessions", "median", "n", "n_dates")
    return {name: getattr(result, name) for name in names}


def _study_of(found: Sweep, number: int, minimums: Minimums | None, threads: int | None) -> Study:
    plan = found.plan
    days = plan.panel.sessions.astype("datetime64[D]")
    first, stop = plan.window
    window = {"start": days[first].item(), "end": days[stop - 1].item()}
    criteria = found.variants.criteria[number]
    return study(criteria, plan.panel, entry=plan.entry, minimums=minimums, threads=threads, **window)


def _notes(found: Sweep, horizon: int, min_dates: int) -> list[str]:
    first, stop = found.plan.window
    if first == stop:
        return ["There is no session between the dates asked for."]
    count = len(found.variants.criteria)
    beside = "compare it with the median of its neighbours, and with the deflated threshold"
    notes = [f"The best of {count:,} variants can be above 0 by chance alone: {beside}."]
    without = int((found.entries == 0).sum())
    if without:
        notes.append(f"{without:,} of {count:,} variants have no entry.")
    few = sum(0 < cell.n_dates < min_dates for cell in found.cells[horizon])
    if few:
        on = f"entries on fewer than {min_dates:,} dates"
        notes.append(
            f"{few:,} of {count:,} variants have {on} after {horizon} sessions, so that none of them is the best."
        )
    if found.plan.panel.members is not None:
        notes.append("Entries and universe are those of the members of each session.")
    return notes


def _day(day: Any) -> str | None:
    return None if day is None else str(day)
