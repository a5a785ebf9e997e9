"""What a reader of a study must know of it: what was winsorised, held, left out or not applied."""

from __future__ import annotations

import numpy as np

from technic_scanner.criteria.printer import text_of
from technic_scanner.domain.study_terms import FEW_DATES
from technic_scanner.domain.symbol_text import first_named
from technic_scanner.progress.text import count_text
from technic_scanner.screening.pick_returns import HORIZONS, MOST_RETURN
from technic_scanner.studies.result import FIRST, Study

MOST_NAMED = 5


def study_notes(study: Study) -> list[str]:
    """Return the notes, each a sentence."""
    first, stop = study.window
    if first == stop:
        return ["There is no session between the dates asked for."]
    notes = [_entries(study), *_rank(study), *_winsorised(study), *_left_out(study), *_held(study), *_open(study)]
    if 0 < study.dates < FEW_DATES:
        notes.append(f"There are entries on {study.dates} dates only: chance alone can give any of these numbers.")
    if study.panel.members is not None:
        notes.append("Entries and universe are those of the members of each session.")
    if any(text for text in study.panel.texts("sector")):
        notes.append("Sectors are those of today, in the past too.")
    return notes


def _entries(study: Study) -> str:
    if study.entry == FIRST:
        return "An entry is a session in which the criteria are true and were not on the symbol's own bar before."
    return "An entry is every session in which the criteria are true, so that one rise counts many times."


def _rank(study: Study) -> list[str]:
    rank = study.criteria.tree.rank
    if rank is None:
        return []
    top = "" if rank.top is None else f", also beyond the top {rank.top}"
    return [f"All that meet the condition are entries{top}; the IC measures the order by {text_of(rank.by)}."]


def _winsorised(study: Study) -> list[str]:
    counts = {horizon: study.horizons[horizon] for horizon in HORIZONS}
    ours = sum(result.limited for result in counts.values())
    theirs = sum(result.universe_limited for result in counts.values())
    if not ours and not theirs:
        return [f"Returns above {MOST_RETURN:.0%} would count as {MOST_RETURN:.0%}; there are none."]
    counted = f"{ours:,} of entries and {theirs:,} of the universe, over all horizons."
    return [f"Returns above {MOST_RETURN:.0%} count as {MOST_RETURN:.0%}: {counted}"]


def _left_out(study: Study) -> list[str]:
    symbols = study.left_out
    if not symbols:
        return []
    named = first_named(symbols, MOST_NAMED)
    why = "for a year after a price that looks wrong (an unadjusted split, or far off)"
    verb = "is" if len(symbols) == 1 else "are"
    return [f"{count_text(len(symbols), 'symbol')} {verb} left out of the universe's mean {why}: {named}."]


def _held(study: Study) -> list[str]:
    close = study.panel.bars.close
    ended = np.isnan(close[:, -HORIZONS[-1] :]).all(axis=1) & ~np.isnan(close).all(axis=1)
    count = int(np.isin(study.rows, np.flatnonzero(ended)).sum())
    if not count:
        return []
    if count == 1:
        return ["1 entry is of a symbol that is no longer traded; it is held at its last close."]
    return [f"{count:,} entries are of symbols that are no longer traded; they are held at their last close."]


def _open(study: Study) -> list[str]:
    left = len(study) - study.horizons[HORIZONS[-1]].n
    if not left:
        return []
    entries = "1 entry is" if left == 1 else f"{left:,} entries are"
    return [f"{entries} too recent for {HORIZONS[-1]} sessions to have passed."]
