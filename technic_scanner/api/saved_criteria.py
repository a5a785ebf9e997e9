"""Routes for saved criteria: list, read, save, delete, export, import; and scans of other programs."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, WithJsonSchema

from technic_scanner.api.dependencies import AllServices, RootPath
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import Responses, problems
from technic_scanner.api.field_schemas import Schema
from technic_scanner.api.named_versions import NextVersion, Version, exported_by, exported_schema, location
from technic_scanner.api.requests import Request, SavedName
from technic_scanner.criteria import LANGUAGE_VERSION
from technic_scanner.criteria.imports import MAX_CHARACTERS, import_text
from technic_scanner.runs.saved_criteria.documents import imported_document, saved_document
from technic_scanner.runs.saved_criteria.interchange import FORM
from technic_scanner.runs.saved_criteria.model import SavedCriteria

router = APIRouter(tags=["criteria"])
JSON = "application/json"
_LONGEST = 20_000


class SavedDocument(Document, of=SavedCriteria):
    """One version of criteria under a name. `version` increases with each save; shipped ones are read-only."""


class SavedListDocument(Document):
    """Saved criteria."""

    criteria: list[SavedDocument]


class SaveRequest(NextVersion):
    """Criteria to save."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "rsi(14) < 30", "description": "dips"}]})

    text: str = Field(max_length=_LONGEST, description="The criteria, which must have no fault.")


class ImportRequest(Request):
    """A scan of another program."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"language": "stockcharts", "text": "[RSI(14) x 30] and [SCTR > 75]"}]}
    )

    language: Literal["chartink", "stockcharts", "thinkscript"]
    text: str = Field(max_length=MAX_CHARACTERS)


class UntranslatedDocument(Document):
    """A clause that is not in the text; line and column are counted from 1, in characters."""

    line: int
    column: int
    length: int
    clause: str
    reason: str
    elsewhere: bool = Field(description="It says what is scanned, which is chosen beside the criteria.")


class ImportedDocument(Document):
    """What was understood, and what was not; nothing is guessed."""

    complete: bool = Field(description="Whether every condition was understood.")
    text: str | None
    clauses: list[str]
    untranslated: list[UntranslatedDocument]


_OWN: dict[str, Schema] = {
    "text": {"type": "string"},
    "language": {"type": "integer", "minimum": 1, "maximum": LANGUAGE_VERSION},
}
_EXPORTED = exported_schema(FORM, _OWN, "text")
_CREATED: Responses = {201: {"model": SavedDocument, "description": "Saved under a new name."}}


@router.get("/criteria/saved", response_model=SavedListDocument)
def list_saved(services: AllServices) -> SavedListDocument:
    """List the newest version of all shipped and saved criteria."""
    return SavedListDocument(criteria=[_document(item) for item in services.criteria.all()])


@router.post("/criteria/saved/import", status_code=201, response_model=SavedDocument, responses=problems(409, 413, 422))
def import_saved(
    exported: Annotated[dict[str, Any], WithJsonSchema(_EXPORTED), exported_by("GET /criteria/saved/{name}/export")],
    response: Response,
    services: AllServices,
    root_path: RootPath,
) -> SavedDocument:
    """Save criteria from their exported JSON."""
    saved = services.criteria.load(json.dumps(exported))
    response.headers["Location"] = location(root_path, "criteria/saved", saved.name)
    return _document(saved)


@router.post("/criteria/import", response_model=ImportedDocument, responses=problems(413, 422))
def import_scan(asked: ImportRequest) -> ImportedDocument:
    """Turn a scan of another program into criteria. What is not understood is named clause by clause."""
    return ImportedDocument.model_validate(imported_document(import_text(asked.language, asked.text)))


@router.get("/criteria/saved/{name}", response_model=SavedDocument, responses=problems(404, 422))
def read_saved(name: SavedName, services: AllServices, version: Version = None) -> SavedDocument:
    """Return one version of saved criteria."""
    return _document(services.criteria.get(name, version))


@router.get("/criteria/saved/{name}/versions", response_model=SavedListDocument, responses=problems(404, 422))
def list_versions(name: SavedName, services: AllServices) -> SavedListDocument:
    """List every version of saved criteria, the newest first."""
    return SavedListDocument(criteria=[_document(item) for item in services.criteria.versions(name)])


@router.get("/criteria/saved/{name}/export", response_model=dict[str, Any], responses=problems(404, 422))
def export_saved(name: SavedName, services: AllServices, version: Version = None) -> Response:
    """Return criteria as JSON, which can be imported here or in another installation."""
    return Response(services.criteria.export(name, version), media_type=JSON)


@router.put("/criteria/saved/{name}", response_model=SavedDocument, responses=_CREATED | problems(409, 413, 422))
def save(
    name: SavedName, request: SaveRequest, response: Response, services: AllServices, root_path: RootPath
) -> SavedDocument:
    """Save criteria under a new name, or the next version of saved ones."""
    wanted = SavedCriteria(name, request.text, request.description)
    saved = services.criteria.save(wanted, request.expected_version)
    request.tell(response, location(root_path, "criteria/saved", name))
    return _document(saved)


@router.delete("/criteria/saved/{name}", status_code=204, responses=problems(404, 409, 422))
def delete_saved(name: SavedName, services: AllServices) -> None:
    """Delete saved criteria with all their versions; shipped ones cannot be deleted."""
    services.criteria.remove(name)


def _document(saved: SavedCriteria) -> SavedDocument:
    return SavedDocument.model_validate(saved_document(saved))
