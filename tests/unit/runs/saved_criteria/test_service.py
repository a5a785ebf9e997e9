"""Saved criteria: what is refused, what an import does, and shipped ones beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from technic_scanner.adapters.stores.sql_store import SqlStore, open_store
from technic_scanner.clock import ManualClock
from technic_scanner.criteria import LANGUAGE_VERSION
from technic_scanner.errors import ConfigError, CriteriaConflictError, CriteriaNotFoundError
from technic_scanner.runs.saved_criteria.model import SavedCriteria
from technic_scanner.runs.saved_criteria.service import SavedCriteriaService, usable

DIPS = SavedCriteria("My dips", "# mine\nrsi(14) < 30", "on Mondays")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}", ManualClock())
    yield opened
    opened.close()


@pytest.fixture
def service(store: SqlStore) -> SavedCriteriaService:
    return SavedCriteriaService(store)


def test_shipped_ones_come_first_and_cannot_be_changed(service: SavedCriteriaService) -> None:
    service.save(DIPS)
    *shipped, mine = service.all()
    assert len(shipped) == 30
    assert all(item.builtin and item.group for item in shipped)
    assert (mine.name, mine.builtin, mine.text) == (DIPS.name, False, DIPS.text)
    for change in (lambda: service.save(replace(DIPS, name="Golden cross")), lambda: service.remove("Golden cross")):
        with pytest.raises(CriteriaConflictError, match="shipped"):
            change()


def test_every_version_stays(service: SavedCriteriaService) -> None:
    service.save(DIPS)
    service.save(replace(DIPS, text="rsi(7) < 20"), 1)
    assert [(item.version, item.language) for item in service.versions(DIPS.name)] == [
        (2, LANGUAGE_VERSION), (1, LANGUAGE_VERSION)]  # fmt: skip
    assert service.get(DIPS.name, 1).text == DIPS.text
    assert service.get(DIPS.name).text == "rsi(7) < 20"
    with pytest.raises(CriteriaNotFoundError, match="version 3"):
        service.get(DIPS.name, 3)


def test_every_fault_is_named_at_once(service: SavedCriteriaService) -> None:
    with pytest.raises(ConfigError) as refused:
        service.save(SavedCriteria(" x", "smaa(close, 3) > opn", "a\x00"))
    assert [problem.field for problem in refused.value.problems] == ["name", "description", "text", "text"]
    assert "line 1, column 1" in refused.value.problems[2].message


def test_an_export_is_imported_again_and_overwrites_nothing(service: SavedCriteriaService) -> None:
    service.save(DIPS)
    exported = service.export(DIPS.name)
    assert service.load(exported).version == 1
    assert json.loads(exported)["language"] == LANGUAGE_VERSION
    changed = json.loads(exported) | {"text": "rsi(14) < 40"}
    with pytest.raises(CriteriaConflictError, match="My dips"):
        service.load(json.dumps(changed))
    service.remove(DIPS.name)
    assert service.load(exported).text == DIPS.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "other"}, "format"),
        ({"format_version": 2}, "format_version"),
        ({"language": 99}, "language"),
        ({"name": ""}, "name"),
        ({"text": None}, "text"),
        ({"text": "close >"}, "text"),
        ({"more": 1}, "more"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused(
    service: SavedCriteriaService, change: dict[str, object], field: str
) -> None:
    service.save(DIPS)
    document = json.loads(service.export(DIPS.name)) | {"name": "another"} | change
    with pytest.raises(ConfigError) as refused:
        service.load(json.dumps(document))
    assert field in [problem.field for problem in refused.value.problems]
    for text in ("{", "[]", "x" * 300_000):
        with pytest.raises(ConfigError):
            service.load(text)


def test_a_text_of_a_newer_language_is_kept_and_not_used(store: SqlStore, service: SavedCriteriaService) -> None:
    store.save_criteria(replace(DIPS, language=LANGUAGE_VERSION + 1), expected_version=None)
    kept = service.get(DIPS.name)
    assert kept.language == LANGUAGE_VERSION + 1
    with pytest.raises(ConfigError, match="newer version"):
        usable(kept)
    assert usable(DIPS) == DIPS.text
