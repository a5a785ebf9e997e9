"""The language described from its tables: functions, names and frames, as a document and as docs/criteria.md."""

from __future__ import annotations

from typing import Any

from technic_scanner.criteria.fields import meanings
from technic_scanner.criteria.functions import FUNCTIONS, Function
from technic_scanner.criteria.language import LANGUAGE_VERSION
from technic_scanner.criteria.names import FRAME_NAMES
from technic_scanner.criteria.talib_equivalents import EQUIVALENTS, RELEASE

FRAMES: dict[str, str] = {
    "weekly": "The last completed week.",
    "weekly.now": "The running week, as it was after each bar.",
    "monthly": "The last completed month.",
    "monthly.now": "The running month, as it was after each bar.",
    "market": "The benchmark, on its own bars; unknown on days on which it has none.",
    "sector": "The equal-weight index of the symbol's sector; it has a close alone.",
}


def functions_document() -> dict[str, Any]:
    """Return every function, name and frame of the language as JSON types."""
    return {
        "version": LANGUAGE_VERSION,
        "functions": [_described(function) for function in FUNCTIONS.values()],
        "fields": [{"name": name, "help": text} for name, text in meanings().items()],
        "frames": [{"name": f"{name}.", "help": FRAMES[name]} for name in FRAME_NAMES],
    }


def _described(function: Function) -> dict[str, Any]:
    return {
        "name": function.name,
        "signature": function.signature,
        "group": function.group,
        "kind": function.result,
        "help": function.help,
        "example": function.example,
        "parameters": [{"name": item.name, "kind": item.kind, "default": item.default} for item in function.parameters],
        "recursive": function.recursive,
        "across_symbols": function.across,
    }


def function_tables() -> str:
    """Return the tables of functions and names in Markdown, as docs/criteria.md holds them."""
    lines: list[str] = []
    groups = dict.fromkeys(function.group for function in FUNCTIONS.values())
    for group in groups:
        lines += [
            f"### {group.capitalize()}",
            "",
            f"| function | what it is | example | {RELEASE} |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| `{_cell(item.signature)}` | {_cell(item.help)} | `{_cell(item.example)}` | {_equivalent(item.name)} |"
            for item in FUNCTIONS.values()
            if item.group == group
        ]
        lines.append("")
    lines += ["### Names", "", "| name | what it is |", "|---|---|"]
    lines += [f"| `{name}` | {_cell(text)} |" for name, text in meanings().items()]
    return "\n".join(lines) + "\n"


def _equivalent(name: str) -> str:
    return f"`{EQUIVALENTS[name]}`" if name in EQUIVALENTS else "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
