"""The table of watchlists; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Integer, Named, Table, TypedColumns

from technic_scanner.adapters.stores.schema import PlainText, UtcTime, metadata


class _WatchlistColumns(TypedColumns):
    """Every version of each watchlist; ``entries`` is a document that lists symbol, note, section and exchange."""

    name: Named[str] = Column(PlainText, primary_key=True)
    version: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    description: Named[str] = Column(PlainText)
    entries: Named[str] = Column(PlainText)
    saved_at: Named[datetime] = Column(UtcTime)


watchlists = Table("watchlists", metadata, _WatchlistColumns)
