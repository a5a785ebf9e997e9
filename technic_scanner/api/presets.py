"""Routes for presets: list, read, save, delete, export and import."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, WithJsonSchema

from technic_scanner.api.config_route import PresetRoute
from technic_scanner.api.dependencies import RootPath, Service
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import Responses, problems
from technic_scanner.api.named_versions import NextVersion, exported_by, exported_schema, location
from technic_scanner.api.requests import CONFIG_SCHEMA, OPTIONS_SCHEMA, GivenConfig, GivenOptions, PresetName
from technic_scanner.api.schemas import ConfigDocument, OptionsDocument, UnknownFields, Unreadable
from technic_scanner.api.submitting import IN_BODY, located, unread
from technic_scanner.criteria import LANGUAGE_VERSION
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.errors import ConfigError
from technic_scanner.runs.model import Preset
from technic_scanner.runs.requests import Given
from technic_scanner.runs.service.presets import FORM

router = APIRouter(tags=["presets"], route_class=PresetRoute)

JSON = "application/json"


class PresetDocument(Document, of=Preset, last=("config", "options")):
    """A named scan configuration. `version` increases with each save; shipped presets are read-only."""

    unreadable: Unreadable
    unknown_fields: UnknownFields
    config: ConfigDocument | None
    options: OptionsDocument | None

    @classmethod
    def of(cls, preset: Preset) -> PresetDocument:
        """Build the document."""
        stored = {field.name: getattr(preset, field.name) for field in fields(preset)}
        return cls.model_validate(stored | {"config": preset.readable_config, "options": preset.readable_options})


class PresetListDocument(Document):
    """All shipped and saved presets."""

    presets: list[PresetDocument]


class PresetRequest(NextVersion):
    """The content of a preset to save."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"config": {"min_tech_rating": 60}, "description": "high ratings only"}]}
    )

    config: GivenConfig = Field(default_factory=Given)
    options: GivenOptions = Field(default_factory=Given)


_LANGUAGE = {
    "type": "integer",
    "minimum": 1,
    "maximum": LANGUAGE_VERSION,
    "description": "The version of the language that the criteria of the config are in.",
}
_EXPORTED = exported_schema(FORM, {"criteria_language": _LANGUAGE, "config": CONFIG_SCHEMA, "options": OPTIONS_SCHEMA})
_CREATED: Responses = {201: {"model": PresetDocument, "description": "Saved under a new name."}}


@router.get("/presets", response_model=PresetListDocument)
def list_presets(service: Service) -> PresetListDocument:
    """List all presets."""
    return PresetListDocument(presets=[PresetDocument.of(preset) for preset in service.presets()])


@router.post("/presets/import", status_code=201, response_model=PresetDocument, responses=problems(409, 413, 422))
def import_preset(
    exported: Annotated[dict[str, Any], WithJsonSchema(_EXPORTED), exported_by("GET /presets/{name}/export")],
    response: Response,
    service: Service,
    root_path: RootPath,
) -> PresetDocument:
    """Save a preset from its exported JSON."""
    preset = service.import_preset(json.dumps(exported))
    response.headers["Location"] = location(root_path, "presets", preset.name)
    return PresetDocument.of(preset)


@router.get("/presets/{name}", response_model=PresetDocument, responses=problems(404, 422))
def read_preset(name: PresetName, service: Service) -> PresetDocument:
    """Return one preset."""
    return PresetDocument.of(service.preset(name))


@router.get("/presets/{name}/export", response_model=dict[str, Any], responses=problems(404, 422))
def export_preset(name: PresetName, service: Service) -> Response:
    """Return a preset as JSON, which can be imported here or in another installation."""
    return Response(service.export_preset(name), media_type=JSON)


@router.put(
    "/presets/{name}",
    response_model=PresetDocument,
    responses=_CREATED | problems(409, 413, 422),
)
def save_preset(
    name: PresetName, request: PresetRequest, response: Response, service: Service, root_path: RootPath
) -> PresetDocument:
    """Save a preset under a new name, or a new version of a saved one."""
    config, options = request.config.over(ScanConfig()), request.options.over(RunOptions())
    if found := unread(request.config, request.options):
        raise ConfigError([*found, *map(IN_BODY.of, service.preset_problems(config, options))])
    preset = Preset(name=name, config=config, options=options, description=request.description)
    with located(IN_BODY):
        saved = service.save_preset(preset, expected_version=request.expected_version)
    request.tell(response, location(root_path, "presets", name))
    return PresetDocument.of(saved)


@router.delete("/presets/{name}", status_code=204, responses=problems(404, 409, 422))
def delete_preset(name: PresetName, service: Service) -> None:
    """Delete a saved preset; shipped presets cannot be deleted."""
    service.delete_preset(name)
