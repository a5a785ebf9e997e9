"""The shipped stores, SQLite and PostgreSQL, hold the contract that is shipped for anybody's."""

from __future__ import annotations

from technic_scanner.testing.stores import StoreContract


class TestSqlStore(StoreContract):
    """Its fixtures are those of this folder."""
