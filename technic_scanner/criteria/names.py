"""Dotted names taken apart: whose bars and of what period, as ``weekly.now.`` or ``market.`` say."""

from __future__ import annotations

from typing import NamedTuple

from technic_scanner.criteria.tree import DAY, MARKET, MONTH, MONTH_NOW, OWN, SECTOR, WEEK, WEEK_NOW, Frame

SUBJECTS = {"market": MARKET, "sector": SECTOR}
PERIODS = {"weekly": WEEK, "monthly": MONTH}
_RUNNING = {WEEK: WEEK_NOW, MONTH: MONTH_NOW}
_WORDS = {WEEK: "weekly.", WEEK_NOW: "weekly.now.", MONTH: "monthly.", MONTH_NOW: "monthly.now.", DAY: ""}
FRAME_NAMES = ("weekly", "weekly.now", "monthly", "monthly.now", "market", "sector")


class Prefix(NamedTuple):
    """What stands before a name; None where nothing is said."""

    subject: str | None = None
    period: str | None = None

    def over(self, outer: Prefix) -> Prefix:
        """Return this prefix with what it leaves open taken from ``outer``."""
        return Prefix(self.subject or outer.subject, self.period or outer.period)

    @property
    def frame(self) -> Frame:
        """The frame that the prefix means."""
        return Frame(self.subject or OWN, self.period or DAY)


NOTHING = Prefix()


def taken_apart(name: str) -> tuple[Prefix, str] | None:
    """Return prefix and last part of a name in lower case; None where what stands before is no frame."""
    *before, last = name.split(".")
    subject = period = None
    for word in before:
        if word in SUBJECTS and subject is None:
            subject = SUBJECTS[word]
        elif word in PERIODS and period is None:
            period = PERIODS[word]
        elif word == "now" and period in _RUNNING:
            period = _RUNNING[period]
        else:
            return None
    return Prefix(subject, period), last


def prefix_text(frame: Frame | None) -> str:
    """Return what stands before a name of ``frame``: ``market.weekly.``."""
    if frame is None:
        return ""
    subject = "" if frame.subject == OWN else f"{frame.subject}."
    return subject + _WORDS[frame.period]
