"""Read thinkScript's scans: def, input and one plot of a condition; what only draws is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from technic_scanner.criteria.build_calls import CallBuilder
from technic_scanner.criteria.grammar import RESERVED
from technic_scanner.criteria.imports.reader import translated
from technic_scanner.criteria.imports.result import (
    Imported,
    NotUnderstoodError,
    Untranslated,
    assembled,
    checked,
    left_out,
)
from technic_scanner.criteria.imports.splitting import Span, conjuncts, without_comments
from technic_scanner.criteria.imports.thinkscript_reader import Names, ThinkScriptReader, as_condition
from technic_scanner.criteria.imports.values import Value

_STATEMENT = re.compile(r'(?:"[^"\n]*"|[^;])+;?')
_ASSIGNED = re.compile(r"\s*(input|def|plot|rec)\s+([A-Za-z_]\w*)\s*=(?!=)\s*", re.IGNORECASE)
_DRAWN = re.compile(
    r"\s*(declare\b|[A-Za-z_]\w*\s*\.\s*(Set|Assign|Hide|Define)\w*\s*\(|(AddLabel|AddCloud|AddChartBubble|AddVerticalLine"
    r"|Alert|AssignBackgroundColor|AssignPriceColor|DefineGlobalColor)\s*\()",
    re.IGNORECASE,
)
_DRAWING = "it draws and is no condition"
_OWN = frozenset((*CallBuilder().known_names(), *RESERVED, "sector", "bars"))


@dataclass
class _Script:
    """What the statements of a script have given so far."""

    names: Names = field(default_factory=dict)
    lets: list[tuple[str, str]] = field(default_factory=list)
    plots: list[tuple[str, Span]] = field(default_factory=list)
    missing: list[Untranslated] = field(default_factory=list)


def read(text: str) -> Imported:
    """Return what a scan is in our language."""
    source = without_comments(text, r"#[^\n]*")
    script = _Script()
    for span in _statements(source):
        _take(script, text, source, span)
    if not script.plots:
        reason = "a scan has one plot, or is one condition"
        return assembled((), [*script.missing, left_out(text, 0, len(text), reason)])
    *others, (_, condition) = script.plots
    for name, span in others:
        if name.lower() not in script.names:
            continue
        reason = "a scan has one plot: the last one was read as the condition"
        script.missing.append(left_out(text, *span, reason, elsewhere=True))
    reader = ThinkScriptReader(script.names)
    before = [f"let {name} = {value}" for name, value in script.lets]
    clauses, missing = translated(source, conjuncts(source, *condition), reader.condition, before)
    used = _used(script.lets, " ".join(clauses))
    lines = [f"let {name} = {value}" for name, value in script.lets if name in used]
    return assembled(clauses, [*script.missing, *missing], lines)


def _statements(source: str) -> Iterator[Span]:
    for found in _STATEMENT.finditer(source):
        start, stop = found.span()
        part = source[start:stop].rstrip().removesuffix(";")
        if part.strip():
            yield start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _take(script: _Script, text: str, source: str, span: Span) -> None:
    start, stop = span
    if _DRAWN.match(source, start, stop):
        script.missing.append(left_out(text, start, stop, _DRAWING, elsewhere=True))
        return
    found = _ASSIGNED.match(source, start, stop)
    if found is None:
        script.plots.append(("", span))
        return
    kind, name = found.group(1).lower(), found.group(2)
    value = (found.end(), stop)
    if kind == "plot":
        script.plots.append((name, value))
    try:
        script.names[name.lower()] = _defined(script, name, source[slice(*value)])
    except NotUnderstoodError as error:
        script.names[name.lower()] = None
        if kind != "plot":
            script.missing.append(left_out(text, start, stop, error.reason))


def _defined(script: _Script, name: str, text: str) -> Value:
    """Return what a name stands for: the value itself where it is a number or a name of the script's, else a let."""
    value = as_condition(ThinkScriptReader(script.names).clause(text))
    if value.literal is not None or value.period == "text" or re.fullmatch(r"\w+", value.text):
        return value
    own = name.lower() if name.lower() not in _OWN else f"my_{name.lower()}"
    before = [f"let {let} = {made}" for let, made in script.lets]
    checked(value.text if value.condition else f"{value.text} is known", before, 0, len(text))
    script.lets[:] = [(let, made) for let, made in script.lets if let != own]
    script.lets.append((own, value.text))
    return Value(own, value.period, literal=None, condition=value.condition)


def _used(lets: list[tuple[str, str]], text: str) -> set[str]:
    """Return the names that the text needs, also by way of each other."""
    used: set[str] = set()
    for name, value in reversed(lets):
        if re.search(rf"\b{name}\b", text):
            used.add(name)
            text = f"{text} {value}"
    return used
