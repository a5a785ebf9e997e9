"""Turn the bytes of a text file into text, whatever its encoding, and say which one was used if it is not UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from charset_normalizer import from_bytes

from technic_scanner.adapters.market_data.files.names import meaning
from technic_scanner.errors import SourceDataError

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Tried in this order; the first under which the most names of columns are known is right.
_LEGACY = ("cp1252", "gb18030", "cp932", "cp949", "big5", "cp1251", "cp1250", "cp1253", "cp1254", "koi8_r")
# Tried beside them; they can decode anything, so that only names of columns speak for them.
_RARE = ("euc_jp", "iso8859_2", "mac_roman", "cp850", "cp874", "cp1255", "cp1256")
_SHOWN = {"gb18030": "GBK", "cp932": "Shift-JIS", "cp949": "EUC-KR", "big5": "Big5", "koi8_r": "KOI8-R"}
_SAMPLE = 4096
_FEW = 0.002


def decoded(data: bytes) -> tuple[str, str, list[str]]:
    """Return the text of ``data``, its encoding, and sentences on what was done. Raises SourceDataError."""
    notes: list[str] = []
    head = data.rstrip(b"\0")[:_SAMPLE]
    has_wide_letters = head[:2] in (b"\xff\xfe", b"\xfe\xff") or head.count(0) * 3 > len(head)
    stripped = data if has_wide_letters else data.rstrip(b"\0")
    if len(stripped) < len(data) - 1:
        notes.append(f"{len(data) - len(stripped):,} empty bytes at its end were left out")
    data = stripped
    text, encoding = _with_mark(data) or _without_mark(data)
    if text is None:
        text, encoding = _legacy(data)
    if "\0" in text:
        raise SourceDataError("it is no text: it holds zero bytes")
    if encoding not in ("utf-8", "utf-8-sig", "ascii"):
        notes.append(f"it was read as {_SHOWN.get(encoding, encoding)}, because it is not UTF-8")
    return text, encoding, notes


def _with_mark(data: bytes) -> tuple[str, str] | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                return data.decode(encoding, errors="replace"), encoding
    return None


def _without_mark(data: bytes) -> tuple[str | None, str]:
    sample = data[:_SAMPLE]
    if sample.count(0) * 3 > len(sample):
        encoding = "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
        return data.decode(encoding, errors="replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        first = error
    valid = data[: first.start]
    if first.start >= len(data) - 3 and not valid.isascii():
        return valid.decode("utf-8"), "utf-8"  # cut within its last character
    return None, ""


def _legacy(data: bytes) -> tuple[str, str]:
    head = data[:_SAMPLE]
    scores = _scores(data, head, _LEGACY)
    if not scores:
        return data.decode("utf-8", errors="replace"), "utf-8 with faults"
    best = max(scores, key=lambda encoding: scores[encoding])
    rare = _scores(data, head, _RARE)
    likely = max(rare, key=lambda encoding: rare[encoding], default=best)
    if rare.get(likely, 0) > scores[best]:
        return data.decode(likely), likely
    if list(scores.values()).count(scores[best]) == len(scores) and len(scores) > 1:
        guess = _guessed(data, scores)
        return data.decode(guess), guess
    return data.decode(best), best


def _scores(data: bytes, head: bytes, encodings: Iterable[str]) -> dict[str, int]:
    """Return how many names of columns each encoding gives, of those under which the whole text can be read."""
    scores: dict[str, int] = {}
    for encoding in encodings:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        scores[encoding] = _known_names(head.decode(encoding, errors="ignore").splitlines()[:30])
    return scores


def _guessed(data: bytes, possible: Iterable[str]) -> str:
    """Return the likeliest of the possible encodings where no name of a column tells it; cp1252 in doubt."""
    high = sum(byte > 0x7F for byte in data)
    if high < 12 or high < _FEW * len(data):
        return "cp1252" if "cp1252" in possible else next(iter(possible))
    match = from_bytes(data[:200_000], cp_isolation=list(possible)).best()
    return match.encoding if match is not None and match.encoding in possible else next(iter(possible))


def _known_names(lines: list[str]) -> int:
    """Return how many cells of the best line that are not ASCII name a known column."""
    best = 0
    for line in lines:
        for separator in ",;\t|":
            cells = [cell.strip(' "') for cell in line.split(separator)]
            best = max(best, sum(not cell.isascii() and meaning(cell) is not None for cell in cells))
    return best
