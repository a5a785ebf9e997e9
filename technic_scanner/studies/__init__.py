"""What criteria would have found in every past session, and what followed: entries, returns, intervals.

    from technic_scanner.studies import study
    found = study("rsi(14) < 30", panel, entry="first")
    found.horizons[21].mean_excess

docs/studies.md says what the numbers mean and what they cannot say.
"""

from __future__ import annotations

from technic_scanner.studies.document import document_of
from technic_scanner.studies.eligible import Minimums
from technic_scanner.studies.result import ENTRIES, EVERY, FIRST, Study
from technic_scanner.studies.study import study
from technic_scanner.studies.sweep import Sweep, sweep

__all__ = ["ENTRIES", "EVERY", "FIRST", "Minimums", "Study", "Sweep", "document_of", "study", "sweep"]
