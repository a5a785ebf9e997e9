"""The table of saved criteria; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Integer, Named, Table, TypedColumns

from technic_scanner.adapters.stores.schema import PlainText, UtcTime, metadata


class _SavedColumns(TypedColumns):
    """Every version of named criteria; ``language`` is the version of the language that the text was written in."""

    name: Named[str] = Column(PlainText, primary_key=True)
    version: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    text: Named[str] = Column(PlainText)
    description: Named[str] = Column(PlainText)
    language: Named[int]
    saved_at: Named[datetime] = Column(UtcTime)


saved_criteria = Table("saved_criteria", metadata, _SavedColumns)
