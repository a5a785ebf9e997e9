"""The reference page shows the language's own table, and searches in it."""

from __future__ import annotations

from technic_scanner.criteria.reference import functions_document
from technic_scanner.criteria.shipped import SHIPPED_SCANS


def test_every_function_name_and_shipped_scan_is_there_and_can_be_found(empty, open_page) -> None:
    document = functions_document()
    app = open_page("reference")
    functions, names, scans = (frame.value for frame in app.dataframe)
    assert list(functions["Function"]) == [item["signature"] for item in document["functions"]]
    assert list(names["Name"]) == [item["name"] for item in (*document["fields"], *document["frames"])]
    assert list(scans["Text"]) == [scan.text for scan in SHIPPED_SCANS]

    app.text_input(key="reference_search").set_value("True Range").run()
    assert list(app.dataframe[0].value["Function"]) == ["atr(n = 14)"]
    app.text_input(key="reference_search").set_value("no such thing").run()
    assert [item.value for item in app.caption].count("Nothing matches the search.") == 3
    assert not app.exception
