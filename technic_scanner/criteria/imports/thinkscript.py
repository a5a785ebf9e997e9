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
from technic_scanner.criteria.imports.splitting import Span, conjuncts, ends_with_bracket, without_comments
from technic_scanner.criteria.imports.thinkscript_reader import Names, ThinkScriptReader
from technic_scanner.criteria.imports.thinkscript_truth import as_condition
from technic_scanner.criteria.imports.values import Value

_STATEMENT = re.compile(r'(?:"[^"\n]*"|[^;])+;?')
_ASSIGNED = re.compile(r"\s*(input|def|plot|rec)\s+([A-Za-z_]\w*)\s*=(?!=)\s*", re.IGNORECASE)
_DECLARED = re.compile(r"\s*declare\s+\w+\s*", re.IGNORECASE)
_DRAWN = re.compile(
    r"\s*([A-Za-z_]\w*\s*\.\s*(Set|Assign|Hide|Define)\w*\s*\(|(AddLabel|AddCloud|AddChartBubble|AddVerticalLine"
    r"|Alert|AssignBackgroundColor|AssignPriceColor|DefineGlobalColor)\s*\()",
    re.IGNORECASE,
)
_OTHER = "a scan has one plot: the last one was read as the condition"
_BARE = "a scan is one condition: this stands beside the one that was read"
_TWICE = "a name is given twice"
_DRAWING = "it draws and is no condition"
_OWN = frozenset((*CallBuilder().known_names(), *RESERVED, "sector", "bars"))


@dataclass
class _Script:
    """What the statements of a script have given so far."""

    names: Names = field(default_factory=dict)
    lets: list[tuple[str, str]] = field(default_factory=list)
    plots: list[tuple[str, Span]] = field(default_factory=list)
    bodies: dict[str, Span] = field(default_factory=dict)
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
    chosen = next((plot for plot in reversed(script.plots) if plot[0]), script.plots[-1])
    condition = chosen[1]
    reader = ThinkScriptReader(script.names)
    before = [f"let {name} = {value}" for name, value in script.lets]
    clauses, missing = translated(source, conjuncts(source, *condition), reader.condition, before)
    used = _used(script.lets, " ".join(clauses))
    read_names = _read_names(script, source, chosen)
    for plot in script.plots:
        if plot != chosen and plot[0].lower() not in read_names:
            script.missing.append(left_out(text, *plot[1], _OTHER if plot[0] else _BARE))
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
    if _draws(source, start, stop):
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
    if name.lower() in script.names:
        script.names[name.lower()] = None
        script.missing.append(left_out(text, start, stop, _TWICE))
        return
    script.bodies[name.lower()] = value
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
    own = _free(name.lower(), {let for let, _ in script.lets})
    before = [f"let {let} = {made}" for let, made in script.lets]
    checked(value.text if value.condition else f"{value.text} is known", before, 0, len(text))
    script.lets.append((own, value.text))
    return Value(own, value.period, literal=None, condition=value.condition)


def _draws(source: str, start: int, stop: int) -> bool:
    """Return whether a statement does nothing but draw: nothing stands behind its bracket."""
    if _DRAWN.match(source, start, stop):
        return ends_with_bracket(source, start, stop)
    return _DECLARED.fullmatch(source, start, stop) is not None


def _free(name: str, taken: set[str]) -> str:
    """Return a name for a let that neither the language nor another let has."""
    while name in _OWN or name in taken:
        name = f"my_{name}"
    return name


def _read_names(script: _Script, source: str, plot: tuple[str, Span]) -> set[str]:
    """Return the names of the script that a plot reads, also by way of each other."""
    found: set[str] = set()
    spans = [plot[1]]
    while spans:
        words = {word.lower() for word in re.findall(r"[A-Za-z_]\w*", source[slice(*spans.pop())])}
        new = (words & script.bodies.keys()) - found
        found |= new
        spans.extend(script.bodies[name] for name in new)
    return found


def _used(lets: list[tuple[str, str]], text: str) -> set[str]:
    """Return the names that the text needs, also by way of each other."""
    used: set[str] = set()
    for name, value in reversed(lets):
        if re.search(rf"\b{name}\b", text):
            used.add(name)
            text = f"{text} {value}"
    return used
