"""The tables of what was studied; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns

from technic_scanner.adapters.stores.schema import PlainText, UtcTime, metadata


class _TrialColumns(TypedColumns):
    """One study of a universe; ``times`` it was asked for, ``first_at`` and ``last_at`` when."""

    key: Named[str] = Column(PlainText, primary_key=True)
    source: Named[str] = Column(PlainText)
    universe: Named[str] = Column(PlainText)
    family: Named[str] = Column(PlainText)
    criteria: Named[str] = Column(PlainText)
    entry: Named[str] = Column(PlainText)
    first: Named[str] = Column(PlainText)
    last: Named[str] = Column(PlainText)
    holdout: Named[bool] = Column(Boolean)
    entries: Named[int] = Column(BigInteger)
    times: Named[int] = Column(Integer)
    first_at: Named[datetime] = Column(UtcTime)
    last_at: Named[datetime] = Column(UtcTime)


study_trials = Table("study_trials", metadata, _TrialColumns)
Index("ix_study_trials_place", study_trials.c.source, study_trials.c.universe)


class _RunStudyColumns(TypedColumns):
    """The runs that are parameter studies: ``terms`` is what was asked, ``answer`` what was found, None before."""

    run_id: Named[str] = Column(Text, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True)
    terms: Named[str] = Column(Text)
    answer: Named[str | None] = Column(Text)


run_studies = Table("run_studies", metadata, _RunStudyColumns)
