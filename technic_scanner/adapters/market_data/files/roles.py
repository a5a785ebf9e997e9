"""Decide which column of a sheet holds what, by the names of the columns and by what is in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.cell_numbers import to_numbers
from technic_scanner.adapters.market_data.files.dates import DateHints, read_days
from technic_scanner.adapters.market_data.files.names import PRICES, is_index, plain, ranked
from technic_scanner.adapters.market_data.files.raw_close import choose_raw_close
from technic_scanner.adapters.market_data.files.settlement import note_on_settlement
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.adapters.market_data.files.volume_column import is_whole, nothing_tells, shares_and_money
from technic_scanner.errors import SourceDataError

_SAMPLE = 2_000
_READABLE = 0.5
_DATE_LIKE = 0.8
_NAMES_SHOWN = 20
_SIDE_BY_SIDE = 3  # prices and volumes of which there are several columns each
_FIRST_AND_YESTERDAY = {"dtyyyymmdd", "first", "open", "last"}
_LIKELY = {
    "open": re.compile("open"),
    "high": re.compile("high"),
    "low": re.compile("low"),
    "close": re.compile("close"),
    "volume": re.compile("vol|qty|quant|shares|titres|pieces|contracts"),
}
_SHARES_TURNED_OVER = re.compile(r"turnover(?=vol|qty|quant|shares)|vol(?:ume)?turn(?:ed)?over$")
# Numbers of shares or of deals that are not what was traded on the day.
_NO_VOLUME = re.compile(r"deliv|trades|deals|orders|bid|ask|buy|sell|outstanding|float|short|free|total(?=shares$)")
_UNLIKELY = re.compile(
    r"interest|prev|chang|diff|pct|percent|adj|avg|average|52|ytd|year|week|month|time|date|volat|below|follow|flow|"
    r"slow|allow|usd|dollar|value|turn|ratio|rank|signal|target|limit|sma|ema"
)
_SHARES_OR_MONEY = {
    *("umsatz", "obrót", "obrot", "omsättning", "omsattning", "omset", "omsetning", "omsætning", "vaihto"),
}


@dataclass(slots=True)
class Roles:
    """The place of the column for each meaning, and of all columns whose meaning is unknown or not needed.

    ``symbols`` are the places of columns that may hold the symbol, the likeliest first.
    """

    places: dict[str, int] = field(default_factory=dict)
    symbols: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def roles_of(sheet: Sheet, last: int, given: Collection[str] = ()) -> Roles:
    """Return the roles of the columns; ``given`` are meanings that files.toml names, which content does not change.

    Raises SourceDataError that names what is lacking and the columns found.
    """
    roles = Roles()
    by_meaning: dict[str, list[tuple[int, int]]] = {}
    for place, name in enumerate(sheet.names):
        what, rank = ranked(name) or ("", 0)
        by_meaning.setdefault(what, []).append((rank, place))
    roles.others = [place for _, place in by_meaning.pop("", [])]
    for meaning, ranks in by_meaning.items():
        ordered = [place for _, place in sorted(ranks)]
        if meaning == "symbol":
            roles.symbols = ordered
        elif meaning != "date":
            roles.places[meaning] = _first_of(sheet, meaning, ranks)
            roles.others += [place for place in ordered if place != roles.places[meaning]]
    if {plain(name) for name in sheet.names} >= _FIRST_AND_YESTERDAY:  # Tehran's OPEN is the price of the day before
        roles.places["open"] = [plain(name) for name in sheet.names].index("first")
    adjusted_alone = [name for name in PRICES if name not in roles.places and f"adj_{name}" in roles.places]
    roles.places |= {name: roles.places[f"adj_{name}"] for name in adjusted_alone}
    _choose_filled(sheet, roles, by_meaning.get("volume", []), "volume")
    _choose_close(sheet, roles, by_meaning.get("close", []), given)
    if "volume" not in given:
        _choose_shares(sheet, roles, by_meaning)
    _take_likely(sheet, roles)
    _take_turnover(sheet, roles)
    _choose_date(sheet, roles, [place for _, place in sorted(by_meaning.get("date", []))], last)
    return roles


def lacking(roles: Roles) -> list[str]:
    """Return which of the columns that bars need are missing."""
    return [name for name in ("date", *PRICES, "volume") if name not in roles.places]


def columns_text(sheet: Sheet) -> str:
    """Return the names of a sheet's columns as text."""
    names = [name or "(no name)" for name in sheet.names]
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _first_of(sheet: Sheet, meaning: str, ranks: Sequence[tuple[int, int]]) -> int:
    """Return the best-named of several columns. Raises SourceDataError if two of one name differ."""
    ordered = sorted(ranks)
    best = ordered[0][1]
    name = plain(sheet.names[best])
    for _, place in ordered[1:]:
        same_name = plain(sheet.names[place]) == name
        if same_name and meaning in (*PRICES, "volume") and not sheet.columns[place].equals(sheet.columns[best]):
            raise SourceDataError(_twice(sheet, best))
    return best


def _twice(sheet: Sheet, best: int) -> str:
    """Return why two columns of the name of ``best`` that differ cannot be read."""
    name = sheet.names[best]
    known = Counter(plain(other) for other in sheet.names if (ranked(other) or ("",))[0] in (*PRICES, "volume"))
    times = known[plain(name)]
    if sum(count > 1 for count in known.values()) < _SIDE_BY_SIDE:
        return f"two columns are called {name} and differ"
    return (
        f"{name} and other columns stand {times} times, as those of {times} securities side by side; save one file for "
        "each security, or put them one under another with a column for the symbol"
    )


def _choose_filled(sheet: Sheet, roles: Roles, ranks: Sequence[tuple[int, int]], what: str) -> None:
    """Use another column where the first holds none, as many brokers send zeros beside tick volumes."""
    if len(ranks) < 2:
        return
    for _, place in sorted(ranks):
        values = to_numbers(sheet.columns[place].slice(0, _SAMPLE))
        if bool((np.nan_to_num(values) > 0).any()):
            if place != roles.places[what]:
                empty = sheet.names[roles.places[what]]
                roles.notes.append(f"the column {empty} is empty or 0; {sheet.names[place]} was taken for the {what}")
            roles.places[what] = place
            return


def _choose_close(sheet: Sheet, roles: Roles, ranks: Sequence[tuple[int, int]], given: Collection[str]) -> None:
    """Use the close that has prices and was traded; a settlement price beside it is named in a note."""
    _choose_filled(sheet, roles, ranks, "close")
    if "close" in given:
        return
    if (left := choose_raw_close(sheet, roles.places)) is not None:
        roles.others.append(left)
    if len(ranks) > 1 and (note := note_on_settlement(sheet, roles.places["close"], [place for _, place in ranks])):
        roles.notes.append(note)


def _choose_shares(sheet: Sheet, roles: Roles, by_meaning: Mapping[str, Sequence[tuple[int, int]]]) -> None:
    """Use the column of shares for the volume, not that of their value, where the prices tell which is which."""
    volumes = [place for _, place in sorted(by_meaning.get("volume", []))]
    if not volumes:
        return
    chosen = roles.places["volume"]
    volumes = [chosen, *(place for place in volumes if place != chosen)]
    found = shares_and_money(
        sheet, roles.places, [*volumes, *(place for _, place in sorted(by_meaning.get("turnover", [])))]
    )
    if found is None:
        other = nothing_tells(sheet, chosen, volumes[1:])
        if other is not None:
            roles.notes.append(
                f"{sheet.names[chosen]} and {other} could both be the volume, and the prices do not tell; "
                f"{sheet.names[chosen]} was taken"
            )
        return
    shares, money = found
    if money == chosen:
        roles.places["volume"], roles.places["turnover"] = shares, money
        roles.notes.append(
            f"the column {sheet.names[shares]} was taken for the volume; {sheet.names[money]} is its value in money, "
            "as the prices show"
        )


def _take_likely(sheet: Sheet, roles: Roles) -> None:
    """Take a column with an unknown name for what its name contains, if no other column is likely: px_close_eur."""
    for what, word in _LIKELY.items():
        if what in roles.places:
            continue
        likely = [
            place
            for place in roles.others
            if word.search(plain(sheet.names[place])) and not _is_unlikely(plain(sheet.names[place]), what)
        ]
        numeric = [
            place
            for place in likely
            if np.isfinite(to_numbers(sheet.columns[place].slice(0, _SAMPLE))).mean() > _READABLE
        ]
        if len(numeric) == 1:
            roles.places[what] = numeric[0]
            roles.others.remove(numeric[0])
            roles.notes.append(f"the column {sheet.names[numeric[0]]} was taken for {what}")


def _is_unlikely(name: str, what: str) -> bool:
    if what != "volume":
        return bool(_UNLIKELY.search(name))
    return bool(_NO_VOLUME.search(name) or _UNLIKELY.search(_SHARES_TURNED_OVER.sub("", name)))


def _take_turnover(sheet: Sheet, roles: Roles) -> None:
    """Take a column that is a number of shares to some vendors and money to others for the volume, if it is alone.

    Decimals show that it is money. Whole numbers cannot be told from shares, and a note says so.
    """
    place = roles.places.get("turnover")
    if "volume" in roles.places or place is None or plain(sheet.names[place]) not in _SHARES_OR_MONEY:
        return
    name = sheet.names[place]
    if is_whole(sheet.columns[place]):
        roles.places["volume"] = roles.places.pop("turnover")
        roles.notes.append(
            f"the column {name} was taken for the volume, because its numbers are whole; nothing tells whether it is "
            "money instead of shares"
        )
    else:
        roles.notes.append(
            f"the column {name} was not taken for the volume, because its decimals show that it is money"
        )


def _choose_date(sheet: Sheet, roles: Roles, named: list[int], last: int) -> None:
    """Find the column of dates: the best-named one that holds dates; if none is named so, the only one that does."""
    for place in named:
        if _readable(sheet.columns[place], last) >= _READABLE or (len(named) == 1 and sheet.rows == 0):
            roles.places["date"] = place
            roles.others += [other for other in named if other != place]
            return
    if "time" in roles.places and _readable(sheet.columns[roles.places["time"]], last) >= _READABLE:
        roles.places["date"] = roles.places.pop("time")
        return
    unnamed = [place for place in roles.others if is_index(sheet.names[place]) or not plain(sheet.names[place])]
    others = [place for place in roles.others if place not in unnamed]
    for group in (unnamed, others):
        holding = [place for place in group if _looks_dated(sheet.columns[place], last)]
        if len(holding) == 1:
            roles.places["date"] = holding[0]
            roles.others.remove(holding[0])
            if group is others:
                roles.notes.append(f"the column {sheet.names[holding[0]]} was taken for the date")
            return
    if named:
        roles.places["date"] = named[0]  # what cannot be read in it is said where it is read


def _readable(column: pa.Array, last: int) -> float:
    """Return the share of cells, of those that are not empty, that are dates."""
    sample = column.slice(0, _SAMPLE)
    filled = sample.is_valid()
    if pa.types.is_string(sample.type):
        filled = pc.and_(filled, pc.not_equal(pc.utf8_trim_whitespace(sample), ""))
    sample = sample.filter(filled)
    if len(sample) == 0:
        return 0.0
    try:
        found = read_days(sample, DateHints(last))
    except SourceDataError:
        return 1.0  # dates that contradict each other are dates; the reader says what is wrong
    if found.undecided is not None:
        return len(found.undecided.rows) / len(sample)
    return float(found.known.mean())


def _looks_dated(column: pa.Array, last: int) -> bool:
    """Return whether a column without a telling name holds dates that no numbers of rows could be."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return False
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        values = to_numbers(column.slice(0, _SAMPLE))
        return bool(len(values)) and bool(np.nanmin(values) >= 19_000_101) and _readable(column, last) >= _DATE_LIKE
    if pa.types.is_string(kind):
        sample = column.slice(0, _SAMPLE)
        marked = pc.match_substring_regex(
            sample, r"\d[-/.]\d+[-/.]\d|^\s*\d{8}\s*$|\d{10,}|\d[ -][A-Za-z]{3}|[A-Za-z]{3} \d"
        )
        if not bool(pc.any(marked).as_py()):
            return False
    elif not (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return False
    return _readable(column, last) >= _DATE_LIKE
