"""Combine shipped and saved presets into one list, and convert presets to JSON and back without loss."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from technic_scanner.clock import Clock
from technic_scanner.criteria import LANGUAGE_VERSION
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.errors import ConfigError, FieldProblem, PresetConflictError, PresetNotFoundError
from technic_scanner.pipeline.criteria_rows import criteria_problems
from technic_scanner.runs.model import Preset
from technic_scanner.runs.named_versions.interchange import DocumentForm, content_problems
from technic_scanner.runs.ports import Catalog, PresetStore
from technic_scanner.runs.requests import read_config, read_options
from technic_scanner.runs.saved_criteria.interchange import language_problem
from technic_scanner.runs.serialization import config_to_dict, options_to_dict
from technic_scanner.runs.serialization.stored import LANGUAGE_FIELD
from technic_scanner.runs.service.shipped_presets import SHIPPED
from technic_scanner.runs.service.validation import executor_problems

FORM = DocumentForm("preset", "technic-scanner/preset", (LANGUAGE_FIELD, "config", "options"))


class Presets:
    """The shipped presets and those of a store; names are unique over both."""

    def __init__(
        self, store: PresetStore, clock: Clock, catalog: Catalog, shipped: tuple[Preset, ...] = SHIPPED
    ) -> None:
        self._store = store
        self._clock = clock
        self._catalog = catalog
        self._shipped = {preset.name: preset for preset in shipped}

    def all(self) -> tuple[Preset, ...]:
        """Return the shipped presets, then the saved ones by name."""
        saved = sorted(self._store.list_presets(), key=lambda preset: preset.name.casefold())
        return (*self._shipped.values(), *saved)

    def get(self, name: str) -> Preset:
        """Return the preset; PresetNotFoundError if it does not exist."""
        return self._shipped.get(name) or self._store.get_preset(name)

    def usable(self, name: str) -> Preset:
        """Return the preset; ConfigError if it cannot be read in full, PresetNotFoundError if there is none."""
        preset = self.get(name)
        if preset.request_fault is not None:
            raise ConfigError([FieldProblem("preset", f"{name!r} cannot be used: {preset.request_fault}")])
        return preset

    def problems(self, config: ScanConfig, options: RunOptions) -> tuple[FieldProblem, ...]:
        """Return every fault of what a preset asks for; its source may be another installation's and is not asked."""
        return (
            *config.problems(),
            *criteria_problems(config),
            *options.problems(),
            *executor_problems(options, self._catalog),
        )

    def save(self, preset: Preset, expected_version: int | None = None) -> Preset:
        """Save a new preset (``expected_version`` None) or the next version of an existing one; return it as stored.

        Raises ConfigError that names every fault; PresetConflictError for a shipped name, or if the stored version is
        not the expected one.
        """
        content = content_problems(preset.name, preset.description)
        if problems := (*content, *self.problems(preset.config, preset.options)):
            raise ConfigError(problems)
        self._refuse_shipped(preset.name)
        saved = replace(preset, builtin=False, updated_at=self._clock.now())
        return self._store.save_preset(saved, expected_version=expected_version)

    def delete(self, name: str) -> None:
        """Delete a saved preset; PresetConflictError for a shipped one, PresetNotFoundError if it does not exist."""
        self._refuse_shipped(name)
        self._store.delete_preset(name)

    def export(self, name: str) -> str:
        """Return a preset as JSON text, which ``load`` accepts. Raises as ``usable``."""
        return preset_to_json(self.usable(name))

    def load(self, text: str) -> Preset:
        """Save the preset in a JSON text and return it.

        An import never overwrites: an identical preset is left unchanged, and a different one with the same name raises
        PresetConflictError.
        """
        preset = preset_from_json(text)
        try:
            present = self.get(preset.name)
        except PresetNotFoundError:
            if faults := _inside("options", executor_problems(preset.options, self._catalog)):
                raise ConfigError(faults) from None
            return self.save(preset)
        if _contents(present) == _contents(preset):
            return present
        raise PresetConflictError(f"a different preset named {preset.name!r} exists; rename or delete one of them")

    def _refuse_shipped(self, name: str) -> None:
        if name in self._shipped:
            raise PresetConflictError(f"{name!r} is a shipped preset and cannot be changed; save under another name")


def preset_to_json(preset: Preset) -> str:
    """Return the JSON text of a preset with all of config and options; criteria have their language's version."""
    values = {name: getattr(preset, name) for name in ("name", "description", "version")}
    language = {LANGUAGE_FIELD: LANGUAGE_VERSION} if preset.config.criteria.strip() else {}
    asked = {"config": config_to_dict(preset.config), "options": options_to_dict(preset.options)}
    return FORM.text_of(values | language | asked)


def preset_from_json(text: str) -> Preset:
    """Read a preset from JSON text; ConfigError names every problem. Criteria of a newer language are not checked."""
    payload = FORM.read(text)
    problems = list(FORM.problems(payload))
    config, options = payload.get("config", {}), payload.get("options", {})
    newer = language_problem(payload.get(LANGUAGE_FIELD, LANGUAGE_VERSION), LANGUAGE_FIELD)
    given, given_options = read_config(config), read_options(options)
    whole, whole_options = given.over(ScanConfig()), given_options.over(RunOptions())
    problems += _inside("config", (*given.problems, *whole.problems()))
    problems += _inside("options", (*given_options.problems, *whole_options.problems()))
    problems += [newer] if newer is not None else _inside("config", criteria_problems(whole))
    if problems:
        raise ConfigError(problems)
    return Preset(payload["name"], whole, whole_options, payload.get("description", ""))


def _inside(part: str, found: Iterable[FieldProblem]) -> list[FieldProblem]:
    """Return the problems of a part of the document, each under its name there."""
    return [
        problem if problem.field == part else replace(problem, field=f"{part}.{problem.field}") for problem in found
    ]


def _contents(preset: Preset) -> tuple[object, ...]:
    return preset.name, preset.description, preset.config, preset.options
