"""Stores that earlier versions left, as they left them, are read back in full and go on: no release may lose one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.bootstrap import Services, build
from technic_scanner.clock import ManualClock
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.settings import load_settings
from tests.contract.stores.golden_reading import all_records, read_store
from tests.support.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

STORES = Path(__file__).parents[2] / "data" / "stores"
VERSIONS = sorted(path.name for path in STORES.iterdir() if (path / "expected.json").exists())
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=VERSIONS)
def golden(request: pytest.FixtureRequest) -> Path:
    """The folder of one version's store."""
    return STORES / str(request.param)


@pytest.fixture
def expected(golden: Path) -> dict[str, Any]:
    """What that version itself read from it."""
    return json.loads((golden / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, golden: Path, tmp_path: Path) -> str:
    """A copy of the store, not opened yet."""
    if request.param == "sqlite":
        shutil.copyfile(golden / "store.sqlite", tmp_path / "runs.db")
        return f"sqlite:///{tmp_path / 'runs.db'}"
    address = str(request.getfixturevalue("postgres_url"))
    with psycopg.connect(address) as connection:
        connection.execute((golden / "store.postgresql.sql").read_text(encoding="utf-8"))
    return address


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """The store, opened and so migrated by this version, at a time when nothing is stale."""
    opened = open_store(url, ManualClock())
    yield opened
    opened.close()


@pytest.fixture
def services(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """This installation's services over the store, with no other worker than the test's."""
    monkeypatch.setattr("technic_scanner.adapters.launcher.WorkerLauncher.ensure_worker", lambda self: None)
    # The golden presets name this cluster, which a host has to allow since.
    clusters = "tcp://scheduler.example:*"
    built = build(load_settings(home=tmp_path / "home", database_url=url, dask_allowed_schedulers=clusters))
    yield built
    built.close()


def differences(found: Any, expected: Any, path: str = "") -> list[str]:
    """Return where what is read lacks or changes what is expected; more fields than expected are no difference."""
    if isinstance(expected, dict) and isinstance(found, dict):
        lacking = [f"{path}/{key} is lacking" for key in expected if key not in found]
        both = [key for key in expected if key in found]
        return lacking + [line for key in both for line in differences(found[key], expected[key], f"{path}/{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        pairs = enumerate(zip(found, expected, strict=True))
        return [line for at, (one, other) in pairs for line in differences(one, other, f"{path}/{at}")]
    same = type(found) is type(expected) and found == expected
    return [] if same else [f"{path} is {str(found)[:200]}, not {str(expected)[:200]}"]


def with_config_read(read: dict[str, Any]) -> dict[str, Any]:
    """Take the configs of the samples, which are text, apart, so that they may have more fields."""
    samples = [sample | {"config_json": json.loads(sample["config_json"])} for sample in read["samples"]]
    return read | {"samples": samples}


def unlike(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Return the differences between what a store told then and what it tells now."""
    return differences(with_config_read(json.loads(json.dumps(found))), with_config_read(expected))


def work(services: Services) -> int:
    """Let one worker of this version empty the queue."""
    return services.worker().run()


def named(services: Services, expected: dict[str, Any], part: str) -> RunRecord:
    """Return the run that plays a part in the store."""
    return services.store.get_run(expected["cast"][part])


def test_everything_is_read_as_it_was_written(store: SqlStore, expected: dict[str, Any]) -> None:
    store.ping()
    told = {key: value for key, value in expected.items() if key not in ("version", "cast")}
    assert unlike(read_store(store), told) == []


def test_every_run_is_listed(store: SqlStore, expected: dict[str, Any]) -> None:
    records = all_records(store)
    assert [record.run_id for record in records] == expected["order"]
    assert {record.run_id for record in records} == set(expected["cast"].values())
    assert {record.status for record in records} == {RunStatus(status) for status in expected["counts"]}
    assert {run.run_id for run in records if run.pinned} == {expected["cast"]["complete"]}
    assert expected["cast"]["complete"] not in expected["prunable"]


def test_a_key_still_stands_for_its_run(store: SqlStore, expected: dict[str, Any]) -> None:
    run = store.get_run(expected["cast"]["owned_and_thinned"])
    assert run.owner is not None
    assert store.known_keys(run.owner, ["morning-2026-01-05", "once"]) == {"morning-2026-01-05"}
    assert store.known_keys(None, ["morning-2026-01-05", "once"]) == {"once"}


def test_waiting_runs_are_claimed_and_run(services: Services, expected: dict[str, Any]) -> None:
    waiting, requeued = (named(services, expected, part) for part in ("waiting", "requeued"))
    assert (requeued.queue_position, waiting.queue_position) == (1, 2)
    assert work(services) == 2
    for before in (waiting, requeued):
        run = services.store.get_run(before.run_id)
        assert (run.status, run.attempt, run.error) == (RunStatus.SUCCEEDED, before.attempt, None)
        assert services.store.result(run.run_id).table.num_rows > 0
        numbers = [event.seq for event in services.store.events(run.run_id, 0, 1000)]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("part", ["interrupted", "lost", "cancelled_with_picks"])
def test_half_done_runs_are_resumed_to_success(services: Services, expected: dict[str, Any], part: str) -> None:
    before = named(services, expected, part)
    assert services.service.resume(before.run_id).attempt == 2
    work(services)
    run = services.service.get(before.run_id)
    assert (run.status, run.attempt, run.error) == (RunStatus.SUCCEEDED, 2, None)
    result = services.service.result(run.run_id)
    assert result.table.num_rows > 0
    assert result.config == before.config
    assert services.store.events(run.run_id, before.last_seq, 1)[0].attempt == 2
    assert run.metrics is not None
    assert len(run.metrics.attempt_seconds) == 2


def test_runs_whose_workers_are_gone_are_given_up(services: Services, expected: dict[str, Any]) -> None:
    assert services.service.count_by_status()[RunStatus.RUNNING] == 0
    for part in ("running", "stopping"):
        assert named(services, expected, part).status is RunStatus.INTERRUPTED
    running = services.service.resume(expected["cast"]["running"])
    work(services)
    assert services.service.get(running.run_id).status is RunStatus.SUCCEEDED


def test_presets_go_on_from_their_version(services: Services, expected: dict[str, Any]) -> None:
    for name, document in expected["presets"].items():
        preset = services.service.preset(name)
        assert services.service.save_preset(preset, preset.version).version == document["version"] + 1


def test_ended_runs_can_be_deleted(services: Services, expected: dict[str, Any]) -> None:
    for run_id in expected["prunable"]:
        services.service.delete(run_id)
    left = {run.run_id for run in all_records(services.store)}
    assert left == set(expected["order"]) - set(expected["prunable"])
