"""Routes for the scan language: check a text, and list functions and names."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from technic_scanner import criteria
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import problems
from technic_scanner.api.requests import Request
from technic_scanner.criteria.reference import functions_document

router = APIRouter(tags=["criteria"])
# Longer texts are faults with a place; this only bounds what is read.
_LONGEST = 20_000


class CriteriaText(Request):
    """A text to check."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "rsi(14) < 30 and close > sma(close, 200)"}]})

    text: str = Field(max_length=_LONGEST, description="The criteria.")


class FaultDocument(Document):
    """One fault of a text; line and column are counted from 1, in characters."""

    line: int
    column: int
    length: int
    message: str


class CheckDocument(Document):
    """What a text is, or every fault of it; null where it has one."""

    ok: bool
    canonical: str | None = Field(description="The same criteria in the one spelling that equal ones share.")
    kind: str | None
    bars_needed: int | None = Field(description="Bars until the newest value is known.")
    errors: list[FaultDocument]


class ParameterDocument(Document):
    """One parameter of a function; without a default it must be given."""

    name: str
    kind: str
    default: float | None


class FunctionDocument(Document):
    """One function of the language."""

    name: str
    signature: str
    group: str
    kind: str
    help: str
    example: str
    parameters: list[ParameterDocument]
    recursive: bool = Field(description="Whether it reads every bar from the first stored one.")
    across_symbols: bool


class NameDocument(Document):
    """One name of the language."""

    name: str
    help: str


class LanguageDocument(Document):
    """The language: functions, names that stand alone, and what may stand before a name."""

    version: int
    functions: list[FunctionDocument]
    fields: list[NameDocument]
    frames: list[NameDocument]


@router.post("/criteria/check", response_model=CheckDocument, responses=problems(413, 422))
def check_criteria(asked: CriteriaText) -> CheckDocument:
    """Check criteria. A text with faults is an answer too, with `ok` false."""
    return CheckDocument.model_validate(criteria.check(asked.text))


@router.get("/criteria/functions", response_model=LanguageDocument)
def list_functions() -> LanguageDocument:
    """List the functions and names of the language."""
    return LanguageDocument.model_validate(functions_document())
