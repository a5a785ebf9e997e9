"""Stored documents carry a version, and are read as far as they can be, whatever they say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.criteria import LANGUAGE_VERSION
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.renamed import with_new_names
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs.serialization import config_to_dict, to_dict
from technic_scanner.runs.serialization.stored import (
    VERSION,
    Reading,
    dump,
    dump_object,
    dump_over,
    read,
    read_event,
    read_list,
    without_version,
)
from tests.support.runs.make import event, metrics

KINDS = (ScanConfig, RunOptions, ScanMetrics, MarketContext, ProgressEvent)
GOLDEN = Path(__file__).parents[3] / "data" / "stores" / "0.1.0" / "store.sqlite"
COLUMNS = {
    "SELECT config FROM run_documents": ScanConfig,
    "SELECT options FROM run_documents": RunOptions,
    "SELECT metrics FROM run_documents WHERE metrics IS NOT NULL": ScanMetrics,
    "SELECT config FROM presets": ScanConfig,
    "SELECT options FROM presets": RunOptions,
    "SELECT context FROM results": MarketContext,
    "SELECT payload FROM events": ProgressEvent,
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("value", [ScanConfig(symbols=("AAPL",)), RunOptions(workers=2), metrics(), event()])
def test_a_document_carries_its_version_and_reads_back(value: Any) -> None:
    text = dump(value)
    assert json.loads(text) == {"v": VERSION} | to_dict(value)
    assert read(type(value), text) == Reading(value)
    assert json.loads(without_version(text)) == to_dict(value)


def common_part(written: Any, stored: Any) -> Any:
    """Return what is written without the fields, at any depth, that the stored form does not have."""
    if isinstance(stored, dict):
        return {name: common_part(written[name], part) for name, part in stored.items()}
    if isinstance(stored, list):
        return [common_part(one, part) for one, part in zip(written, stored, strict=True)]
    return written


@pytest.mark.parametrize("query", COLUMNS)
def test_what_0_1_0_stored_is_read_and_newer_fields_have_their_defaults(query: str) -> None:
    with closing(sqlite3.connect(GOLDEN)) as connection:
        texts = [text for (text,) in connection.execute(query)]
    assert texts
    for text in texts:
        reading = read(COLUMNS[query], text)
        assert reading.value is not None
        assert (reading.problems, reading.unknown) == ((), ())
        stored = with_new_names(json.loads(text))[0]
        written = json.loads(without_version(dump(reading.value)))
        assert common_part(written, stored) == stored
        if added := written.keys() - stored.keys():
            unset = {item.name: item.default for item in fields(COLUMNS[query]) if item.name in added}
            defaults = to_dict(replace(reading.value, **unset))
            assert {name: written[name] for name in added} == {name: defaults[name] for name in added}


def test_fields_that_only_a_newer_version_knows_are_named_and_do_no_harm() -> None:
    text = json.dumps({"v": 7, "moon_phase": "close > sma(50)"} | config_to_dict(ScanConfig(min_price=3)))
    assert read(ScanConfig, text) == Reading(ScanConfig(min_price=3), unknown=("moon_phase",))


def test_fields_that_are_not_there_have_their_defaults() -> None:
    assert read(ScanConfig, '{"v":1,"min_price":3}') == Reading(ScanConfig(min_price=3))
    assert read(RunOptions, "{}") == Reading(RunOptions())


def test_a_field_that_cannot_be_read_costs_itself_alone_and_is_named() -> None:
    reading = read(ScanConfig, '{"v":1,"min_price":3,"max_symbols":"many","profile_weights":[["trend","a lot"]]}')
    assert reading.value == ScanConfig(min_price=3)
    assert [str(problem) for problem in reading.problems] == [
        "max_symbols: must be a valid integer, not 'many'",
        "profile_weights.0.1: must be a valid number, not 'a lot'",
    ]


def test_a_stage_plan_that_cannot_be_read_says_why() -> None:
    (problem,) = read(RunOptions, '{"stage_plan":[["symbol_scanning",0.5]]}').problems
    assert str(problem).startswith("stage_plan: stage_weights: must sum to 1, not 0.5")


def test_a_document_without_what_it_must_have_is_unreadable() -> None:
    text = json.dumps({name: value for name, value in to_dict(event()).items() if name not in ("seq", "stages")})
    reading = read_event(text)
    assert reading.value is None
    assert [str(problem) for problem in reading.problems] == ["seq: is missing", "stages: is missing"]


def test_it_is_said_if_a_newer_version_wrote_what_cannot_be_read() -> None:
    (_, hint) = read(ScanConfig, '{"v":2,"max_symbols":{"at_most":5}}').problems
    assert str(hint) == "v: 2 is newer than 1, the newest that this program knows"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not JSON"),
        ('{"v":1,', "is not JSON"),
        ("[1]", "must be a JSON object, not [1]"),
        ("null", "must be a JSON object, not None"),
        ("[" * 100_000, "is not JSON"),
        ('{"v": 1' + "0" * 5000 + "}", "is not JSON"),
    ],
)
def test_what_is_no_document_is_named(text: str, why: str) -> None:
    reading = read(ScanConfig, text)
    assert reading.value is None
    assert why in str(reading.problems[0])


@given(json_values, st.sampled_from(KINDS))
def test_no_json_whatever_breaks_the_reader(payload: Any, kind: Any) -> None:
    reading = read(kind, json.dumps(payload))
    assert reading.value is not None or reading.problems


def holes(value: Any) -> Iterator[Any]:
    """Yield the form with each of its parts, in turn, replaced by something else or left out."""
    if isinstance(value, dict):
        for name in value:
            yield {key: part for key, part in value.items() if key != name}
            for other in (None, "odd", -1, [], {}, [[1]], True):
                yield value | {name: other}
            for changed in holes(value[name]):
                yield value | {name: changed}
    if isinstance(value, list):
        for at, part in enumerate(value):
            for changed in holes(part):
                yield [*value[:at], changed, *value[at + 1 :]]


@pytest.mark.parametrize("value", [ScanConfig(sectors=("Energy",)), RunOptions(), metrics(), event(), MarketContext()])
def test_one_wrong_part_never_breaks_the_reader_and_costs_no_other_field(value: Any) -> None:
    form = to_dict(value)
    for damaged in holes(form):
        reading = read(type(value), json.dumps(damaged))
        if reading.value is None:
            assert reading.problems
            continue
        found = to_dict(reading.value)
        same = [name for name in form if name in damaged and damaged[name] == form[name]]
        assert {name: found[name] for name in same} == {name: form[name] for name in same}


@given(json_values)
def test_an_event_is_read_quickly_or_carefully_with_one_outcome(payload: Any) -> None:
    for text in (json.dumps(payload), json.dumps(to_dict(event()) | {"message": payload})):
        assert read_event(text).value == read(ProgressEvent, text).value


def test_texts_with_lone_surrogates_are_read() -> None:
    reading = read_event(json.dumps(to_dict(event()) | {"message": "in /data/\udcff.csv"}))
    assert reading.value is not None
    assert reading.value.message == "in /data/\ufffd.csv"


def test_a_document_in_place_of_another_keeps_what_only_a_newer_version_knows() -> None:
    before = json.dumps({"v": 9, "moon_phase": {"all": [1]}, "min_price": 3.0})
    kept = json.loads(dump_over(ScanConfig(min_price=5), before))
    assert kept == {"v": VERSION} | config_to_dict(ScanConfig(min_price=5)) | {"moon_phase": {"all": [1]}}
    for unreadable in ("", "[]", dump(ScanConfig())):
        assert dump_over(ScanConfig(min_price=5), unreadable) == dump(ScanConfig(min_price=5))


def test_lists_are_read_from_both_versions() -> None:
    assert read_list(dump_object({"notes": ["a", "b"]}), "notes").value == ["a", "b"]
    assert read_list('["a","b"]', "notes").value == ["a", "b"]
    for text in ("{", '"a"', "{}", '{"notes":"a"}'):
        reading = read_list(text, "notes")
        assert reading.value is None
        assert reading.problems


def test_a_document_is_parsed_once_and_another_kind_or_text_is_another_one() -> None:
    text = dump(ScanConfig(source="files"))
    assert read(ScanConfig, text) is read(ScanConfig, text[:1] + text[1:])
    assert read(ScanConfig, dump(ScanConfig(source="yahoo"))).value == ScanConfig(source="yahoo")
    assert read(RunOptions, text).value == RunOptions()
    assert read(ScanConfig, text).value == ScanConfig(source="files")


def test_long_documents_are_not_kept() -> None:
    text = dump(ScanConfig(symbols=tuple(f"SYM{number}" for number in range(5_000))))
    first, second = read(ScanConfig, text), read(ScanConfig, text)
    assert first == second
    assert first is not second


def test_the_version_of_the_language_is_stored_beside_criteria_and_a_newer_one_is_not_guessed() -> None:
    asked = ScanConfig(criteria="close > sma(close, 20)")
    text = dump(asked)
    assert json.loads(text)["criteria_language"] == LANGUAGE_VERSION
    assert "criteria_language" not in json.loads(dump(ScanConfig()))
    assert read(ScanConfig, text) == Reading(asked)
    newer = read(ScanConfig, text.replace(f'_language":{LANGUAGE_VERSION}', f'_language":{LANGUAGE_VERSION + 1}'))
    assert newer.value == ScanConfig()
    (problem,) = newer.problems
    assert problem.field == "criteria"
    assert f"version {LANGUAGE_VERSION + 1} of their language" in problem.message


@pytest.mark.parametrize("unknown", ["", '"from_the_future":1,'])
@pytest.mark.parametrize("criteria", ["", "close > 1"])
def test_criteria_that_replace_those_of_a_newer_language_are_in_ours(unknown: str, criteria: str) -> None:
    before = f'{{"v":1,{unknown}"criteria":"close beyond 1","criteria_language":{LANGUAGE_VERSION + 1}}}'
    after = ScanConfig(criteria=criteria)
    found = read(ScanConfig, dump_over(after, before))
    assert (found.value, found.problems) == (after, ())
    assert found.unknown == (("from_the_future",) if unknown else ())
