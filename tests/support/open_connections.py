"""Fails the test that leaves an SQLite connection open; Python itself warns of them from 3.13 on only.

Those that other libraries open count as well, such as yfinance's caches. A connection belongs to the test that opened
it, or to the module's or session's fixture that did. A store's belong to the one that used the store first: its pool
opens further ones whenever a later test needs them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import Connection, Dialect, Engine, event


@dataclass(frozen=True)
class Opener:
    """What opened a connection: a test, or a fixture that outlives tests."""

    name: str
    outlives_tests: bool


class OpenConnections:
    """The plugin: every connection of this process that is not closed yet, with its opener."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[sqlite3.Connection, Opener]] = {}
        self._stores: WeakKeyDictionary[Dialect, Opener] = WeakKeyDictionary()
        self._opener = Opener("the start of the test session", outlives_tests=True)

    def watch(self) -> None:
        """Note every connection from now on, of a store and of ``sqlite3.connect``."""
        for module in (sqlite3, sqlite3.dbapi2):
            module.connect = self._noting(module.connect)  # type: ignore[attr-defined]
        event.listen(Engine, "engine_connect", self._used_by_store)

    def _noting(self, connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
        @wraps(connect)
        def noted(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection = connect(*args, **kwargs)
            self._open[id(connection)] = connection, self._opener
            return connection

        return noted

    def _used_by_store(self, connection: Connection) -> None:
        opener = self._stores.setdefault(connection.dialect, self._opener)
        raw = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            self._open[id(raw)] = raw, opener

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Remember the fixture while it is set up, unless it ends with the test."""
        before = self._opener
        if fixturedef.scope != "function":
            self._opener = Opener(f"the {fixturedef.scope}'s fixture {fixturedef.argname}", outlives_tests=True)
        try:
            return (yield)
        finally:
            self._opener = before

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Remember the test while it runs."""
        self._opener = Opener(item.nodeid, outlives_tests=False)
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, nextitem: pytest.Item | None) -> Generator[None, object, object]:
        """Fail unless all is closed that the test opened; after the last test, whatever any fixture opened."""
        result = yield
        left = self._left_open(everything=nextitem is None)
        if left:
            pytest.fail("\n".join(("SQLite connections are still open:", *left)), pytrace=False)
        return result

    def _left_open(self, *, everything: bool) -> list[str]:
        left = []
        for key, (connection, opener) in tuple(self._open.items()):
            if is_closed(connection):
                del self._open[key]
            elif everything or not opener.outlives_tests:
                del self._open[key]  # told once
                left.append(f"  {connection!r}, opened by {opener.name}")
        return left


def is_closed(connection: sqlite3.Connection) -> bool:
    """Return whether a connection is closed, from any thread."""
    try:
        _ = connection.total_changes
    except sqlite3.ProgrammingError:
        return True
    return False


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin."""
    connections = OpenConnections()
    connections.watch()
    config.pluginmanager.register(connections, "open-connections")
