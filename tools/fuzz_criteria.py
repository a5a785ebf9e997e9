"""Run ``python -m tools.fuzz_criteria [COUNT [SEED]]``: random texts give criteria or faults with places."""

from __future__ import annotations

import sys
from random import Random

from technic_scanner import criteria
from tests.unit.criteria.programs import Writer

WORDS = (
    *("close", "sma(", "rsi(14)", "and", "or", "not", "within", "for", "5", "bars", "(", ")", "[", "]", ",", ">", "<="),
    *("=", "+", "-", "*", "/", "let", "x", "rank by", "top", "show", "as", '"text"', "'", '"', "between", "crosses"),
    *(
        "above",
        "in",
        "is",
        "known",
        "by",
        "sector",
        "weekly.",
        "market.close",
        "8%",
        "10m",
        "#",
        "\n",
        ";",
        "é",
        "\x00",
    ),
)


def main() -> None:
    """Check COUNT texts, a million unless told; stop at the first that breaks a promise. SEED gives others."""
    count, seed = (int(word) for word in (*sys.argv[1:3], *("1000000", "7")[len(sys.argv) - 1 :]))
    random, good = Random(seed), 0
    for number in range(count):
        text = _text(random)
        good += promised(text)
        if (number + 1) % 50_000 == 0:
            print(f"{number + 1:,} texts, {good:,} of them criteria", flush=True)


def _text(random: Random) -> str:
    """Return random letters, random words, or a program with a piece cut out or doubled."""
    kind = random.random()
    if kind < 0.3:
        return "".join(
            chr(random.choice((random.randint(32, 126), random.randint(0, 0x2FFF))))
            for _ in range(random.randint(0, 40))
        )
    if kind < 0.6:
        return " ".join(random.choice(WORDS) for _ in range(random.randint(1, 15)))
    text = Writer(random).program()
    at, size = random.randrange(len(text)), random.randint(0, 6)
    return text[:at] + random.choice(("", text[at : at + size] * 2)) + text[at + size :]


def promised(text: str) -> bool:
    """Return whether a text is criteria; AssertionError where a fault has no place or a program no second printing."""
    document = criteria.check(text)
    lines = text.split("\n")
    for fault in document["errors"]:
        place = 1 <= fault["line"] <= len(lines) and 1 <= fault["column"] <= len(lines[fault["line"] - 1]) + 1
        if not (place and fault["length"] >= 1 and fault["message"]):
            raise AssertionError((text, fault))
    if document["ok"]:
        assert all(hint.message for hint in criteria.compile(text).hints), text
    if document["ok"] and criteria.check(document["canonical"])["canonical"] != document["canonical"]:
        raise AssertionError((text, document))
    return bool(document["ok"])


if __name__ == "__main__":
    main()
