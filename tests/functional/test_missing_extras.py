"""An installation without an extra: what needs it is refused before any work, with the command that installs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import make_url
from starlette.testclient import TestClient

from technic_scanner import ScanConfig, run_scan
from technic_scanner.adapters.executors.dask import DaskExecutor
from technic_scanner.adapters.market_data.yahoo import symbols
from technic_scanner.adapters.stores.engine import open_engine
from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.config import RunOptions
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import ConfigError, MissingExtraError
from technic_scanner.extras import install_command
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.settings import load_settings
from tests.functional.command_line import run
from tests.support.extras import hide
from tests.support.quiet import without_workers

HIDDEN = {
    "postgres": "psycopg",
    "dask": "distributed",
    "yahoo": "pytickersymbols",
    "excel": "xlsxwriter",
    "alerts": "apprise",
    "keyring": "keyring",
}
YAHOO = ScanConfig(source="yahoo", universe="S&P 500")


pytestmark = pytest.mark.usefixtures("cli_home")


@pytest.fixture(autouse=True)
def without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, *HIDDEN.values())
    symbols._lists.cache_clear()


@pytest.fixture
def services() -> Iterator[Services]:
    """Services whose runs wait for this process's own worker."""
    with without_workers(load_settings().home) as opened:
        yield opened


def finished(services: Services) -> str:
    """Return the id of a scan that a worker of this process has done."""
    run_id = services.service.submit(ScanConfig(symbols=("AAPL", "MSFT")), RunOptions()).run_id
    services.worker().run()
    assert services.service.get(run_id).status is RunStatus.SUCCEEDED
    return run_id


def test_yahoo_is_listed_with_what_it_needs(services: Services) -> None:
    infos = {info.name: info for info in services.service.sources()}
    assert infos["sample"].missing is None
    assert install_command("yahoo") in (infos["yahoo"].missing or "")
    assert install_command("yahoo") in infos["yahoo"].notes[0]
    assert infos["yahoo"].label == "Yahoo Finance, daily (not installed)"


def test_a_scan_of_yahoo_is_refused_at_its_source_alone(services: Services) -> None:
    with pytest.raises(ConfigError) as caught:
        services.service.submit(YAHOO, RunOptions())
    (problem,) = caught.value.problems
    assert problem.field == "source"
    assert install_command("yahoo") in problem.message


def test_the_universe_of_yahoo_names_the_command_too(services: Services) -> None:
    with pytest.raises(MissingExtraError, match="pytickersymbols"):
        services.catalog.source("yahoo", YAHOO).universe(None, CancelToken())


def submitted(config: ScanConfig, options: RunOptions) -> object:
    with build() as services:
        return services.service.submit(config, options)


@pytest.mark.parametrize("scan", [run_scan, submitted])
def test_a_scan_on_dask_is_refused_together_with_the_other_bad_fields(scan: Callable[..., object]) -> None:
    with pytest.raises(ConfigError) as caught:
        scan(ScanConfig(max_symbols=-1), RunOptions(executor="dask"))
    problems = {problem.field: problem.message for problem in caught.value.problems}
    assert problems.keys() == {"max_symbols", "executor"}
    assert install_command("dask") in problems["executor"]


def test_an_executor_that_cannot_work_is_not_made() -> None:
    with pytest.raises(MissingExtraError, match="distributed"):
        DaskExecutor()


def test_a_postgresql_store_names_the_command() -> None:
    with pytest.raises(MissingExtraError) as caught:
        open_engine(make_url("postgresql+psycopg://user@localhost/runs"))
    assert install_command("postgres") in str(caught.value)


def test_commands_name_the_command(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("export", finished(services), "--xlsx")
    assert done.exit_code == 1
    assert done.stderr == (
        "xlsxwriter is needed for Excel workbooks and is not installed: "
        "pip install 'technic-scanner[excel]' [missing_extra]\n"
    )
    monkeypatch.setenv("TECHNIC_DATABASE_URL", "postgresql://user@localhost/runs")
    done = run("runs")
    assert done.exit_code == 1
    assert install_command("postgres") in done.stderr


def test_doctor_names_the_command_of_each_and_is_content() -> None:
    done = run("doctor", "--json")
    assert done.exit_code == 0
    details = {item["check"]: item["detail"] for item in json.loads(done.stdout)}
    for extra in HIDDEN:
        assert details[f"extra {extra}"].endswith(f"not installed; {install_command(extra)}")
    assert details["sources"] == "sample, synthetic"


def test_doctor_says_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch)
    details = {item["check"]: item["detail"] for item in json.loads(run("doctor", "--json").stdout)}
    assert {details[f"extra {extra}"].rpartition(": ")[2] for extra in HIDDEN} == {"installed"}
    assert details["sources"] == "sample, synthetic, yahoo"


def test_the_api_cannot_make_a_workbook_and_says_so(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    run_id = finished(services)
    client = TestClient(create_api(services), base_url="http://localhost", client=("127.0.0.1", 50000))
    caplog.clear()
    answer = client.get(f"/scans/{run_id}/results.xlsx")
    assert (answer.status_code, answer.json()["code"]) == (501, "missing_extra")
    assert install_command("excel") in answer.json()["detail"]
    assert not [record for record in caplog.records if record.levelname == "ERROR"], "it is no fault of the server"
    assert client.get(f"/scans/{run_id}/results.csv").status_code == 200


def test_a_channel_of_apprise_says_what_it_needs_and_a_webhook_needs_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TECHNIC_CHANNEL_MAIL", "mailto://ann:x@example.org")
    monkeypatch.setenv("TECHNIC_CHANNEL_HOOK", "https://example.org/in")
    (hook, mail) = services.alerts.channels()
    assert hook == ("hook", None)
    assert install_command("alerts") in (mail[1] or "")


def test_a_channel_of_the_keyring_says_what_it_needs(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHNIC_ALERT_KEYRING_CHANNELS", "desk")
    with without_workers(load_settings().home) as opened:
        ((name, problem),) = opened.alerts.channels()
    assert name == "desk"
    assert install_command("keyring") in (problem or "")
