"""The installed wheel is the product: without an extra it serves, scans and exports from any folder."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pandas as pd
import pytest

from technic_scanner.extras import EXTRAS, install_command
from tests.packaging.drawn_page import draw
from tests.packaging.installation import Installation
from tests.support.checkout import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel"), pytest.mark.timeout(900)]
PAGES = {"": "Scan", "results": "Results", "history": "History", "compare": "Compare", "outcomes": "Outcomes",
         "system": "System"}  # fmt: skip
OPTIONAL = ("psycopg", "dask", "distributed", "yfinance", "pytickersymbols", "xlsxwriter")


def findings(installed: Installation, code: int = 0) -> dict[str, tuple[bool, str]]:
    """Return what ``doctor`` says of each part."""
    checks = json.loads(installed.run("doctor", "--json", code=code).stdout)
    return {item["check"]: (item["ok"], item["detail"]) for item in checks}


@pytest.fixture(scope="module")
def url(installed: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("serve") / "log"
    with installed.serving("serve", "/_stcore/health", log) as address:
        yield address


@pytest.fixture(scope="module")
def run_id(url: str, installed: Installation) -> str:
    """A scan that the API took and a worker has ended."""
    config = {"sectors": ["Energy"], "direction": "both", "lookback_days": 200}
    answer = httpx.post(f"{url}/api/scans", json={"config": config}, timeout=60)
    assert answer.status_code == 202, answer.text
    run = str(answer.json()["run_id"])
    installed.run("watch", run)
    return run


def test_nothing_optional_is_installed(installed: Installation) -> None:
    code = f"from importlib.util import find_spec; print([name for name in {OPTIONAL} if find_spec(name)])"
    done = subprocess.run([installed.python, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_doctor_is_content_and_names_the_command_of_each_extra(installed: Installation) -> None:
    found = findings(installed)
    assert all(ok for ok, _ in found.values())
    assert found["dashboard"] == (True, str(installed.package / "app"))
    for extra in EXTRAS:
        assert found[f"extra {extra}"][1].endswith(f"not installed; {install_command(extra)}")


def test_every_page_is_served_in_the_theme_of_the_package(url: str, installed: Installation) -> None:
    own = installed.folder / ".streamlit"
    assert not own.exists()
    for page, title in PAGES.items():
        drawn = draw(url, page)
        assert drawn.titles == [title]
        assert drawn.errors == []
        assert f'primaryColor = "{drawn.light_primary}"' in (ROOT / ".streamlit" / "config.toml").read_text()


def test_the_api_says_what_yahoo_needs(url: str) -> None:
    sources = {item["name"]: item for item in httpx.get(f"{url}/api/sources", timeout=60).json()["sources"]}
    assert set(sources) == {"sample", "synthetic", "yahoo"}
    assert install_command("yahoo") in sources["yahoo"]["notes"][0]
    answer = httpx.post(f"{url}/api/scans", json={"config": {"source": "yahoo"}}, timeout=60)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "config.source"
    assert install_command("yahoo") in error["message"]


def test_a_scan_from_the_command_line_has_a_worker_of_its_own(url: str, installed: Installation) -> None:
    installed.run("scan", "--sector", "Utilities", "--csv", "utilities.csv")
    assert set(pd.read_csv(installed.folder / "utilities.csv")["Sector"]) == {"Utilities"}
    (newest,) = json.loads(installed.run("runs", "--json", "--limit", "1").stdout)
    served = httpx.get(f"{url}/api/scans", timeout=60).json()["runs"][0]
    assert newest["run_id"] == served["run_id"], "the command and the server share the folder's store"
    assert served["worker_id"] is not None


def test_a_scan_is_downloaded_as_csv(url: str, run_id: str, installed: Installation) -> None:
    answer = httpx.get(f"{url}/api/scans/{run_id}/results.csv", timeout=60)
    assert answer.status_code == 200
    installed.run("export", run_id, "--csv", "--output", "picks.csv")
    assert (installed.folder / "picks.csv").read_bytes() == answer.content
    picks = pd.read_csv(installed.folder / "picks.csv")
    assert len(picks) > 5
    assert set(picks["Sector"]) == {"Energy"}


def test_a_workbook_without_its_extra_is_refused_with_the_command(
    url: str, run_id: str, installed: Installation
) -> None:
    answer = httpx.get(f"{url}/api/scans/{run_id}/results.xlsx", timeout=60)
    assert answer.status_code == 501
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "missing_extra"
    assert install_command("excel") in answer.json()["detail"]
    done = installed.run("export", run_id, "--xlsx", "--output", "picks.xlsx", code=1)
    assert install_command("excel") in done.stderr
    assert "Traceback" not in done.stderr
    assert not (installed.folder / "picks.xlsx").exists()


def test_dask_and_postgresql_without_their_extras_are_refused_with_the_command(installed: Installation) -> None:
    done = installed.run("scan", "--executor", "dask", code=2)
    assert install_command("dask") in done.stderr
    done = installed.run("runs", code=1, TECHNIC_DATABASE_URL="postgresql://user@localhost/runs")
    assert install_command("postgres") in done.stderr


@pytest.mark.usefixtures("run_id")
def test_what_it_writes_is_in_the_users_folder_and_not_in_the_package(installed: Installation) -> None:
    assert (installed.folder / "data" / "technic.db").is_file()
    assert not (installed.package / "app" / "data").exists()
    assert not list(installed.folder.rglob("*.pyc"))


def test_the_api_alone_answers(installed: Installation, tmp_path: Path) -> None:
    with installed.serving("api", "/health/ready", tmp_path / "log") as address:
        assert httpx.get(f"{address}/sources", timeout=60).status_code == 200


def test_missing_files_of_the_dashboard_are_noticed(installed: Installation, tmp_path: Path) -> None:
    page = installed.package / "app" / "pages" / "history.py"
    page.rename(tmp_path / "history.py")
    try:
        ok, detail = findings(installed, code=1)["dashboard"]
        assert not ok
        assert "pages/history.py" in detail
        assert "pages/history.py" in installed.run("serve", code=1).stderr
    finally:
        (tmp_path / "history.py").rename(page)
