"""The examples of docs/tracker.md run as they stand, and its tables name the views and functions that there are."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from streamlit.testing.v1 import AppTest

from technic_scanner.progress import timings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tracker.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
ON_A_PAGE = [code for code in EXAMPLES if "import streamlit" in code]
IN_A_NOTEBOOK = [code for code in EXAMPLES if "show_widget" in code]
PIPELINES = sorted((ROOT / "examples").glob("*.py"))


def run(*command: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("code", [code for code in EXAMPLES if code not in ON_A_PAGE + IN_A_NOTEBOOK])
def test_an_example_runs(code: str, tmp_path: Path) -> None:
    run("-c", code, folder=tmp_path)


def test_the_first_example_says_what_its_comment_says(tmp_path: Path) -> None:
    for _ in range(2):
        shown = run("-c", EXAMPLES[0], folder=tmp_path)
        assert re.fullmatch(r"Overall: 100\.0% - Complete in (<1|\d+)s\n", shown)
    assert len((tmp_path / "runs.json").read_text().splitlines()) == 2


@pytest.mark.slow
def test_the_first_example_and_the_bars_run_in_a_notebook(tmp_path: Path) -> None:
    (bars,) = IN_A_NOTEBOOK
    cells = [nbformat.v4.new_code_cell(code) for code in (EXAMPLES[0], bars)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    first, second = (cell.outputs for cell in notebook.cells)
    assert first[0].text.startswith("Overall: 100.0%")
    assert any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in second)
    assert second[-1].text.startswith("Overall: 100.0%")
    widgets = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    values = [widget["state"]["value"] for widget in widgets if widget["model_name"] == "FloatProgressModel"]
    assert values == [1.0, 1.0, 1.0]
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


def test_the_tables_name_every_view_function_and_pipeline() -> None:
    views = {path.stem for path in (ROOT / "technic_scanner/progress/views").glob("*.py")} - {"__init__"}
    named = set(re.findall(r"^\| `(\w+)\.\w+\(", PAGE, re.MULTILINE))
    assert named == views
    functions = {name for name in timings.__all__ if name.islower()}
    assert set(re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE)) == functions
    assert set(re.findall(r"^\| `examples/(\w+\.py)` ", PAGE, re.MULTILINE)) == {path.name for path in PIPELINES}


@pytest.mark.slow
@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda path: path.stem)
def test_a_whole_pipeline_runs_and_learns(pipeline: Path, tmp_path: Path) -> None:
    shown = run(str(pipeline), folder=tmp_path)
    assert shown.splitlines()[-1][0].isdigit() or shown.splitlines()[-1].startswith("degree 3")
    (history,) = tmp_path.glob("*-runs.json")
    assert len(history.read_text().splitlines()) == 1
