"""Find the unit in the name of a column of volumes: Volume (thousands), volume_mn, Объём, тыс. шт, 出来高(千株)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from math import prod

# Words by how many shares they are, in the languages of known vendors. Letters alone stand in brackets only.
_WORDS: dict[float, str] = {
    1e2: "hundred hundreds hundert hunderte",
    1e3: (
        "thousand thousands thou k tsd tausend milliers millier miles mila migliaia milhares milhar тыс тысяч тысячи "
        "tys tysiące tysięcy tis tisíc tisíce bin duizend duizenden tusen tusental tuhat tuhatta ezer ribu nghìn พัน"
    ),
    1e5: "lakh lakhs lac lacs",
    1e6: (
        "million millions mn mio mln mill mil mm m млн миллион миллионов milioni milione millones millón milhões "
        "milhoes milhão miljoen miljoner milyon milion milionů milj juta triệu ล้าน"
    ),
    1e7: "crore crores cr",
    1e9: "billion billions bn bln mrd mia b млрд milliard milliards milliarden milyar miliardi",
}
# What is counted, and words between; they say nothing about how many.
_COUNTED = (
    "shares share shs stock stocks units unit pcs pieces piece stk stück stücke stuecke st titres titoli títulos "
    "titulos acciones ações acoes azioni aktien aktier aksjer акций шт штук adet lot lots contracts contract qty akcji "
    "sztuk szt ks db kpl antal hisse saham lembar หุ้น of in en em w в by each per round board s x × * /"
)
_MONEY = (
    "€ $ £ ¥ ₹ ₩ ₽ ₺ eur euro euros usd usdt usdc dollar dollars gbp chf jpy inr cny krw rub руб brl rs try tl pln zł "
    "sek nok dkk hkd twd cad aud currency quote value notional"
)
_SCALES = {word: factor for factor, words in _WORDS.items() for word in words.split()}
_KINDS = {**dict.fromkeys(_COUNTED.split(), "counted"), **dict.fromkeys(_MONEY.split(), "money")}
_TIMES = {"x", "×", "*"}
_BEFORE_A_NUMBER = {*_TIMES, "in", "en", "em", "/"}
_ZEROS = "000"  # volume_000
_TOKEN = re.compile(r"\d[\d,.']*|'0+|[€$£¥₹₩₽₺×*/]|[^\W\d_]+")
_IN_BRACKETS = re.compile(r"^(.*?)\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_BEHIND_A_MARK = re.compile(r"^(.+?)\s*(?:[,;:]|(?=/\s*\d))\s*(.+)$")
_EAST_ASIAN = re.compile(r"([十百千仟万萬億亿백천만억]*)(股數?|股数|株数?|手|張數?|张数?|口|주|元|円|圓|원)?$")
_EAST_ASIAN_SCALES = {
    **dict.fromkeys("十", 1e1),
    **dict.fromkeys("百백", 1e2),
    **dict.fromkeys("千仟천", 1e3),
    **dict.fromkeys("万萬만", 1e4),
    **dict.fromkeys("億亿억", 1e8),
}
_LOTS = {"手": 100.0, "張": 1000.0, "张": 1000.0}  # of Shanghai and Shenzhen, and of Taiwan
_EAST_ASIAN_MONEY = "元円圓원"
_SHARES = re.compile(r"\b(?:of|shares|stück|stücke|titres|titoli|acciones|ações|aktien|акций|akcji)\b")
_LONG_ENOUGH = 2
_CLEAR = 5  # letters
_AMBIGUOUS = {"bin", "mil", "tis", "ezer", "mia", "cr", "lac", "mm", "bn"}  # too short to stand without brackets


@dataclass(frozen=True, slots=True)
class VolumeUnit:
    """``base`` is the name without its ``written`` unit, which is so many shares; ``is_money``: an amount of money."""

    base: str
    shares: float = 1.0
    is_money: bool = False
    written: str = ""


@lru_cache(maxsize=1024)
def unit_of(name: str) -> VolumeUnit:
    """Return the unit at the end of a column's name: one share if there is none that is known."""
    text = unicodedata.normalize("NFKC", name).replace("’", "'").casefold().strip()
    for form, alone in ((_IN_BRACKETS, True), (_BEHIND_A_MARK, False)):
        match = form.match(text)
        found = None if match is None else _read(match[1], match[2], alone=alone)
        if found is not None:
            return found
    whole = _read("shares", text, alone=False)
    if whole is not None and whole.shares != 1.0 and not whole.is_money and _SHARES.search(text):
        return whole  # thousands of shares
    return _behind_the_name(text, unicodedata.normalize("NFKC", name)) or VolumeUnit(text)


def _behind_the_name(text: str, as_written: str) -> VolumeUnit | None:
    """Return the unit of a name that ends with it, without brackets or a mark: volume_thousands, 成交千股.

    Short words in capitals are rather symbols: Volume MLN, Volume BN.
    """
    words = re.split(r"[\s_]+", text)
    for first in range(1, len(words)):
        found = _read(" ".join(words[:first]), " ".join(words[first:]), alone=False)
        written = re.split(r"[\s_]+", as_written.strip())[first:]
        if found is not None and found.shares != 1.0 and (_is_clear(words[first:]) or not "".join(written).isupper()):
            return found
    match = re.search(r"[十百千仟万萬億亿백천만억]*(?:股|株|手|張|张)[數数]?$", text)
    if match is None or not match.start():
        return None
    found = _east_asian(text[: match.start()], match[0])
    return found if found is not None and found.shares != 1.0 else None


def _is_clear(words: list[str]) -> bool:
    """Return whether words can hardly be a symbol."""
    return len(words) > 1 or len(words[0]) >= _CLEAR or words[0][0] in _BEFORE_A_NUMBER or words[0] == _ZEROS


def _read(base: str, unit: str, *, alone: bool) -> VolumeUnit | None:
    """Return what a unit says; ``alone``: it stands in brackets, where a letter or a number is a unit too."""
    found = _east_asian(base, unit.strip())
    if found is not None:
        return found
    words = [word.rstrip(".,") for word in _TOKEN.findall(unit)]
    if not alone and any(word in _SCALES and (len(word) < _LONG_ENOUGH or word in _AMBIGUOUS) for word in words):
        return None
    numbers_count = alone or not _TIMES.isdisjoint(words) or words[:1] == [_ZEROS] or _leads_to_number(words)
    factors = [_factor(word, numbers_count, of_any_size={"of", "lots"} <= set(words)) for word in words]
    if not words or None in factors:
        return None
    is_money = any(_KINDS.get(word) == "money" for word in words)
    return VolumeUnit(base.strip(), prod(filter(None, factors)), is_money, unit.strip())


def _leads_to_number(words: list[str]) -> bool:
    return len(words) > 1 and words[0] in _BEFORE_A_NUMBER and words[1][0].isdigit()


def _factor(word: str, numbers_count: bool, *, of_any_size: bool) -> float | None:
    """Return by how much a word multiplies; None if it is not known."""
    if word[0].isdigit() or word[0] == "'":
        return _number(word, of_any_size=of_any_size) if numbers_count else None
    return _SCALES.get(word, 1.0 if word in _KINDS else None)


def _number(word: str, *, of_any_size: bool) -> float | None:
    """Return 1000 for 1,000, 000 and '000; None for what is no round number, unless a lot is ``of_any_size``."""
    digits = re.sub(r"\D", "", word)
    if len(digits) >= _LONG_ENOUGH and set(digits) == {"0"}:
        return 10.0 ** len(digits)
    is_round = len(digits) > _LONG_ENOUGH and digits[0] == "1" and set(digits[1:]) == {"0"}
    return float(digits) if (is_round or of_any_size) and int(digits) else None


def _east_asian(base: str, unit: str) -> VolumeUnit | None:
    match = _EAST_ASIAN.match(unit)
    if match is None or not unit:
        return None
    what = match[2] or ""
    shares = _LOTS.get(what[:1], 1.0) * prod(_EAST_ASIAN_SCALES[sign] for sign in match[1])
    return VolumeUnit(base.strip(), shares, what in set(_EAST_ASIAN_MONEY), unit)
