"""Routes for watchlists: list, read, save, delete, export, import, and reading the symbols of a text."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, WithJsonSchema

from technic_scanner.api.dependencies import AllServices, RootPath
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import Responses, file_response, problems
from technic_scanner.api.field_schemas import NAME_PATTERN, TEXT_PATTERN, Schema
from technic_scanner.api.named_versions import NextVersion, Version, exported_by, exported_schema, location
from technic_scanner.api.requests import Request, name_in_path
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.fields import MAX_SYMBOL_LENGTH, MAX_TEXT_LENGTH
from technic_scanner.domain.watchlist import MOST_SYMBOLS, NOTE_LIMIT, SECTION_LIMIT, Watchlist
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.watchlists.interchange import FORM, entries_from, entry_to_dict, watchlist_to_dict

router = APIRouter(tags=["watchlists"])
LONGEST_TEXT = 60_000  # characters; a body has at most a million bytes, and JSON may write twelve for one
ListName = Annotated[str, name_in_path("tech")]
TextForm = Literal["tradingview", "thinkorswim", "text", "json"]


class EntryDocument(Document):
    """One symbol of a watchlist, with what is beside it."""

    symbol: str
    note: str = ""
    section: str = ""
    exchange: str = ""


class GivenEntry(Request):
    """One symbol to save; what is empty may be left out."""

    symbol: str = Field(max_length=MAX_SYMBOL_LENGTH, pattern=NAME_PATTERN)
    note: str = Field(default="", max_length=NOTE_LIMIT, pattern=TEXT_PATTERN)
    section: str = Field(default="", max_length=SECTION_LIMIT, pattern=TEXT_PATTERN)
    exchange: str = Field(default="", max_length=MAX_SYMBOL_LENGTH, pattern=TEXT_PATTERN)


class WatchlistDocument(Document):
    """One version of a watchlist. `version` increases with each save."""

    name: str
    description: str
    version: int
    saved_at: str | None
    symbols: list[str]
    entries: list[EntryDocument]
    fault: str | None = Field(description="Why what is stored cannot be read; null if it can.")


class WatchlistsDocument(Document):
    """Watchlists."""

    watchlists: list[WatchlistDocument]


class SaveWatchlist(NextVersion):
    """A watchlist to save: exactly one of `entries`, `text` and `run_id` says what is in it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"entries": [{"symbol": "BRK.B", "note": "below 450"}, {"symbol": "AAPL"}]}]}
    )

    entries: list[GivenEntry] | None = Field(default=None, max_length=MOST_SYMBOLS)
    text: str | None = Field(
        default=None, max_length=LONGEST_TEXT, description="Pasted text, or the file of a program."
    )
    run_id: str | None = Field(default=None, max_length=26, description="The picks of this run.")


class ReadRequest(Request):
    """A text whose symbols are to be read."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": 'Buy AAPL, "BRK.B" and FOOBAR at 12.50', "source": "sample"}]}
    )

    text: str = Field(max_length=LONGEST_TEXT)
    source: str | None = Field(
        default=None, max_length=MAX_TEXT_LENGTH, description="Names that its universe does not hold are `unknown`."
    )
    universe: str | None = Field(default=None, max_length=MAX_TEXT_LENGTH, description="One of the source's universes.")


class ReadDocument(Document):
    """The symbols of a text, each once; names that the universe does not hold; words that are no symbols."""

    entries: list[EntryDocument]
    unknown: list[str]
    ignored: list[str]


_ROWS: Schema = {
    "type": "array",
    "minItems": 1,
    "maxItems": MOST_SYMBOLS,
    "items": {
        "anyOf": [
            GivenEntry.model_json_schema(),
            {"type": "string", "maxLength": MAX_SYMBOL_LENGTH, "pattern": NAME_PATTERN},
        ]
    },
}
_EXPORTED = exported_schema(FORM, {"entries": _ROWS}, "entries")
_CREATED: Responses = {201: {"model": WatchlistDocument, "description": "Saved under a new name."}}


@router.get("/watchlists", response_model=WatchlistsDocument)
def list_watchlists(services: AllServices) -> WatchlistsDocument:
    """List the newest version of all watchlists."""
    return WatchlistsDocument(watchlists=[_document(item) for item in services.watchlists.all()])


@router.post("/watchlists/read", response_model=ReadDocument, responses=problems(413, 422, 502))
def read_symbols(asked: ReadRequest, services: AllServices) -> ReadDocument:
    """Read the symbols of pasted text or of another program's file, without saving them."""
    if asked.source is None and asked.universe is not None:
        raise ConfigError([FieldProblem("universe", "is one of a source's; give source too")])
    known = None if asked.source is None else ScanConfig(source=asked.source, universe=asked.universe)
    found = services.watchlists.read(asked.text, known)
    entries = [entry_to_dict(entry) for entry in found.entries]
    return ReadDocument.model_validate({"entries": entries, "unknown": found.unknown, "ignored": found.ignored})


@router.post("/watchlists/import", status_code=201, response_model=WatchlistDocument, responses=problems(409, 413, 422))
def import_watchlist(
    exported: Annotated[dict[str, Any], WithJsonSchema(_EXPORTED), exported_by("GET /watchlists/{name}/export")],
    response: Response,
    services: AllServices,
    root_path: RootPath,
) -> WatchlistDocument:
    """Save a watchlist from its exported JSON."""
    saved = services.watchlists.load(json.dumps(exported))
    response.headers["Location"] = location(root_path, "watchlists", saved.name)
    return _document(saved)


@router.get("/watchlists/{name}", response_model=WatchlistDocument, responses=problems(404, 422))
def read_watchlist(name: ListName, services: AllServices, version: Version = None) -> WatchlistDocument:
    """Return one version of a watchlist."""
    return _document(services.watchlists.get(name, version))


@router.get("/watchlists/{name}/versions", response_model=WatchlistsDocument, responses=problems(404, 422))
def list_versions(name: ListName, services: AllServices) -> WatchlistsDocument:
    """List every version of a watchlist, the newest first."""
    return WatchlistsDocument(watchlists=[_document(item) for item in services.watchlists.versions(name)])


@router.get(
    "/watchlists/{name}/export",
    response_class=Response,
    responses=file_response("text/plain", "The file; JSON for `form=json`.", or_json=True) | problems(404, 422),
)
def export_watchlist(
    name: ListName, services: AllServices, form: TextForm = "json", version: Version = None
) -> Response:
    """Return a watchlist as another program imports it, as lines with notes (`text`), or whole (`json`)."""
    media_type = "application/json" if form == "json" else "text/plain"
    return Response(services.watchlists.text(name, form, version), media_type=media_type)


@router.put("/watchlists/{name}", response_model=WatchlistDocument, responses=_CREATED | problems(404, 409, 413, 422))
def save_watchlist(
    name: ListName, request: SaveWatchlist, response: Response, services: AllServices, root_path: RootPath
) -> WatchlistDocument:
    """Save a watchlist under a new name, or the next version of a saved one."""
    wanted = Watchlist(name, _entries_of(request, services), request.description)
    saved = services.watchlists.save(wanted, request.expected_version)
    request.tell(response, location(root_path, "watchlists", name))
    return _document(saved)


@router.delete("/watchlists/{name}", status_code=204, responses=problems(404, 422))
def delete_watchlist(name: ListName, services: AllServices) -> None:
    """Delete a watchlist with all its versions; runs keep the symbols that they were submitted with."""
    services.watchlists.remove(name)


def _entries_of(request: SaveWatchlist, services: AllServices) -> Any:
    given = (request.entries, request.text, request.run_id)
    if sum(part is not None for part in given) != 1:
        raise ConfigError([FieldProblem("entries", "give exactly one of entries, text and run_id")])
    if request.entries is not None:
        return entries_from([entry.model_dump() for entry in request.entries])
    if request.text is not None:
        return services.watchlists.read(request.text).entries
    return services.watchlists.of_run(request.run_id or "")


def _document(watchlist: Watchlist) -> WatchlistDocument:
    return WatchlistDocument.model_validate(watchlist_to_dict(watchlist))
