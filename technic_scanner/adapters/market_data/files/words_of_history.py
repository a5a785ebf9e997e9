"""Know what price sites write before or behind a symbol in a file's name: "historical data" in any language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# The languages of Investing.com, and what else sites call past prices. Without case, accents and marks between words.
_PHRASES = (
    "historical data|historical prices|historical quotes|price history|"
    "historische daten|historische kurse|historische gegevens|historische koersen|"
    "données historiques|cours historiques|cotations historiques|historique des cours|"
    "dati storici|quotazioni storiche|prezzi storici|datos históricos|precios históricos|cotizaciones históricas|"
    "dados históricos|preços históricos|cotações históricas|dane historyczne|notowania historyczne|"
    "historiska data|historiska kurser|historiske data|historiske kurser|historialliset tiedot|historiatiedot|"
    "historiallinen data|historialliset hinnat|geçmiş verileri|geçmiş veriler|tarihsel veriler|tarihi veriler|"
    "прошлые данные|исторические данные|история котировок|історичні дані|минулі дані|ιστορικά δεδομένα|"
    "ιστορικά στοιχεία|dữ liệu lịch sử|data historis|data sejarah|historická data|historické údaje|historické dáta|"
    "historikus adatok|múltbeli adatok|date istorice|البيانات التاريخية|بيانات تاريخية|נתונים היסטוריים|"
    "ऐतिहासिक डेटा|ऐतिहासिक आंकड़े|ข้อมูลในอดีต|ข้อมูลย้อนหลัง|"
    "過去データ|過去のデータ|ヒストリカルデータ|時系列データ|과거 데이터|历史数据|歷史數據|歷史資料|历史行情"
)
# One word is taken from the end of a name alone, because the names of companies begin with it.
_WORDS = "historic|historisch|historie|historique|histórico|storico|historyczne"
_MARKS = r"[\s_\-–—.]"
_WITHOUT_BLANKS = "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff"  # Thai, Korean, Japanese, Chinese
_DRAWN_THROUGH = str.maketrans("łøđı", "lodi")


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """Return ``text`` in small letters without accents, and the place in ``text`` of each of its letters."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    letters, places = [], []
    for place, letter in enumerate(text):
        for part in unicodedata.normalize("NFKD", letter.casefold().translate(_DRAWN_THROUGH)):
            if not unicodedata.combining(part):
                letters.append(part)
                places.append(place)
    return "".join(letters), [*places, len(text)]


def _spelling(phrase: str) -> str:
    """Return a pattern of a phrase, its words joined in any way."""
    return rf"{_MARKS}*".join(map(re.escape, _folded(phrase)[0].split()))


_ANY = "|".join(_spelling(phrase) for phrase in sorted(_PHRASES.split("|"), key=len, reverse=True))
_ANY_WORD = "|".join(map(_spelling, _WORDS.split("|")))
_ALONE = re.compile(rf"^(?:{_ANY})$")
_BEHIND = re.compile(rf"(?<={_MARKS})(?:{_ANY}|{_ANY_WORD})$|(?<=.)(?=[{_WITHOUT_BLANKS}])(?:{_ANY})$")
_BEFORE = re.compile(rf"^(?:{_ANY})(?={_MARKS})")
_ENDS = re.compile(rf"^{_MARKS}+|{_MARKS}+$")


def is_history(name: str) -> bool:
    """Return whether a name is "historical data" in some language and nothing else."""
    return bool(_ALONE.match(_folded(name)[0]))


def without_history(name: str) -> str:
    """Return a file's name without "historical data" before or behind it; as it is if nothing else is in it."""
    text, places = _folded(name)
    behind, before = _BEHIND.search(text), _BEFORE.search(text)
    first = places[before.end()] if before else 0
    last = places[behind.start()] if behind else len(name)
    return (_ENDS.sub("", name[first:last]) or name) if first or last < len(name) else name
