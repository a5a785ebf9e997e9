"""Find the scripts of Streamlit's front end, whose names have a hash in each release, by the part that they draw."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from streamlit.file_util import get_static_dir

TABLE = "DataFrame"
_FOLDER = "static/js"
_IMPORTS_END = 20_000
_IMPORTED = re.compile(r'(?:\bfrom|\bimport)\s*"\./([\w.-]+\.js)"')


@cache
def script_of(part: str) -> str | None:
    """Return the path of the script that draws a part, ``static/js/DataFrame.1a.js``; None if none or several could."""
    found = [path.name for path in (Path(get_static_dir()) / _FOLDER).glob(f"{part}.*.js")]
    return f"{_FOLDER}/{found[0]}" if len(found) == 1 else None


@cache
def scripts_of(part: str) -> tuple[str, ...]:
    """Return the paths of the script that draws a part and of all that it imports, without those of every page."""
    first = script_of(part)
    if first is None:
        return ()
    root = Path(get_static_dir())
    known = set(re.findall(rf"{_FOLDER}/[\w.-]+\.js", (root / "index.html").read_text(encoding="utf-8")))
    found, ahead = [], [first]
    while ahead:
        path = ahead.pop()
        if path not in known and (root / path).is_file():
            known.add(path)
            found.append(path)
            ahead += [f"{_FOLDER}/{name}" for name in _IMPORTED.findall(_beginning(root / path))]
    return tuple(found)


def _beginning(path: Path) -> str:
    """Return the beginning of a script, where its imports are."""
    with path.open(encoding="utf-8") as file:
        return file.read(_IMPORTS_END)
