"""Show the state of this installation: health, store, workers, sources, cache coverage, versions, disk."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd
import streamlit as st

from technic_scanner.domain.config import RunOptions
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.extras import missing_extra
from technic_scanner.plugins.description import Plugin
from technic_scanner.progress.text import seconds_text
from technic_scanner.runs.model import WorkerInfo
from technic_scanner.settings import Settings, is_loopback
from technic_scanner.ui.app import moments, notices
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.style import ticking
from technic_scanner.ui.style.wording import count_text, escape, status_text
from technic_scanner.ui.system import alerts_view, schedules_view
from technic_scanner.ui.system.listing import listing

_NAMED_UNIVERSES = 4
_EVERY_SECONDS = 5.0  # refresh interval of run counts and worker heartbeats
_GROUPS = {"sources": "source", "executors": "executor", "run_listeners": "run listener"}
_PACKAGES = ("streamlit", "plotly", "pandas", "numpy", "numba", "pyarrow", "SQLAlchemy", "fastapi", "dask")


def show() -> None:
    """Show all parts; an error in one of them does not affect the others."""
    ticking.draw(_health, every_seconds=_EVERY_SECONDS)
    left, right = st.columns(2, border=True)
    with left, notices.guarded():
        ticking.draw(_workers, every_seconds=_EVERY_SECONDS)
        _execution()
    with right, notices.guarded():
        _store()
    with st.container(border=True), notices.guarded():
        schedules_view.show()
        alerts_view.show()
    with st.container(border=True), notices.guarded():
        _sources()
    with st.container(border=True), notices.guarded():
        _coverage()
    _plugins()
    _versions()


def _health() -> None:
    """Draw the counts of runs by status. A tick redraws this part without the page, so errors are shown here."""
    with notices.guarded():
        services().store.ping()
        counts = run_service().count_by_status()
        with st.grid(len(RunStatus) + 1, gap="small", min_column_width=120):
            st.metric("Store", "✓ available", border=True, height="stretch")
            for status in RunStatus:
                st.metric(status_text(status), f"{counts.get(status, 0):,}", border=True, height="stretch")


def _workers() -> None:
    """Draw the workers. A tick redraws this part without the page, so errors are shown here."""
    with notices.guarded():
        st.markdown("**Workers**")
        workers = run_service().workers()
        st.caption(
            f"{count_text(len(workers), 'active worker')}; "
            f"at most {count_text(services().settings.max_concurrent_runs, 'run')} at the same time. "
            f"{_when_they_end(services().settings.standby_workers)}"
        )
        if workers:
            _alive(workers)


def _when_they_end(standby_workers: int) -> str:
    begin = "A worker starts when a run is queued and ends when the queue"
    if standby_workers == 0:
        return f"{begin} is empty."
    kept = count_text(standby_workers, "standby worker")
    return f"{begin} has been empty for a minute. This server keeps {kept} loaded."


def _alive(workers: Sequence[WorkerInfo]) -> None:
    now = services().clock.now()
    st.dataframe(
        pd.DataFrame(
            [
                (
                    worker.host,
                    worker.pid,
                    worker.started_at,
                    f"{seconds_text((now - worker.heartbeat_at).total_seconds())} ago",
                    worker.run_id,
                )
                for worker in workers
            ],
            columns=["Host", "Process", "Started", "Last heartbeat", "Run"],
        ),
        hide_index=True,
        height="content",
        placeholder="–",
        column_config={
            "Process": st.column_config.NumberColumn(format="%d"),
            "Started": moments.column("Started"),
        },
        alt="Active worker processes",
    )


def _execution() -> None:
    """Show the version and how scans are executed by default."""
    settings = services().settings
    facts = {
        "Version": f"Technic Scanner {_version('technic-scanner')}, Python {platform.python_version()}",
        "Executors": _executors_text(),
        "Dask cluster": missing_extra("dask")
        or settings.dask_scheduler
        or "none configured; a Dask run starts a local one",
        "Workers of a run": f"one per core ({os.cpu_count() or 'unknown'} here) unless a run sets another number",
    }
    st.table({name: escape(text) for name, text in facts.items()}, border="horizontal")


def _executors_text() -> str:
    named = ", ".join(
        info.name if info.missing is None else f"{info.name} ({info.missing})" for info in run_service().executors()
    )
    return f"{named}; {RunOptions().executor} unless the run says another"


def _store() -> None:
    settings = services().settings
    st.markdown("**Store and disk**")
    free = shutil.disk_usage(_existing(settings.home)).free
    facts = {
        "Run store": services().store.database.where,
        "Data folder": str(settings.home),
        "Price cache": f"{settings.cache_dir} ({_size_text(_folder_bytes(settings.cache_dir))})",
        "Free on disk": _size_text(free),
        "A run is marked interrupted": f"{seconds_text(settings.stale_after_seconds)} after the last heartbeat",
        "Sign-in": _sign_in_text(settings),
        "Exchange calendars": _calendars_text(),
    }
    st.table({name: escape(text) for name, text in facts.items()}, border="horizontal")


def _calendars_text() -> str:
    trusts = services().known_calendar_trust()
    if trusts is None:
        return "not checked with the installed releases; technic-scanner doctor does"
    carried = [trust.exchange for trust in trusts if trust.carried]
    text = f"{len(trusts) - len(carried)} of {len(trusts)} trusted"
    return f"{text}; from the carried table: {', '.join(carried)}" if carried else text


def _sign_in_text(settings: Settings) -> str:
    if settings.require_sign_in:
        return "required"
    alone = is_loopback(settings.host)
    return f"not required; {'only this machine' if alone else 'anyone who can reach the address'} can open the pages"


def _sources() -> None:
    st.markdown("**Sources**")
    sources = run_service().sources()
    rows = [(info.name, info.label, _sessions(info), _universes(info)) for info in sources]
    about = "Sources and the data they provide"
    listing(rows, ("Name", "Data", "Sessions", "Universes"), about, {"Sessions": "Sessions (exchange dates)"})
    st.caption("  \n".join(f"{info.name}: {escape(' '.join(info.notes))}" for info in sources if info.notes))
    _plugin_faults()


def _plugins() -> None:
    """List what is installed, built in or not, with the settings of each."""
    rows = [
        (_GROUPS[info.group], info.plugin.name, info.plugin.label, info.origin, _options_text(info.plugin))
        for info in services().catalog.plugins()
    ]
    with st.expander("Plugins and their settings"):
        listing(
            rows,
            ("Kind", "Name", "What it is", "From", "Settings"),
            "Sources, executors and run listeners that are installed, and the settings of each",
        )


def _options_text(plugin: Plugin) -> str:
    return " ".join(f"{option.variable(plugin.name)}: {option.help}" for option in plugin.options)


def _plugin_faults() -> None:
    """List the plugins that are not offered, with the reason; nothing if there are none."""
    faults = services().catalog.faults()
    if not faults:
        return
    st.markdown("**Plugins that are not offered**")
    listing(
        [(_GROUPS[fault.group], fault.name, fault.origin, fault.reason) for fault in faults],
        ("Kind", "Name", "From", "Reason"),
        "Sources, executors and run listeners that are installed and not offered, with the reason",
    )


def _coverage() -> None:
    st.markdown("**Price cache**")
    held = services().cache.coverage()
    if not held:
        st.caption("Empty. The first scan of a source fills it.")
        return
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Source": item.source,
                    "Symbols": item.symbols,
                    "Without data": item.without_data,
                    "Bars": item.bars,
                    "First session": item.first_session,
                    "Last session": item.last_session,
                    "Written": item.written_at,
                    "Size": _size_text(item.size_bytes),
                }
                for item in held
            ]
        ),
        hide_index=True,
        placeholder="–",
        height="content",
        column_config={
            "Bars": st.column_config.NumberColumn(format="localized"),
            "Written": moments.column("Written"),
            "First session": moments.day_column("First session"),
            "Last session": moments.day_column("Last session"),
        },
        alt="Content of the price cache by source",
    )


def _sessions(info: SourceInfo) -> str:
    if info.first_session is None and info.last_session is None:
        return "open-ended"
    return f"{info.first_session or '…'} – {info.last_session or '…'}"


def _universes(info: SourceInfo) -> str:
    """Return the first universes by name and the number of others; the scan form lists all."""
    more = len(info.universes) - _NAMED_UNIVERSES
    named = ", ".join(info.universes[:_NAMED_UNIVERSES])
    return named if more <= 0 else f"{named} and {more} more"


def _versions() -> None:
    with st.expander("Versions"):
        st.table(
            {name: _version(name) for name in ("technic-scanner", *_PACKAGES)}, border="horizontal", width="content"
        )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def _folder_bytes(path: Path) -> int:
    total = 0
    for item in path.rglob("*"):
        with suppress(FileNotFoundError):  # scans replace files at the same time
            total += item.stat().st_size if item.is_file() else 0
    return total


def _size_text(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
