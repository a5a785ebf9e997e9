"""Tell what the price cache holds of a source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

from technic_scanner.adapters.market_data.price_cache.folder import SourceFolder
from technic_scanner.adapters.market_data.price_cache.index import EPOCH


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """The cached data of one source; ``without_data`` is the number of symbols known to have no bars."""

    source: str
    symbols: int
    without_data: int
    bars: int
    first_session: date | None
    last_session: date | None
    oldest_check: datetime | None
    written_at: datetime | None
    files: int
    size_bytes: int


def coverage_of(folder: SourceFolder) -> SourceCoverage:
    """Return what a source's folder holds."""
    index = folder.stored_index()
    held = [entry for entry in index.entries.values() if entry.parts]
    return SourceCoverage(
        source=unquote(folder.path.name),
        symbols=len(held),
        without_data=len(index.entries) - len(held),
        bars=sum(entry.bars for entry in held),
        first_session=EPOCH + timedelta(days=min(entry.first for entry in held)) if held else None,
        last_session=EPOCH + timedelta(days=max(entry.last for entry in held)) if held else None,
        oldest_check=datetime.fromtimestamp(min(entry.checked_at for entry in held), UTC) if held else None,
        written_at=datetime.fromtimestamp(index.written_at, UTC) if index.written_at else None,
        files=len(index.segments),
        size_bytes=folder.size_bytes(),
    )
