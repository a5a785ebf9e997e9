"""Format numbers, times and statuses as text; an unknown value is called unknown, never shown as zero."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.price_text import price_text
from technic_scanner.domain.printable import visible
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.quoting import cut
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.progress import text as progress_text
from technic_scanner.progress.text import range_text, seconds_text
from technic_scanner.ui.style import theme

UNKNOWN = "unknown"
_NOTHING = "○ Nothing found"
DASH = "–"


def left_text(event: ProgressEvent) -> str:
    """Return the time that a run still needs, as text: ``about 14 s left (11–19 s)``."""
    return progress_text.left_text(event.eta_seconds, event.eta_low_seconds, event.eta_high_seconds)


def expected_text(seconds: float | None, low: float | None, high: float | None, runs: int) -> str:
    """Return the expected duration before a start, as text: ``about 14 s (11–19 s), from 23 comparable runs``."""
    if seconds is None or runs == 0:
        return "Expected duration unknown: no comparable run has finished yet."
    band = range_text(low, high)
    of_runs = count_text(runs, "comparable run")
    return f"Expected: about {seconds_text(seconds)}{f' ({band})' if band else ''}, from {of_runs}."


def contained_text(before: int, queue_seconds: float | None) -> str:
    """Say what the expected time contains, with ``before`` runs that are queued or running.

    ``queue_seconds`` is the usual wait for a worker, None if it is unknown.
    """
    about = "It is the time of the scan itself, from its first stage to its picks"
    wait = "" if queue_seconds is None else f", usually {seconds_text(queue_seconds)}"
    verb = "is" if before == 1 else "are"
    runs = "no run is" if before == 0 else f"{count_text(before, 'run')} {verb}"
    return f"{about}, without the wait for a worker{wait}; {runs} before it."


def slower_text(cost: float, median: float, seconds: float) -> str:
    """Return how much slower a stage was, as text: ``4.5 × its median``; its seconds if the median is close to zero."""
    if cost >= _TELLING_FACTOR * median:
        return f"{seconds_text(seconds)}, usually almost no time"
    return f"{number(cost / median, 1)} × its median"


def count_text(count: int | None, noun: str) -> str:
    """Return a count with its noun: ``1 symbol``, ``1,200 symbols``."""
    if count is None:
        return f"{UNKNOWN} {noun}s"
    return progress_text.count_text(count, noun)


def number(value: float | None, digits: int = 2) -> str:
    """Return a number as text with thousands separators, a dash if it is unknown."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:,.{digits}f}"


def price(value: float | None) -> str:
    """Return a price as text with the decimals that it needs, a dash if it is unknown."""
    return DASH if value is None or not math.isfinite(value) else price_text(value)


def percent(fraction: float | None, digits: int = 2) -> str:
    """Return a fraction as ``1.25%``; ``unknown`` for None."""
    return UNKNOWN if fraction is None else f"{number(100 * fraction, digits)}%"


def when(moment: datetime | None, zone: str | None = None) -> str:
    """Return a moment as text in the viewer's time zone, in UTC if that is unknown: ``2026-01-02 14:30:05 CET``."""
    if moment is None:
        return DASH
    local = moment.astimezone(ZoneInfo(zone or "UTC"))
    return f"{local:%Y-%m-%d %H:%M:%S %Z}"


def exchange_date(day: date | str | None) -> str:
    """Return a date of data as text: ``2010-08-20 (exchange date)``."""
    return UNKNOWN if day is None else f"{day} (exchange date)"


def status_text(status: RunStatus) -> str:
    """Return a status with its mark: ``✓ Succeeded``."""
    return f"{theme.STATUS_MARKS[status]} {status.value.capitalize()}"


def status_badge(status: RunStatus) -> str:
    """Return a status as a Markdown badge with mark and word."""
    return f":{theme.STATUS_BADGE_COLOURS[status]}-badge[{status_text(status)}]"


def ending_text(record: RunRecord) -> str:
    """Return a run's status with its mark; of a run that succeeded without a pick that it found nothing."""
    return ended_as(record.status, record.outcome)


def ended_as(status: RunStatus, outcome: Outcome | None) -> str:
    """Return the same of a status and an outcome."""
    return _NOTHING if _found_nothing(status, outcome) else status_text(status)


def ending_badge(record: RunRecord) -> str:
    """Return the same as a Markdown badge."""
    return f":gray-badge[{_NOTHING}]" if _found_nothing(record.status, record.outcome) else status_badge(record.status)


def _found_nothing(status: RunStatus, outcome: Outcome | None) -> bool:
    return status is RunStatus.SUCCEEDED and outcome is Outcome.EMPTY


def run_name(record: RunRecord) -> str:
    """Return a run's display name: its label, or what it scans if it has none, and the end of its id."""
    return f"{cut(scan_text(record), _LONGEST_NAME)} · {short_id(record.run_id)}"


def scan_text(record: RunRecord) -> str:
    """Return a run's label, or its config in a few words if it has none; marked if parts cannot be read."""
    if record.unreadable:
        unread = ", ".join(dict.fromkeys(problem.field.partition(".")[0] for problem in record.unreadable))
        return f"{record.label or record.config.source} ({unread} unreadable)"
    return record.label or config_text(record.config)


def unreadable_text(record: RunRecord) -> str:
    """Return which parts of a run cannot be read, and why; empty if all can."""
    problems = (*map(str, record.unreadable), *(f"{name}: stored by a newer version" for name in record.unknown_fields))
    return f"Parts of this run cannot be read: {'; '.join(problems)}." if problems else ""


def short_id(run_id: str) -> str:
    """Return the last eight characters of a run id, which are random; the first ones encode the time."""
    return run_id[-8:]


def config_text(config: ScanConfig) -> str:
    """Return a short text of what a config scans, with direction and profile if they are not the defaults."""
    parts = [config.source if config.universe is None else f"{config.source} / {cut(config.universe, _LONGEST_PART)}"]
    if config.sectors:
        parts.append(_some(config.sectors, "sectors"))
    if config.symbols:
        parts.append(_some(config.symbols, "symbols"))
    if config.industry_contains:
        parts.append(f"industry “{cut(config.industry_contains, _LONGEST_PART)}”")
    parts += [
        str(getattr(config, name)).replace("_", " ")
        for name in ("direction", "strategy_profile_name")
        if getattr(config, name) != getattr(_PLAIN, name)
    ]
    if config.as_of_date is not None:
        parts.append(f"as of {config.as_of_date.isoformat()}")
    return " · ".join(parts)


def sentence(text: str) -> str:
    """Return a message as a sentence: ``there is no run X`` → ``There is no run X.``; a leading name is kept."""
    text = text.strip()
    first = text.split(maxsplit=1)[0] if text else ""
    if first.rstrip(":,").isalpha() and first.islower():
        text = text[0].upper() + text[1:]
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def words(code: str) -> str:
    """Return a code such as a profile or a regime as words: ``short_term_swing`` → ``short term swing``."""
    return code.replace("_", " ")


def escape(text: str) -> str:
    """Escape untrusted text (labels, names, messages) so that Markdown shows it literally.

    Addresses are made links after Markdown has been read, escaped or not; an invisible character inside prevents it.
    """
    shown = visible(text, keep="\n\t")
    return _ADDRESS.sub(_WORD_JOINER, "".join(f"\\{char}" if char in _MARKDOWN else char for char in shown))


_PLAIN = ScanConfig()
_TELLING_FACTOR = 100.0
_MARKDOWN = frozenset("\\`*_{}[]<>#|~$:")
_LONGEST_NAME = 90
_LONGEST_PART = 40
_WORD_JOINER = "\u2060"
# Where GitHub's Markdown looks for addresses of pages and of people.
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=[wW]{3})(?=\.)|(?=@)")


def _some(names: tuple[str, ...], noun: str) -> str:
    return ", ".join(cut(name, _LONGEST_PART) for name in names) if len(names) <= 2 else f"{len(names)} {noun}"
