"""Runs over REST, against a real store: started, listed, steered, deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from httpx import Response
from starlette.testclient import TestClient

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs import requests
from technic_scanner.runs.service import validation
from tests.functional.api.conftest import MakeServices, open_client
from tests.functional.api.hand_moved import HandMoved

TOKEN = "a-token-of-enough-letters"


def test_post_queues_a_run_and_says_where_it_is(client: TestClient, services: Services) -> None:
    answer = client.post("/scans", json={"config": {"max_symbols": 7}, "options": {"workers": 1}, "label": "seven"})
    assert answer.status_code == 202
    run = answer.json()
    assert answer.headers["location"] == f"/scans/{run['run_id']}"
    assert int(answer.headers["retry-after"]) > 0
    stored = services.service.get(run["run_id"])
    assert (stored.status, stored.config.max_symbols, stored.options.workers, stored.label) == (
        RunStatus.QUEUED,
        7,
        1,
        "seven",
    )
    assert run["queue_position"] == 1


def test_location_and_links_follow_the_mount_point(services: Services) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    outer = Starlette(routes=[Mount("/api", create_api(services))])
    with open_client(outer) as client:  # type: ignore[arg-type]
        answer = client.post("/api/scans", json={})
        assert answer.status_code == 202
        location = answer.headers["location"]
        assert location == f"/api/scans/{answer.json()['run_id']}"
        assert client.get(location).json()["links"]["results.csv"] == f"{location}/results.csv"
        assert client.get("/api/health/live").json()["status"] == "ok"
        assert client.get("/api/nothing").headers["content-type"] == "application/problem+json"


def test_the_same_idempotency_key_and_body_give_the_same_run(client: TestClient) -> None:
    first, second = (client.post("/scans", json={}, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.status_code == second.status_code == 202
    assert first.json()["run_id"] == second.json()["run_id"]
    assert len(client.get("/scans").json()["runs"]) == 1
    other = client.post("/scans", json={"config": {"max_symbols": 5}}, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")


def test_every_bad_field_of_body_and_header_is_named_at_once(client: TestClient) -> None:
    answer = client.post(
        "/scans",
        json={"config": {"max_symbols": -1, "sectors": ["Nowhere"], "x": 1}, "options": {"workers": 0}, "label": 5},
        headers={"Idempotency-Key": "has spaces"},
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {item["field"] for item in answer.json()["errors"]} == {
        "config.max_symbols",
        "config.sectors",
        "config.x",
        "options.workers",
        "label",
        "header.idempotency-key",
    }


def test_what_only_the_source_can_know_is_named_at_its_place_too(client: TestClient) -> None:
    answer = client.post("/scans", json={"config": {"universe": "Atlantis 100"}})
    assert answer.status_code == 422
    assert [item["field"] for item in answer.json()["errors"]] == ["config.universe"]
    answer = client.post("/scans", json={"config": {"source": "nothing"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_config")


def named(answer: Response) -> list[str]:
    """Return the bad fields of a refused request."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return sorted(item["field"] for item in answer.json()["errors"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"config": {"source": "nowhere", "max_symbols": -1}}, ["config.max_symbols", "config.source"]),
        ({"config": {"source": "nowhere", "max_symbols": "x"}}, ["config.max_symbols", "config.source"]),
        ({"config": {"source": "nowhere"}, "options": {"workers": 0}}, ["config.source", "options.workers"]),
        ({"config": {"source": "nowhere", "y": 1}, "options": {"z": 1}}, ["config.source", "config.y", "options.z"]),
        ({"config": {"source": "nowhere"}, "label": 5}, ["config.source", "label"]),
        ({"config": {"universe": "Atlantis"}, "label": 5}, ["config.universe", "label"]),
        ({"config": {"universe": "Atlantis", "top_n": 0}}, ["config.top_n", "config.universe"]),
        ({"config": {"source": 5, "universe": "of that one"}}, ["config.source"]),
        ({"preset": "not there", "config": {"max_symbols": 0}, "label": 5}, ["config.max_symbols", "label"]),
        ({"config": [], "options": 5, "label": 5}, ["config", "label", "options"]),
        ({"config": None}, ["config"]),
    ],
)
def test_an_unknown_source_is_listed_together_with_the_other_bad_fields(
    client: TestClient, body: dict[str, object], fields: list[str]
) -> None:
    answer = client.post("/scans", json=body)
    assert named(answer) == fields
    if "label" not in body:
        assert answer.json()["code"] == "invalid_config"
        assert named(client.post("/scans/estimate", json=body)) == fields


def test_a_preset_that_is_not_there_is_said_where_the_rest_is_right(client: TestClient) -> None:
    assert (
        client.post("/scans", json={"preset": "no", "config": {"max_symbols": 0}}).json()["code"] == "preset_not_found"
    )


def test_the_fields_of_a_preset_s_request_are_named_at_once_whatever_its_source(client: TestClient) -> None:
    asked = {"source": "elsewhere", "max_symbols": 0, "x": 1, "criteria": "cloze > 1"}
    body = {"config": asked, "options": {"chunk_size": "all", "executor": "nobody"}}
    wanted = ["config.criteria", "config.max_symbols", "config.x", "options.chunk_size", "options.executor"]
    assert named(client.put("/presets/mine", json=body)) == wanted
    assert named(client.put("/presets/mine", json=body | {"description": 5})) == sorted([*wanted, "description"])
    assert named(client.put("/presets/mine", json={"config": {"max_symbols": 0}})) == ["config.max_symbols"]
    assert client.put("/presets/mine", json={"config": {"source": "elsewhere"}}).status_code == 201


@pytest.mark.parametrize(
    "weights", [{"universe_loading": 1e308, "data_fetching": 1e308}, [["universe_loading", 0.4]], {"x": 1.0}, {}, None]
)
def test_bad_stage_weights_are_named_as_they_were_sent(client: TestClient, weights: object) -> None:
    assert named(client.post("/scans", json={"options": {"stage_plan": weights}})) == ["options.stage_plan"]


def test_weights_that_leave_nothing_to_weigh_are_refused_before_the_scan(client: TestClient) -> None:
    nothing = dict.fromkeys(SUB_SCORES, 0)
    assert named(client.post("/scans", json={"config": {"profile_weights": nothing}})) == ["config.profile_weights"]
    momentum = {"strategy_profile_name": "mean_reversion", "profile_weights": nothing | {"momentum": 1}}
    assert client.post("/scans", json={"config": momentum}).status_code == 202


@pytest.mark.parametrize("path", ["/scans", "/scans/estimate", "/presets/import"])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[" * 200_000, "is JSON that is nested too deeply"),
        (b'{"config": {"max_symbols": ' + b"9" * 5000 + b"}}", "holds a number of more than 4300 digits"),
        (b'{"label": "\xff"}', "is not JSON in UTF-8"),
        (b"[", "JSON decode error: Expecting value"),
    ],
    ids=["nested", "long number", "not UTF-8", "not JSON"],
)
def test_a_body_that_cannot_be_read_is_a_sentence(client: TestClient, path: str, body: bytes, said: str) -> None:
    answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")
    assert [(item["field"], item["message"]) for item in answer.json()["errors"]] == [("body", said)]


def test_values_nested_as_deep_as_json_may_be_are_named(client: TestClient) -> None:
    nested = "[" * 400 + "]" * 400
    for name in ("symbols", "max_symbols", "profile_weights", "lookback_days", "anything"):
        body = f'{{"config": {{"{name}": {nested}, "lookback_sessions": {nested}}}}}'
        answer = client.post("/scans", content=body, headers={"Content-Type": "application/json"})
        assert "config.lookback_sessions" in named(answer)
        assert len(answer.content) < 5000


def test_a_config_is_read_and_checked_once(client: TestClient, services: Services, monkeypatch) -> None:
    """Count at every place that could read or check; a stored config, with all its fields, is read for the answer."""
    counts: Counter[str] = Counter()

    def counted(owner: object, name: str, label: str, counts_if: Callable[..., bool] = lambda *_: True) -> None:
        original = getattr(owner, name)

        def count(*arguments: object, **keywords: object) -> object:
            counts[label] += counts_if(*arguments)
            return original(*arguments, **keywords)

        monkeypatch.setattr(owner, name, count)

    counted(requests, "_read", "read", lambda _what, payload, *_: payload == {"max_symbols": 7})
    counted(ScanConfig, "problems", "config checked")
    counted(RunOptions, "problems", "options checked")
    counted(validation, "source_problems", "source asked")
    for path in ("/scans", "/scans/estimate"):
        counts.clear()
        assert client.post(path, json={"config": {"max_symbols": 7}}).status_code in (200, 202)
        assert counts == {"read": 1, "config checked": 1, "options checked": 1, "source asked": 1}


def test_a_renamed_field_is_taken_under_either_name_and_answered_under_both(
    client: TestClient, services: Services
) -> None:
    for body in ({"lookback_days": 120}, {"lookback_sessions": 120}, {"lookback_days": 120, "lookback_sessions": 120}):
        run = client.post("/scans", json={"config": body}).json()
        assert (run["config"]["lookback_sessions"], run["config"]["lookback_days"]) == (120, 120)
        assert services.service.get(run["run_id"]).config == ScanConfig(lookback_sessions=120)
    both = {"lookback_days": 120, "lookback_sessions": 121, "max_symbols": 0}
    assert named(client.post("/scans", json={"config": both})) == ["config.lookback_days", "config.max_symbols"]
    client.put("/presets/mine", json={"config": {"lookback_days": 77}})
    over = client.post("/scans", json={"preset": "mine", "config": {"lookback_days": 78}}).json()
    assert over["config"]["lookback_sessions"] == 78
    saved = client.get("/presets/mine").json()
    assert saved["config"]["lookback_days"] == 77
    again = client.put("/presets/copy", json={"config": saved["config"], "options": saved["options"]})
    assert again.status_code == 201, "what was answered can be sent back"


@pytest.mark.parametrize("text", ["\x00", "a\nb", "\ud800"])
def test_text_that_a_store_could_not_hold_is_refused(client: TestClient, text: str) -> None:
    import json

    for body in ({"label": text}, {"config": {"industry_contains": text}}, {"config": {"symbols": [text]}}):
        answer = client.post("/scans", content=json.dumps(body), headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, body


def test_a_preset_is_the_base_and_the_config_lies_over_it(client: TestClient, services: Services) -> None:
    client.put("/presets/mine", json={"config": {"min_tech_rating": 60, "max_symbols": 50}, "options": {"workers": 2}})
    run = client.post("/scans", json={"preset": "mine", "config": {"max_symbols": 9}}).json()
    stored = services.service.get(run["run_id"])
    assert stored.config == ScanConfig(min_tech_rating=60.0, max_symbols=9)
    assert stored.options.workers == 2
    missing = client.post("/scans", json={"preset": "not there"})
    assert (missing.status_code, missing.json()["code"]) == (404, "preset_not_found")


def test_pages_hold_every_run_once(client: TestClient) -> None:
    started = [client.post("/scans", json={"label": f"run {number}"}).json()["run_id"] for number in range(7)]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        page = client.get("/scans", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [run["run_id"] for run in page["runs"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(started)
    assert len(seen) == 7


def test_runs_that_come_and_go_between_pages_move_no_other(client: TestClient) -> None:
    started = [client.post("/scans", json={}).json()["run_id"] for _ in range(7)]
    newest_first = started[::-1]
    page = client.get("/scans", params={"limit": 3}).json()
    assert [run["run_id"] for run in page["runs"]] == newest_first[:3]
    client.post("/scans", json={})
    for gone in (newest_first[1], newest_first[2], newest_first[4]):  # one on the page before, its mark, one to come
        client.post(f"/scans/{gone}/cancel")
        assert client.delete(f"/scans/{gone}").status_code == 204
    rest = client.get("/scans", params={"limit": 3, "cursor": page["next_cursor"]}).json()
    assert [run["run_id"] for run in rest["runs"]] == [newest_first[3], *newest_first[5:]]
    assert rest["next_cursor"] is None


def test_filters_choose_runs(client: TestClient, services: Services) -> None:
    HandMoved.start(services, label="done").finish()
    client.post("/scans", json={"label": "waits"})
    assert [run["label"] for run in client.get("/scans", params={"status": "succeeded"}).json()["runs"]] == ["done"]
    assert [run["label"] for run in client.get("/scans", params={"text": "wai"}).json()["runs"]] == ["waits"]
    both = client.get("/scans", params={"status": ["succeeded", "queued"]}).json()["runs"]
    assert len(both) == 2
    assert client.get("/scans", params={"min_seconds": 1e9}).json()["runs"] == []


def test_a_run_or_a_config_hash_finds_all_runs_of_the_config(client: TestClient, services: Services) -> None:
    done = HandMoved.start(services, label="done").finish()
    client.post("/scans", json={"label": "waits"})
    client.post("/scans", json={"label": "other", "config": {"min_price": 77.0}})
    for name in (done.run_id, done.run_id[-8:], done.comparability_key[:16]):
        found = client.get("/scans", params={"same_config_as": name}).json()["runs"]
        assert [run["label"] for run in found] == ["waits", "done"]
    alike = client.get("/scans", params={"comparability_key": done.comparability_key}).json()["runs"]
    assert [run["label"] for run in alike] == ["done"]
    assert client.get("/scans", params={"same_config_as": done.comparability_key}).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "cursor=@",
        "cursor=abc",
        "status=nope",
        "created_from=2020-01-01",
        "created_from=2020-01-02T00:00:00Z&created_to=2020-01-01T00:00:00Z",
        "min_seconds=2&max_seconds=1",
        "unknown=1",
        "text=%00",
    ],
)
def test_bad_list_queries_are_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/scans?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_moments_at_the_ends_of_time_do_not_break_the_store(client: TestClient, moment: str) -> None:
    assert client.get("/scans", params={"created_from": moment}).status_code == 200


def test_status_shows_the_newest_progress_until_the_end(client: TestClient, run: HandMoved) -> None:
    run.advance(3)
    answer = client.get(f"/scans/{run.run_id}")
    assert answer.json()["progress"]["seq"] == 3
    assert "retry-after" in answer.headers
    run.finish()
    answer = client.get(f"/scans/{run.run_id}")
    body = answer.json()
    assert (body["status"], body["outcome"], body["progress"]["kind"]) == ("succeeded", "complete", "run_finished")
    assert body["metrics"]["symbols_scanned"] == 398
    assert "retry-after" not in answer.headers


def test_unknown_and_ill_formed_run_ids(client: TestClient) -> None:
    for path in ("", "/events", "/results", "/results.csv", "/stream", "/failures", "/report.html"):
        answer = client.get(f"/scans/01ARZ3NDEKTSV4RRFFQ69G5FAV{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "run_not_found"), path
        assert client.get(f"/scans/a%20b{path}").status_code == 422, path


def test_events_are_paged_by_sequence_number(client: TestClient, run: HandMoved) -> None:
    run.advance(5)
    page = client.get(f"/scans/{run.run_id}/events", params={"limit": 2}).json()
    assert ([event["seq"] for event in page["events"]], page["next_after"], page["ended"]) == ([1, 2], 2, False)
    run.finish()
    page = client.get(f"/scans/{run.run_id}/events", params={"after": 2}).json()
    assert ([event["seq"] for event in page["events"]], page["next_after"], page["ended"]) == ([3, 4, 5, 6], 6, True)
    page = client.get(f"/scans/{run.run_id}/events", params={"after": 6}).json()
    assert (page["events"], page["next_after"], page["ended"]) == ([], 6, True)


def test_cancel_resume_rerun_change_delete(client: TestClient, run: HandMoved, services: Services) -> None:
    path = f"/scans/{run.run_id}"
    assert client.delete(path).status_code == 409
    assert client.post(f"{path}/resume").json()["code"] == "run_state"
    for _ in range(2):
        answer = client.post(f"{path}/cancel")
        assert (answer.status_code, answer.json()["cancel_requested"]) == (202, True)
    run.finish(RunStatus.CANCELLED)
    assert client.post(f"{path}/cancel").json()["status"] == "cancelled"
    resumed = client.post(f"{path}/resume")
    assert (resumed.status_code, resumed.json()["attempt"], resumed.json()["status"]) == (202, 2, "queued")
    assert client.post(f"{path}/cancel").json()["status"] == "cancelled"
    again = client.post(f"{path}/rerun")
    assert again.status_code == 202
    assert again.headers["location"] == f"/scans/{again.json()['run_id']}" != path
    changed = client.patch(path, json={"label": "kept", "pinned": True}).json()
    assert (changed["label"], changed["pinned"]) == ("kept", True)
    changed = client.patch(path, json={"pinned": False}).json()
    assert (changed["label"], changed["pinned"]) == ("kept", False)
    deleted = client.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(path).status_code == 404


def test_a_token_may_queue_so_many_runs(make_services: MakeServices) -> None:
    app = create_api(make_services(api_tokens=(f"ann:{TOKEN}", f"bob:{TOKEN}-of-bob"), max_queued_runs_per_token=2))
    ann, bob = ({"Authorization": f"Bearer {token}"} for token in (TOKEN, f"{TOKEN}-of-bob"))
    with open_client(app) as client:
        answers = [client.post("/scans", json={}, headers=ann) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert answers[2].json()["code"] == "limit_reached"
        assert "retry-after" in answers[2].headers
        assert client.post("/scans", json={}, headers=bob).json()["owner"] == "bob"
        assert client.post(f"/scans/{answers[0].json()['run_id']}/rerun", headers=ann).status_code == 429
        client.post(f"/scans/{answers[0].json()['run_id']}/cancel", headers=ann)
        assert client.post("/scans", json={}, headers=ann).status_code == 202


def test_a_repeat_is_answered_also_when_no_more_runs_may_wait(make_services: MakeServices) -> None:
    app = create_api(make_services(api_tokens=(f"ann:{TOKEN}",), max_queued_runs_per_token=1))
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "once"}
    with open_client(app) as client:
        first, again = (client.post("/scans", json={}, headers=headers) for _ in range(2))
        assert (first.status_code, again.status_code) == (202, 202)
        assert again.json()["run_id"] == first.json()["run_id"]
        assert client.post("/scans", json={}, headers=headers | {"Idempotency-Key": "twice"}).status_code == 429


def test_an_estimate_starts_nothing(client: TestClient) -> None:
    answer = client.post("/scans/estimate", json={"config": {"max_symbols": 3}})
    unknown = dict.fromkeys(("seconds", "low_seconds", "high_seconds", "queue_seconds"))
    assert answer.json() == {**unknown, "runs": 0}
    assert client.get("/scans").json()["runs"] == []
