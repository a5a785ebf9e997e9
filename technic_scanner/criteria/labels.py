"""Labels compared: in any case, and sectors by whatever name a vendor gives them. 0 is false, 1 unknown, 2 true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from technic_scanner.domain.sectors import to_gics

Texts = Sequence[str | None]
Truth = npt.NDArray[np.int8]


def plain(text: str | None) -> str | None:
    """Return the form in which labels are compared; None for an empty one."""
    if text is None or not text.strip():
        return None
    return (to_gics(text) or " ".join(text.split())).casefold()


def is_one_of(texts: Texts, wanted: Sequence[str]) -> Truth:
    """Return for each text whether it is one of ``wanted``; unknown where it is None."""
    names = {plain(text) for text in wanted}
    known: dict[str | None, int] = {None: 1}
    out = np.empty(len(texts), dtype=np.int8)
    for i, text in enumerate(texts):
        if text not in known:
            name = plain(text)
            known[text] = 1 if name is None else 2 * (name in names)
        out[i] = known[text]
    return out


def equal(left: Texts, right: Texts) -> Truth:
    """Return for each pair whether the two are the same label; unknown where one is None."""
    pairs = zip(map(plain, left), map(plain, right), strict=True)
    return np.array([1 if a is None or b is None else 2 * (a == b) for a, b in pairs], dtype=np.int8)


def known(texts: Texts) -> Truth:
    """Return which texts are known."""
    return np.array([0 if plain(text) is None else 2 for text in texts], dtype=np.int8)


def groups(texts: Texts) -> tuple[npt.NDArray[np.int64], int]:
    """Return the number of each row's group (-1 where the label is unknown), and how many groups there are."""
    numbers: dict[str, int] = {}
    known: dict[str | None, int] = {}
    for text in dict.fromkeys(texts):
        name = plain(text)
        known[text] = -1 if name is None else numbers.setdefault(name, len(numbers))
    return np.array([known[text] for text in texts], dtype=np.int64), len(numbers)
