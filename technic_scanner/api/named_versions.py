"""What the routes of watchlists, saved criteria and presets share: versions, what a save says, imports."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Body, Query, Response
from pydantic import Field

from technic_scanner.api.documentation import examples
from technic_scanner.api.field_schemas import LINES_PATTERN, TRIMMED_PATTERN, Schema
from technic_scanner.api.requests import Request
from technic_scanner.runs.named_versions.interchange import DESCRIPTION_LIMIT, NAME_LIMIT, DocumentForm

Version = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The newest if it is left out.")]


class NextVersion(Request):
    """What a save says beside the content."""

    description: str = Field(default="", max_length=DESCRIPTION_LIMIT, pattern=LINES_PATTERN)
    expected_version: int | None = Field(
        default=None,
        ge=1,
        le=2**31 - 1,
        description="The version that this follows; if omitted, the name must be new. 409 if another one is stored.",
    )

    def tell(self, response: Response, location: str) -> None:
        """Let the response to a save of a new name be 201 with its Location."""
        if self.expected_version is None:
            response.status_code = 201
            response.headers["Location"] = location


def exported_schema(form: DocumentForm, own: dict[str, Schema], *needed: str) -> Schema:
    """Return the JSON schema of an exported document with the schemas of its own fields."""
    properties: dict[str, Schema] = {
        "format": {"const": form.format},
        "format_version": {"const": form.format_version},
        "name": {"type": "string", "maxLength": NAME_LIMIT, "pattern": TRIMMED_PATTERN},
        "description": {"type": "string", "maxLength": DESCRIPTION_LIMIT, "pattern": LINES_PATTERN},
        "version": {"description": "The version that was exported; not used."},
    }
    required = ["format", "format_version", "name", *needed]
    return {"type": "object", "properties": properties | own, "required": required, "additionalProperties": False}


def exported_by(operation: str) -> Any:
    """Return the body of an import, with what this operation exports as its example."""
    return Body(openapi_examples={"exported": {"value": examples()[operation]}})


def location(root_path: str, collection: str, name: str) -> str:
    """Return the path of what is called ``name``."""
    return f"{root_path}/{collection}/{quote(name, safe='')}"
