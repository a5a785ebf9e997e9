"""What criteria mean by ``market.`` where the source has no benchmark: an index of the reference universe."""

from __future__ import annotations

from technic_scanner.domain.progress import REFERENCE_SUBSTAGE
from technic_scanner.domain.stage import Stage
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.fetch import fetch_missing
from technic_scanner.pipeline.reference_universe import ReferenceUniverse
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.index_bars import index_bars


def reference_index(context: ScanContext, reference: ReferenceUniverse, sessions: int) -> Panel:
    """Return the index of the cached bars of the reference universe, over so many sessions up to the as-of date."""
    held = context.cache.read(reference.source_key, reference.symbols, sessions, context.as_of).panel
    return index_bars(held.until(context.as_of))


def fetch_reference(context: ScanContext, reference: ReferenceUniverse, sessions: int, fetched: int) -> None:
    """Fetch its bars that the cache lacks, in the active stage, in which ``fetched`` symbols were fetched before."""
    missing = context.cache.state(reference.source_key, reference.symbols, sessions, context.as_of).missing
    if not missing:
        return
    reporter = context.reporter
    reporter.declare(Stage.DATA_FETCHING, REFERENCE_SUBSTAGE, len(missing))
    reporter.set_total(fetched + len(missing))
    reporter.start_substage(REFERENCE_SUBSTAGE, len(missing))
    fetch_missing(context, missing, reference.source, reference.source_key, REFERENCE_SUBSTAGE)
    reporter.complete_substage(REFERENCE_SUBSTAGE)
