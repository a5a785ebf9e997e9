"""Watchlists as objects: what is refused, how they become the symbols of a run, and how they leave and enter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.schema_watchlists import watchlists as table
from technic_scanner.adapters.stores.sql_store import SqlStore, open_store
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.watchlist import Watchlist, WatchlistEntry
from technic_scanner.errors import ConfigError, WatchlistConflictError, WatchlistNotFoundError
from technic_scanner.runs.watchlists.interchange import entries_from
from technic_scanner.runs.watchlists.lookup import WatchlistLookup
from technic_scanner.runs.watchlists.service import RunPicks, WatchlistService

TECH = Watchlist("tech", (WatchlistEntry("MSFT", "cloud"), WatchlistEntry("AAPL", section="phones")), "mine")
PICKS = RunPicks(pa.table({"Symbol": ["B", "C", "A"], "Rank": [2, None, 1]}), date(2026, 3, 2))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}", ManualClock())
    yield opened
    opened.close()


@pytest.fixture
def service(store: SqlStore) -> WatchlistService:
    return WatchlistService(store, lambda _config: ("AAPL", "BRK.B"), lambda _run_id: PICKS)


def test_versions_stay_and_a_note_makes_the_next_one(service: WatchlistService) -> None:
    service.save(TECH)
    noted = service.note("tech", " aapl ", "before earnings")
    assert (noted.version, noted.entries[1]) == (2, WatchlistEntry("AAPL", "before earnings", "phones"))
    assert service.get("tech", 1).entries == TECH.entries
    assert [item.version for item in service.versions("tech")] == [2, 1]
    with pytest.raises(ConfigError, match="'IBM' is not in watchlist 'tech'"):
        service.note("tech", "IBM", "x")
    with pytest.raises(WatchlistNotFoundError, match="version 3"):
        service.get("tech", 3)
    with pytest.raises(WatchlistConflictError):
        service.save(TECH, 1)


def test_every_fault_is_named_at_once(service: WatchlistService) -> None:
    entries = (WatchlistEntry("BRK.B"), WatchlistEntry("BRK-B", "a\nb"), WatchlistEntry(" "), WatchlistEntry("A" * 33))
    with pytest.raises(ConfigError) as refused:
        service.save(Watchlist("tech@3", entries, "a\x00"))
    assert [problem.field for problem in refused.value.problems] == [
        *("description", "name", "entries.1.note", "entries.1", "entries.2.symbol", "entries.3.symbol"),
    ]
    assert "BRK-B is listed already, as BRK.B" in str(refused.value)
    with pytest.raises(ConfigError, match="at least one symbol"):
        service.save(Watchlist("empty", ()))
    with pytest.raises(ConfigError) as unread:
        entries_from(["AAPL", {"symbol": "X", "colour": 1}, 5, {"note": "n"}])
    fields = [problem.field for problem in unread.value.problems]
    assert fields == ["entries.1.colour", "entries.2", "entries.3.symbol"]
    assert entries_from(["aapl", {"symbol": "x", "note": "n"}]) == (WatchlistEntry("AAPL"), WatchlistEntry("X", "n"))


def test_a_config_gets_the_symbols_of_its_lists_and_names_their_versions(service: WatchlistService) -> None:
    service.save(TECH)
    service.save(Watchlist("other", (WatchlistEntry("BRK-B"),)))
    asked = ScanConfig(symbols=("BRK.B", "XOM"), watchlists=("tech", "other"))
    resolved = service.lookup.resolved(asked)
    assert resolved.watchlists == ("tech@1", "other@1")
    assert resolved.symbols == ("AAPL", "BRK.B", "MSFT", "XOM")
    assert service.lookup.resolved(resolved) == resolved
    assert service.lookup.as_asked(resolved) == replace(asked, symbols=("XOM",))

    service.save(Watchlist("tech", TECH.entries[::-1]), 1)
    moved = service.lookup.resolved(asked)
    assert (moved.symbols, moved.watchlists[0]) == (resolved.symbols, "tech@2"), "other order, same scan"
    assert service.lookup.as_asked(resolved).watchlists == ("tech@1", "other")
    service.remove("tech")
    left = service.lookup.as_asked(resolved)
    assert (left.watchlists, left.symbols) == (("other",), ("AAPL", "MSFT", "XOM")), "what is gone stays as symbols"


def test_lists_that_are_not_there_are_all_named(service: WatchlistService, store: SqlStore) -> None:
    service.save(TECH)
    with pytest.raises(ConfigError) as refused:
        service.lookup.resolved(ScanConfig(watchlists=("none", "tech@7", "tech")))
    assert [str(problem) for problem in refused.value.problems] == [
        "watchlists: there is no watchlist 'none'",
        "watchlists: watchlist 'tech' has no version 7",
    ]
    store.database.run(modes.WRITE, lambda connection: connection.execute(table.update().values(entries="{")))
    with pytest.raises(ConfigError, match="'tech' cannot be used: is not JSON"):
        service.lookup.resolved(ScanConfig(watchlists=("tech",)))
    (damaged,) = service.all()
    assert (damaged.entries, damaged.description) == ((), "mine")
    assert WatchlistLookup(store).resolved(ScanConfig()) == ScanConfig()


def test_picks_of_a_run_become_entries_with_where_they_come_from(service: WatchlistService) -> None:
    assert [(entry.symbol, entry.note) for entry in service.of_run("R1")] == [
        ("A", "rank 1 on 2026-03-02, run R1"),
        ("B", "rank 2 on 2026-03-02, run R1"),
    ]
    assert len(service.of_run("R1", 1)) == 1


def test_names_are_checked_against_a_universe_where_one_is_given(service: WatchlistService) -> None:
    assert service.read("AAPL BRK-B IBM", ScanConfig()).unknown == ("IBM",)
    assert service.read("AAPL BRK-B IBM").unknown == ()


def test_an_export_is_imported_again_and_overwrites_nothing(service: WatchlistService) -> None:
    service.save(TECH)
    exported = service.text("tech", "json")
    assert service.load(exported).version == 1
    with pytest.raises(WatchlistConflictError, match="tech"):
        service.load(json.dumps(json.loads(exported) | {"entries": ["IBM"]}))
    service.remove("tech")
    assert service.load(exported).entries == TECH.entries
    with pytest.raises(ConfigError, match="form: 'pdf' is not one of tradingview, thinkorswim, text, json"):
        service.text("tech", "pdf")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "other"}, "format"),
        ({"format_version": 2}, "format_version"),
        ({"name": ""}, "name"),
        ({"entries": None}, "entries"),
        ({"entries": [3]}, "entries.0"),
        ({"more": 1}, "more"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused(
    service: WatchlistService, change: dict[str, object], field: str
) -> None:
    service.save(TECH)
    document = json.loads(service.export("tech")) | {"name": "another"} | change
    with pytest.raises(ConfigError) as refused:
        service.load(json.dumps(document))
    assert field in [problem.field for problem in refused.value.problems]
