"""Sources of other packages over the API: offered, scanned with, and named with the reason where they are not."""

from __future__ import annotations

from starlette.testclient import TestClient

from technic_scanner.version import VERSION
from tests.support.others import Others

FILES = {
    "name": "files",
    "origin": f"technic-scanner {VERSION}",
    "kind": "not_configured",
    "reason": "set TECHNIC_FILES_ROOT to offer files",
}


def test_a_source_of_another_package_is_offered_and_a_broken_one_named(others: Others, client: TestClient) -> None:
    others.add_source("zoo")
    others.add("technic-bad", "sources", "bad", "others_bad:PLUGIN", others_bad="raise RuntimeError('boom')")
    answer = client.get("/sources").json()
    assert [source["name"] for source in answer["sources"]] == ["sample", "synthetic", "yahoo", "zoo"]
    bad = {
        "name": "bad",
        "origin": "technic-bad 1.0",
        "kind": "broken",
        "reason": "could not be loaded: RuntimeError: boom",
    }
    assert answer["unavailable"] == [FILES, bad]
    counted = client.get("/universe", params={"source": "zoo"})
    assert counted.json() == {"total": 2, "matching": 2, "removed": []}


def test_a_run_may_name_what_is_installed_and_nothing_else(others: Others, client: TestClient) -> None:
    others.add_source("zoo")
    queued = client.post("/scans", json={"config": {"source": "zoo"}})
    assert queued.status_code == 202
    assert queued.json()["config"]["source"] == "zoo"
    refused = client.post("/scans", json={"config": {"source": "ark"}, "options": {"executor": "ray"}})
    assert refused.status_code == 422
    assert {item["field"]: item["message"] for item in refused.json()["errors"]} == {
        "options.executor": "'ray' is not one of local, dask",
        "config.source": "'ark' is not one of sample, synthetic, yahoo, zoo",
    }


def test_the_description_of_the_api_shows_the_installed_names(others: Others, client: TestClient) -> None:
    others.add_source("zoo")
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for model in ("ScanRequest", "PresetRequest"):
        parts = schemas[model]["properties"]
        assert {"sample", "zoo"} <= set(parts["config"]["properties"]["source"]["examples"])
        assert set(parts["options"]["properties"]["executor"]["examples"]) == {"local", "dask"}
        assert "enum" not in parts["options"]["properties"]["executor"]
