"""The run store on SQLite and PostgreSQL."""

from technic_scanner.adapters.stores.sql_store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
