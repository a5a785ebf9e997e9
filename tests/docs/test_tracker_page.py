"""The examples of docs/tracker.md run as they stand, and its table names the views that there are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tracker.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
ON_A_PAGE = [code for code in EXAMPLES if "import streamlit" in code]


@pytest.mark.parametrize("code", [code for code in EXAMPLES if code not in ON_A_PAGE])
def test_an_example_runs(code: str, tmp_path: Path) -> None:
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stderr


def test_the_first_example_says_what_its_comment_says(tmp_path: Path) -> None:
    for _ in range(2):
        found = subprocess.run([sys.executable, "-c", EXAMPLES[0]], cwd=tmp_path, capture_output=True, text=True)
        assert re.fullmatch(r"Overall: 100\.0% - Complete in (<1|\d+)s\n", found.stdout)
    assert len((tmp_path / "runs.json").read_text().splitlines()) == 2


@pytest.mark.parametrize("code", ON_A_PAGE)
def test_an_example_of_a_page_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = AppTest.from_string(code, default_timeout=60).run()
    assert not app.exception
    app.slider[0].set_value(50).run()
    assert not app.exception
    assert app.markdown[0].value.startswith("Overall: 100.0%")
    assert len((tmp_path / "runs.json").read_text().splitlines()) == 2, "both runs are kept, and in this folder"


def test_the_table_names_every_view() -> None:
    views = {path.stem for path in (ROOT / "technic_scanner/progress/views").glob("*.py")} - {"__init__"}
    assert set(re.findall(r"^\| `(\w+)\.", PAGE, re.MULTILINE)) == views
