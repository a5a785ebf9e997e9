"""The store's small parts by themselves: addresses, ids, times, error sentences, summaries."""

from __future__ import annotations

import errno
import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import psycopg
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError, TimeoutError

from technic_scanner.adapters.stores.documents import dump_table, load_columns, load_failures, load_table
from technic_scanner.adapters.stores.engine import parse_url
from technic_scanner.adapters.stores.faults import is_conflict, store_error
from technic_scanner.adapters.stores.schema import from_micros, to_micros
from technic_scanner.adapters.stores.sql_store import SqlStore, ulids
from technic_scanner.adapters.stores.summary import eta_error
from technic_scanner.clock import ManualClock
from technic_scanner.errors import StoreError, StoreFullError, StoreUnavailableError

SERVER_STATES = {
    "08006": StoreUnavailableError,
    "25006": StoreUnavailableError,
    "28P01": StoreUnavailableError,
    "3D000": StoreUnavailableError,
    "40001": StoreUnavailableError,
    "53100": StoreFullError,
    "53300": StoreUnavailableError,
    "55P03": StoreUnavailableError,
    "57P01": StoreUnavailableError,
    "23505": StoreError,
    "42P01": StoreError,
}
FILE_CODES = {
    sqlite3.SQLITE_BUSY: StoreUnavailableError,
    sqlite3.SQLITE_BUSY_SNAPSHOT: StoreUnavailableError,
    sqlite3.SQLITE_LOCKED: StoreUnavailableError,
    sqlite3.SQLITE_CANTOPEN: StoreUnavailableError,
    sqlite3.SQLITE_READONLY: StoreUnavailableError,
    sqlite3.SQLITE_IOERR_WRITE: StoreUnavailableError,
    sqlite3.SQLITE_FULL: StoreFullError,
    sqlite3.SQLITE_CORRUPT: StoreError,
    sqlite3.SQLITE_NOTADB: StoreError,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: StoreError,
}


def wrapped(error: Exception) -> OperationalError:
    """The error as SQLAlchemy hands it on."""
    return OperationalError("SELECT 1", {}, error)


def server_error(state: str) -> psycopg.Error:
    error = psycopg.errors.lookup(state)("what the server said")
    assert error.sqlstate == state
    return error


def file_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("what SQLite said")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("state", SERVER_STATES)
def test_server_states_have_their_errors(state: str) -> None:
    assert type(store_error(wrapped(server_error(state)), "here")) is SERVER_STATES[state]


@pytest.mark.parametrize("code", FILE_CODES)
def test_file_codes_have_their_errors(code: int) -> None:
    for error in (wrapped(file_error(code)), file_error(code)):
        translated = store_error(error, "sqlite:///here.db")
        assert type(translated) is FILE_CODES[code]
        assert "sqlite:///here.db" in str(translated)


def test_a_line_that_broke_is_unavailable() -> None:
    broken = psycopg.OperationalError("the connection is closed")
    assert type(store_error(wrapped(broken), "here")) is StoreUnavailableError


def test_an_exhausted_pool_is_unavailable() -> None:
    assert type(store_error(TimeoutError("QueuePool limit reached"), "here")) is StoreUnavailableError


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, StoreFullError), (errno.EDQUOT, StoreFullError), (errno.EACCES, StoreUnavailableError)],
)
def test_the_operating_systems_errors(number: int, kind: type[StoreError]) -> None:
    assert type(store_error(OSError(number, "no"), "here")) is kind


def test_only_conflicts_are_tried_again() -> None:
    assert is_conflict(wrapped(server_error("40P01")))
    assert is_conflict(wrapped(server_error("40001")))
    assert not is_conflict(wrapped(server_error("57P01")))
    assert not is_conflict(wrapped(file_error(sqlite3.SQLITE_BUSY)))


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///x.db", "sqlite"),
        ("sqlite+pysqlite:///x.db", "sqlite"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
    ],
)
def test_each_address_gets_the_driver_that_is_shipped(url: str, driver: str) -> None:
    assert parse_url(url).drivername == driver


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), st.integers(-23, 23))
def test_times_survive_as_microseconds(naive: datetime, hours: int) -> None:
    at = naive.replace(tzinfo=timezone(timedelta(hours=hours)))
    back = from_micros(to_micros(at))
    assert back == at
    assert back.tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_microseconds_sort_like_times(one: datetime, other: datetime) -> None:
    assert (one < other) == (to_micros(one) < to_micros(other))


def test_ids_sort_by_the_time_of_their_making() -> None:
    clock = ManualClock()
    make = ulids(clock)
    made = [make() for _ in range(500)]
    clock.advance(0.001)
    made += [make() for _ in range(500)]
    assert made == sorted(set(made))
    assert {len(run_id) for run_id in made} == {26}


def test_eta_error_is_the_mean_share_by_which_promises_missed() -> None:
    assert eta_error((("start", 12.0), ("10", 9.0), ("25", None)), 10.0) == pytest.approx((0.2 + 0.1) / 2)
    assert eta_error((("start", None),), 10.0) is None
    assert eta_error((), 10.0) is None
    assert eta_error((("start", 1.0),), 0.0) is None


@pytest.mark.parametrize("read", [load_table, load_failures])
def test_bytes_that_are_no_table_are_a_store_error(read: object) -> None:
    for payload in (b"", b"nonsense", b"\xff\xff\xff\xff" * 8):
        with pytest.raises(StoreError):
            read(payload)  # type: ignore[operator]


def rows_of(count: int) -> pa.Table:
    return pa.table({"Symbol": [f"S{i}" for i in range(count)], "CompositeScore": np.linspace(0.0, 100.0, count)})


@pytest.mark.parametrize("rows", [0, 50, 100_000])
def test_a_table_is_read_as_it_was_written_whole_or_by_column(rows: int) -> None:
    table = rows_of(rows)
    payload = dump_table(table)
    assert payload[12:].startswith(b"\x28\xb5\x2f\xfd") is (rows < 100_000), "small ones are one frame of zstd"
    assert load_table(payload).equals(table)
    some = load_columns(payload, ("CompositeScore", "Sector"))
    assert some.column_names == ["CompositeScore", "Sector"]
    assert some["CompositeScore"].equals(table["CompositeScore"])
    assert some["Sector"].null_count == rows


def test_small_tables_of_earlier_versions_are_read() -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows_of(50).schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(rows_of(50))
    payload = sink.getvalue().to_pybytes()
    assert load_table(payload).equals(rows_of(50))
    assert load_columns(payload, ("Symbol",)).equals(rows_of(50).select(["Symbol"]))


@pytest.mark.parametrize("kept", [0, 4, 10, 20, -1])
def test_half_a_table_is_a_store_error(kept: int) -> None:
    with pytest.raises(StoreError):
        load_table(dump_table(rows_of(50))[:kept])


@pytest.mark.parametrize("rows", [50, 100_000])
def test_a_changed_bit_anywhere_behind_the_head_is_a_store_error(rows: int) -> None:
    payload = dump_table(rows_of(rows))
    for place in range(8, len(payload), max(1, len(payload) // 300)):
        damaged = bytearray(payload)
        damaged[place] ^= 0x10
        with pytest.raises(StoreError, match="not what was written"):
            load_table(bytes(damaged))


def test_a_store_is_named_without_its_password() -> None:
    store = SqlStore("postgresql://me:secret@db:5432/x", ManualClock(), run_ids=lambda: "1")
    assert store.database.where == "postgresql+psycopg://me:***@db:5432/x"
    store.close()
