"""Numbers, times and statuses as words; unknown is said, never shown as zero."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.progress import text as progress_text
from technic_scanner.progress.text import range_text, seconds_text
from technic_scanner.ui.style import theme

UNKNOWN = "unknown"
DASH = "–"


def left_text(event: ProgressEvent) -> str:
    """Say how long a run will still take: ``about 14 s left (11–19 s)``."""
    return progress_text.left_text(event.eta_seconds, event.eta_low_seconds, event.eta_high_seconds)


def expected_text(seconds: float | None, low: float | None, high: float | None, runs: int) -> str:
    """Say the expected duration before a start: ``about 14 s (11–19 s), from 23 comparable runs``."""
    if seconds is None or runs == 0:
        return "Expected duration unknown: no comparable run has finished yet."
    band = range_text(low, high)
    noun = "run" if runs == 1 else "runs"
    return f"Expected: about {seconds_text(seconds)}{f' ({band})' if band else ''}, from {runs} comparable {noun}."


def slower_text(cost: float, median: float, seconds: float) -> str:
    """Say how much more a stage cost: ``4.5 × its median``; its seconds where that is next to nothing."""
    if cost >= _TELLING_FACTOR * median:
        return f"{seconds_text(seconds)}, usually next to nothing"
    return f"{number(cost / median, 1)} × its median"


def count_text(count: int | None, noun: str) -> str:
    """Say a count with its noun: ``1 symbol``, ``1,200 symbols``."""
    if count is None:
        return f"{UNKNOWN} {noun}s"
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def number(value: float | None, digits: int = 2) -> str:
    """Say a number with thousands separators, a dash when it is unknown."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:,.{digits}f}"


def when(moment: datetime | None, zone: str | None = None) -> str:
    """Say a moment in the viewer's time zone (UTC when that is unknown): ``2026-01-02 14:30:05``."""
    if moment is None:
        return DASH
    local = moment.astimezone(ZoneInfo(zone or "UTC"))
    return f"{local:%Y-%m-%d %H:%M:%S}" + ("" if zone else " UTC")


def status_text(status: RunStatus) -> str:
    """Say a status with its mark: ``✓ Succeeded``."""
    return f"{theme.STATUS_MARKS[status]} {status.value.capitalize()}"


def status_badge(status: RunStatus) -> str:
    """Return the status as a Markdown badge, with mark and word."""
    return f":{theme.STATUS_BADGE_COLOURS[status]}-badge[{status_text(status)}]"


def run_name(record: RunRecord) -> str:
    """Name a run for people: its label, else what it scans, and the end of its id."""
    return f"{scan_text(record)} · {short_id(record.run_id)}"


def scan_text(record: RunRecord) -> str:
    """Name what a run scans: its label, else its config in a few words; says so if that cannot be read."""
    if record.unreadable:
        unread = ", ".join(dict.fromkeys(problem.field.partition(".")[0] for problem in record.unreadable))
        return f"{record.label or record.config.source} ({unread} unreadable)"
    return record.label or config_text(record.config)


def unreadable_text(record: RunRecord) -> str:
    """Say what of a run cannot be read, and why; empty if all can."""
    problems = (*map(str, record.unreadable), *(f"{name}: of a newer version" for name in record.unknown_fields))
    return f"Not all of this run can be read: {'; '.join(problems)}." if problems else ""


def short_id(run_id: str) -> str:
    """Return the last eight characters, which are the random ones of a sortable id."""
    return run_id[-8:]


def config_text(config: ScanConfig) -> str:
    """Say in a few words what a config scans, and how, where that is not the default."""
    parts = [config.source if config.universe is None else f"{config.source} / {config.universe}"]
    if config.sectors:
        parts.append(_some(config.sectors, "sectors"))
    if config.symbols:
        parts.append(_some(config.symbols, "symbols"))
    if config.industry_contains:
        parts.append(f"industry “{config.industry_contains}”")
    parts += [
        str(getattr(config, name)).replace("_", " ")
        for name in ("direction", "strategy_profile_name")
        if getattr(config, name) != getattr(_PLAIN, name)
    ]
    if config.as_of_date is not None:
        parts.append(f"as of {config.as_of_date.isoformat()}")
    return " · ".join(parts)


def sentence(text: str) -> str:
    """Return a message as a sentence: ``there is no run X`` → ``There is no run X.``; a name at its start stays."""
    text = text.strip()
    first = text.split(maxsplit=1)[0] if text else ""
    if first.rstrip(":,").isalpha() and first.islower():
        text = text[0].upper() + text[1:]
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def words(code: str) -> str:
    """Say a profile, a regime or the like as words: ``short_term_swing`` → ``short term swing``."""
    return code.replace("_", " ")


def escape(text: str) -> str:
    """Make text from outside (labels, names, messages) safe to show inside Markdown."""
    return "".join(f"\\{char}" if char in _MARKDOWN else char for char in text)


_PLAIN = ScanConfig()
_TELLING_FACTOR = 100.0
_MARKDOWN = frozenset("\\`*_{}[]<>#|~$:")


def _some(names: tuple[str, ...], noun: str) -> str:
    return ", ".join(names) if len(names) <= 2 else f"{len(names)} {noun}"
