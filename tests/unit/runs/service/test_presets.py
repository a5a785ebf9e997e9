"""Presets: shipped and saved as one list, versions, and JSON that round-trips."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given

from technic_scanner.clock import ManualClock
from technic_scanner.criteria import LANGUAGE_VERSION
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.errors import ConfigError, PresetConflictError, PresetNotFoundError
from technic_scanner.runs.model import Preset
from technic_scanner.runs.service.presets import Presets, preset_from_json, preset_to_json
from technic_scanner.runs.service.shipped_presets import SHIPPED
from tests.support.runs import strategies as some
from tests.support.runs.fake_catalog import FakeCatalog
from tests.support.runs.faulty_store import faulty_store


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def presets(clock: ManualClock) -> Iterator[Presets]:
    with faulty_store(clock) as store:
        yield Presets(store, clock, FakeCatalog())


@pytest.mark.parametrize("preset", SHIPPED, ids=lambda preset: preset.name)
def test_shipped_presets_can_be_run_and_survive_their_json(preset: Preset) -> None:
    assert preset.builtin
    assert preset.config.problems() == ()
    assert preset_from_json(preset_to_json(preset)).config == preset.config


def test_shipped_names_are_unique_and_their_configs_differ() -> None:
    assert len({preset.name for preset in SHIPPED}) == len({preset.config for preset in SHIPPED}) == len(SHIPPED)


def test_shipped_come_before_saved_by_name(presets: Presets) -> None:
    presets.save(Preset("zebra", ScanConfig()))
    presets.save(Preset("Apple", ScanConfig()))
    names = [preset.name for preset in presets.all()]
    assert names == [*(preset.name for preset in SHIPPED), "Apple", "zebra"]


def test_each_save_is_the_next_version_and_stamped(presets: Presets, clock: ManualClock) -> None:
    first = presets.save(Preset("mine", ScanConfig()))
    clock.advance(60)
    second = presets.save(Preset("mine", ScanConfig(top_n=5)), expected_version=first.version)
    assert (first.version, second.version) == (1, 2)
    assert second.updated_at == clock.now()
    assert presets.get("mine").config.top_n == 5


def test_a_save_over_somebody_elses_is_refused(presets: Presets) -> None:
    presets.save(Preset("mine", ScanConfig()))
    with pytest.raises(PresetConflictError):
        presets.save(Preset("mine", ScanConfig()))
    with pytest.raises(PresetConflictError):
        presets.save(Preset("mine", ScanConfig()), expected_version=7)


def test_shipped_presets_are_read_only(presets: Presets) -> None:
    with pytest.raises(PresetConflictError, match="shipped"):
        presets.save(Preset(SHIPPED[0].name, ScanConfig()))
    with pytest.raises(PresetConflictError, match="shipped"):
        presets.delete(SHIPPED[0].name)


def test_a_bad_preset_names_everything_that_is_wrong(presets: Presets) -> None:
    with pytest.raises(ConfigError) as caught:
        presets.save(Preset(" ", ScanConfig(max_symbols=-1), RunOptions(chunk_size=0)))
    assert {problem.field for problem in caught.value.problems} == {"name", "max_symbols", "chunk_size"}


@pytest.mark.parametrize("name", ["", " x", "a\nb", "a" * 81])
def test_bad_names(presets: Presets, name: str) -> None:
    with pytest.raises(ConfigError, match="name"):
        presets.save(Preset(name, ScanConfig()))


def test_deleting(presets: Presets) -> None:
    presets.save(Preset("mine", ScanConfig()))
    presets.delete("mine")
    with pytest.raises(PresetNotFoundError):
        presets.get("mine")
    with pytest.raises(PresetNotFoundError):
        presets.delete("mine")


@given(config=some.configs, options=some.options)
def test_export_and_import_round_trip(config: ScanConfig, options: RunOptions) -> None:
    preset = Preset("Käse & Co", config, options, 'say "what"')
    assert preset_from_json(preset_to_json(preset)) == preset


def test_an_import_saves_what_was_exported(presets: Presets) -> None:
    presets.save(Preset("mine", ScanConfig(top_n=7), description="seven"))
    text = presets.export("mine")
    presets.delete("mine")
    assert presets.load(text).config.top_n == 7
    assert presets.get("mine").description == "seven"


def test_importing_the_same_again_changes_nothing(presets: Presets) -> None:
    saved = presets.save(Preset("mine", ScanConfig()))
    assert presets.load(presets.export("mine")) == saved
    assert presets.load(presets.export(SHIPPED[0].name)) == SHIPPED[0]


def test_an_import_overwrites_nothing(presets: Presets) -> None:
    text = preset_to_json(Preset("mine", ScanConfig(top_n=7)))
    presets.save(Preset("mine", ScanConfig()))
    with pytest.raises(PresetConflictError, match="a different preset named 'mine'"):
        presets.load(text)


def test_an_import_names_everything_that_is_wrong() -> None:
    payload = {
        "format": "else",
        "format_version": 9,
        "name": 3,
        "description": 4,
        "extra": 1,
        "config": {"max_symbols": "x", "bogus": 1},
        "options": {"chunk_size": 0},
    }
    with pytest.raises(ConfigError) as caught:
        preset_from_json(json.dumps(payload))
    assert {problem.field for problem in caught.value.problems} == {
        "format",
        "format_version",
        "name",
        "description",
        "extra",
        "config.max_symbols",
        "config.bogus",
        "options.chunk_size",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "not JSON"), ("[]", "JSON object"), ("[" * 100_000, "not JSON"), ("1" * 300_000, "longer than")],
)
def test_what_is_no_preset_is_one_problem(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        preset_from_json(text)


def test_a_preset_of_another_format_version_is_refused() -> None:
    payload = json.loads(preset_to_json(Preset("mine", ScanConfig()))) | {"format_version": 2}
    with pytest.raises(ConfigError, match="another version wrote this file"):
        preset_from_json(json.dumps(payload))


def test_criteria_leave_with_the_version_of_their_language() -> None:
    exported = json.loads(preset_to_json(Preset("mine", ScanConfig(criteria="rsi(14) < 30"))))
    assert exported["criteria_language"] == LANGUAGE_VERSION
    assert "criteria_language" not in json.loads(preset_to_json(Preset("mine", ScanConfig())))


def test_an_export_without_the_version_of_the_language_is_read() -> None:
    asked = Preset("mine", ScanConfig(criteria="rsi(14) < 30"))
    payload = json.loads(preset_to_json(asked))
    del payload["criteria_language"]
    assert preset_from_json(json.dumps(payload)) == asked


@pytest.mark.parametrize("language", [LANGUAGE_VERSION + 1, 0, "1", None, True])
def test_criteria_of_another_language_are_refused_with_a_sentence_and_not_judged_by_ours(language: object) -> None:
    payload = json.loads(preset_to_json(Preset("mine", ScanConfig())))
    payload |= {"criteria_language": language, "config": {"criteria": "close beyond 1", "max_symbols": 0}}
    with pytest.raises(ConfigError) as caught:
        preset_from_json(json.dumps(payload))
    found = {problem.field: problem.message for problem in caught.value.problems}
    assert found.keys() == {"criteria_language", "config.max_symbols"}
    newer = "a newer version of the program wrote these criteria" in found["criteria_language"]
    assert newer == (language == LANGUAGE_VERSION + 1), "others are no versions at all"
