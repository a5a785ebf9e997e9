"""Plugins of other packages on the pages: offered in the form, and named with the reason where they are not."""

from __future__ import annotations

from tests.support.others import Others

EXECUTOR = """
from technic_scanner.plugins import ExecutorPlugin
PLUGIN = ExecutorPlugin(name="inline", label="In line", open=lambda context, options: None)
"""


def test_the_form_offers_what_is_installed(others: Others, empty, open_page) -> None:
    others.add_source("zoo")
    others.add("technic-inline", "executors", "inline", "others_inline:PLUGIN", others_inline=EXECUTOR)
    app = open_page("scan")
    assert not app.exception
    options = {box.label: box.options for box in app.selectbox}
    assert options["Executor"] == ["local", "dask", "inline"]
    assert "Scripted bars" in options["Source"]


def test_the_system_page_shows_what_each_plugin_says_of_itself(others: Others, empty, open_page) -> None:
    others.add_source("zoo", "options=(PluginOption('depth', 'How deep to look.', int, 3),)")
    app = open_page("system")
    assert not app.exception
    (shown,) = [frame.value for frame in app.dataframe if "Settings" in frame.value]
    rows = {row["Name"]: row for row in shown.to_dict("records")}
    assert list(rows) == ["sample", "files", "synthetic", "yahoo", "zoo", "local", "dask"]
    assert rows["zoo"] == {
        "Kind": "source",
        "Name": "zoo",
        "What it is": "Scripted",
        "From": "technic-others 1.0",
        "Settings": "TECHNIC_ZOO_DEPTH: How deep to look.",
    }
    assert rows["dask"]["Kind"] == "executor"
    assert rows["files"]["Settings"] == (
        "TECHNIC_FILES_ROOT: The one folder whose files may be read. "
        "TECHNIC_FILES_CURRENCY: The currency of prices for which universe.csv names none, for example EUR."
    )


def test_the_system_page_names_a_broken_plugin_with_its_reason(others: Others, empty, open_page) -> None:
    others.add("technic-bad", "executors", "bad", "others_absent:PLUGIN")
    app = open_page("system")
    assert not app.exception
    (faults,) = [frame.value for frame in app.dataframe if "Reason" in frame.value]
    assert faults.to_numpy().tolist()[1:] == [
        [
            "executor",
            "bad",
            "technic-bad 1.0",
            "could not be loaded: ModuleNotFoundError: No module named 'others_absent'",
        ]
    ]
    first = faults.iloc[0]
    assert (first["Kind"], first["Name"], first["Reason"]) == (
        "source",
        "files",
        "set TECHNIC_FILES_ROOT to offer files",
    )
