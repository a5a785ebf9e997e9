"""The worked example of docs/studies.md runs as it stands, and its document has the promised names."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "studies.md"


def test_the_worked_example_runs() -> None:
    parts = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    for code in parts:
        exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - a page of this repository
    assert names["found"] is not None
    assert names["grid"] is not None
