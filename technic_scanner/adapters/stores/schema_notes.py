"""The tables of notes and of saved views; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Named, Table, Text, TypedColumns

from technic_scanner.adapters.stores.schema import PlainText, UtcTime, metadata


class _SymbolNoteColumns(TypedColumns):
    """What was written about a symbol; ``tags`` have a comma before and after each: ``,dip,watch,``."""

    symbol: Named[str] = Column(PlainText, primary_key=True)
    text: Named[str] = Column(PlainText)
    tags: Named[str] = Column(PlainText)
    changed_at: Named[datetime] = Column(UtcTime)


class _RunNoteColumns(TypedColumns):
    """What was written about a run, with tags in the same form."""

    run_id: Named[str] = Column(Text, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True)
    text: Named[str] = Column(PlainText)
    tags: Named[str] = Column(PlainText)
    changed_at: Named[datetime] = Column(UtcTime)


class _SavedViewColumns(TypedColumns):
    """A view of a page's table; ``content`` is a versioned document."""

    page: Named[str] = Column(PlainText, primary_key=True)
    name: Named[str] = Column(PlainText, primary_key=True)
    content: Named[str] = Column(PlainText)
    changed_at: Named[datetime] = Column(UtcTime)


symbol_notes = Table("symbol_notes", metadata, _SymbolNoteColumns)
run_notes = Table("run_notes", metadata, _RunNoteColumns)
saved_views = Table("saved_views", metadata, _SavedViewColumns)
