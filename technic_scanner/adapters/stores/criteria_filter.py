"""Find runs by the text of their criteria, inside the stored config, in SQLite and PostgreSQL.

A config that is no JSON meets no text, and does not stop the query.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Boolean, ColumnElement, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from technic_scanner.adapters.stores.schema import run_documents, runs

# The value of "criteria" with its escapes, as JSON writes it.
_IN_DOCUMENT = r'"criteria"\s*:\s*"((?:[^"\\]|\\.)*)"'


class _CriteriaContain(FunctionElement[bool]):
    """Whether the criteria in the first argument, a config, hold the second, in any case; the third is it escaped."""

    type = Boolean()
    name = "criteria_contain"
    inherit_cache = True


@compiles(_CriteriaContain, "sqlite")
def _in_sqlite(element: Any, compiler: SQLCompiler, **kwargs: Any) -> str:
    config, text, _ = (compiler.process(clause, **kwargs) for clause in element.clauses)
    value = f"CASE WHEN json_valid({config}) THEN json_extract({config}, '$.criteria') END"
    return f"(instr(lower({value}), lower({text})) > 0)"


@compiles(_CriteriaContain, "postgresql")
def _in_postgresql(element: Any, compiler: SQLCompiler, **kwargs: Any) -> str:
    config, _, escaped = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"(position(lower(CAST({escaped} AS TEXT)) in lower(substring({config} from '{_IN_DOCUMENT}'))) > 0)"


def with_criteria(text: str) -> ColumnElement[bool]:
    """Return the condition on run rows that their criteria hold ``text``, in any case."""
    escaped = json.dumps(text)[1:-1]
    holds = _CriteriaContain(run_documents.c.config, literal(text), literal(escaped))
    return runs.c.run_id.in_(select(run_documents.c.run_id).where(holds))
