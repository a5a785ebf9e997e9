"""Find the symbol in the lines above a table's header, as terminals and exchanges write it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from technic_scanner.adapters.market_data.files.names import REGISTERS, meaning, plain
from technic_scanner.adapters.market_data.files.symbols import normal, without_copy_mark

_YELLOW_KEY = r"(?: [A-Z]{2})? (?:Equity|Index|Curncy|Comdty)"
_TICKER = rf"[\^$]?[A-Z0-9][A-Z0-9.\-/]{{0,14}}(?: [A-Z]{{2}})?(?:{_YELLOW_KEY})?"
# A label and the symbol, with a comma, a colon or an equals sign between them.
_LABELLED = re.compile(rf"^[#\s\"]*([\w .]{{2,30}}?)\"?\s*[:=,;\t]\s*\"?({_TICKER})[\"\s,;]*$")
_ALONE = re.compile(rf"^[\s\"]*([A-Z0-9.\-/]{{1,15}}{_YELLOW_KEY})[\"\s,;]*$")
_TITLE = re.compile(rf"^[\s\"]*({_TICKER})\s*[-–—:]?\s*(?:Historical|Daily|Price|Stock Price) ", re.ASCII)
_OF_TAIWAN = re.compile(r"^[\s\"]*\d{2,3}年\d{1,2}月\s+(\d\w{3,6})\s")
_FORMS = (_ALONE, _TITLE, _OF_TAIWAN)


def symbol_above(lines: Sequence[str]) -> str | None:
    """Return the symbol that the lines above a header name; None if none or several do. A symbol goes before a name."""
    for wanted in ("symbol", "name"):
        found = {symbol for line in lines if (symbol := _in_line(line, wanted))}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _in_line(line: str, wanted: str) -> str | None:
    """Return the symbol in a line, where its label is a ``wanted`` one."""
    labelled = _LABELLED.match(line)
    if labelled:
        return labelled[2] if meaning(labelled[1]) == wanted and plain(labelled[1]) not in REGISTERS else None
    match = next((match for form in _FORMS if (match := form.match(line))), None)
    return match[1] if match else None


def says_the_same(symbol: str, stem: str) -> bool:
    """Return whether a file's name ``stem`` is the symbol above its table, or it in short: ORBX for ORBX US Equity."""
    name, said = normal(without_copy_mark(stem)), normal(symbol)
    return name in (said, said.partition(" ")[0])
