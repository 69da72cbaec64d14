"""The replay answers as Apify's API description says, over files that fit the actor's input."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from brandbrain_dagster.apify_replay.app import create_replay
from brandbrain_dagster.apify_replay.dataset_files import identifiers_in
from brandbrain_dagster.apify_replay.faults import FaultPlan, RunEnding
from tests.fakes.fake_apify import served

OPENAPI = Path(__file__).parents[4] / "shared" / "data" / "openapi" / "apify-openapi.bundled.json"
ACTOR = "apify~instagram-scraper"
STARTS = f"/v2/actors/{ACTOR}/runs"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / ACTOR
    folder.mkdir()
    (folder / "nova.json").write_bytes(b'[{"id": "1", "n": 1.50}, {"id":"2"},\n {"id": "3"}]')
    (folder / "default.json").write_bytes(b'[{"id": "d"}]')
    (tmp_path / "apify~website-content-crawler").mkdir()
    return tmp_path


@contextmanager
def replaying(data_dir: Path, **options: Any) -> Iterator[httpx.Client]:
    with served(create_replay(data_dir, **options)) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture
def client(data_dir: Path) -> Iterator[httpx.Client]:
    with replaying(data_dir) as client:
        yield client


def items_of(client: httpx.Client, actor_input: Mapping[str, Any], actor: str = ACTOR, query: str = "") -> bytes:
    run = client.post(f"/v2/actors/{actor}/runs", json=actor_input).json()["data"]
    return client.get(f"/v2/datasets/{run['defaultDatasetId']}/items{query}").content


@pytest.mark.parametrize(
    "actor_input",
    [
        {"directUrls": ["https://www.instagram.com/nova/"]},
        {"username": ["@Nova"]},
        {"company_name": "nova"},
        {"startUrls": [{"url": "https://www.youtube.com/@nova?x=1"}]},
    ],
)
def test_replay_finds_the_file_of_the_identifier_in_any_input(
    client: httpx.Client, actor_input: Mapping[str, Any]
) -> None:
    assert items_of(client, actor_input) == b'[{"id": "1", "n": 1.50},{"id":"2"},{"id": "3"}]'


def test_replay_finds_the_file_of_a_site_by_its_host() -> None:
    found = list(identifiers_in({"startUrls": [{"url": "https://www.Example.com/about"}]}))
    assert found.index("example.com") > found.index("about")
    assert "www.example.com" in found


def test_replay_falls_back_to_the_default_file(client: httpx.Client) -> None:
    assert items_of(client, {"username": ["somebody"]}) == b'[{"id": "d"}]'


def test_replay_without_a_file_returns_the_actors_error_row(client: httpx.Client) -> None:
    rows = json.loads(items_of(client, {"startUrls": []}, actor="apify~website-content-crawler"))
    assert [row["error"] for row in rows] == ["no_items"]


def test_replay_applies_the_actors_own_limit_unless_told_not_to(client: httpx.Client, data_dir: Path) -> None:
    actor_input = {"username": ["nova"], "resultsLimit": 2}
    assert len(json.loads(items_of(client, actor_input))) == 2
    with replaying(data_dir, apply_result_limit=False) as unlimited:
        assert len(json.loads(items_of(unlimited, actor_input))) == 3


def test_replay_pages_rows(client: httpx.Client) -> None:
    assert items_of(client, {"username": ["nova"]}, query="?offset=1&limit=1") == b'[{"id":"2"}]'


def test_replay_lists_runs_by_time_status_and_order(client: httpx.Client) -> None:
    first = client.post(STARTS, json={}, headers={"User-Agent": "one (start/a)"}).json()["data"]
    second = client.post(f"/v2/acts/{ACTOR}/runs", json={}, headers={"User-Agent": "two"}).json()["data"]
    newest_first = client.get(STARTS, params={"desc": 1}).json()["data"]["items"]
    assert [run["id"] for run in newest_first] == [second["id"], first["id"]]
    assert newest_first[1]["meta"]["userAgent"] == "one (start/a)"
    assert client.get(STARTS, params={"startedAfter": "2999-01-01T00:00:00Z"}).json()["data"]["items"] == []
    assert client.get(STARTS, params={"status": "RUNNING,READY"}).json()["data"]["total"] == 0
    assert client.get(STARTS, params={"limit": 1, "offset": 1}).json()["data"]["items"][0]["id"] == second["id"]


def test_replay_aborts_a_run_that_is_going_on(data_dir: Path) -> None:
    with replaying(data_dir, run_seconds=3600) as client:
        run = client.post(STARTS, json={}).json()["data"]
        assert run["status"] == "RUNNING"
        assert client.post(f"/v2/actor-runs/{run['id']}/abort").json()["data"]["status"] == "ABORTED"
        assert client.get(f"/v2/actor-runs/{run['id']}").json()["data"]["status"] == "ABORTED"


def validate(document: Any, path: str, method: str, status: int) -> None:
    description = json.loads(OPENAPI.read_text())
    answer = description["paths"][path][method]["responses"][str(status)]
    if "$ref" in answer:
        answer = description["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema = answer["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**schema, "components": description["components"]}).validate(document)


@pytest.mark.skipif(not OPENAPI.exists(), reason="Apify's API description is not beside the repository")
@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "TIMED-OUT", "RUNNING"])
def test_replay_answers_as_apifys_description_says(data_dir: Path, status: str) -> None:
    endings = {ACTOR: RunEnding(status=status, status_message="As planned")}
    with replaying(data_dir, faults=FaultPlan(endings=endings)) as client:
        started = client.post(STARTS, params={"maxItems": 3}, json={"username": ["nova"]})
        validate(started.json(), "/v2/actors/{actorId}/runs", "post", 201)
        run_id = started.json()["data"]["id"]
        assert started.headers["Location"].endswith(f"{STARTS}/{run_id}")
        validate(client.get(f"/v2/actor-runs/{run_id}").json(), "/v2/actor-runs/{runId}", "get", 200)
        validate(client.get(STARTS).json(), "/v2/actors/{actorId}/runs", "get", 200)
        validate(client.post(f"/v2/actor-runs/{run_id}/abort").json(), "/v2/actor-runs/{runId}/abort", "post", 200)
        validate(client.get("/v2/users/me").json(), "/v2/users/me", "get", 200)
        items = client.get(f"/v2/datasets/{started.json()['data']['defaultDatasetId']}/items")
        validate(items.json(), "/v2/datasets/{datasetId}/items", "get", 200)
        assert {name for name in items.headers if name.startswith("x-apify")} == {
            "x-apify-pagination-count",
            "x-apify-pagination-limit",
            "x-apify-pagination-offset",
            "x-apify-pagination-total",
        }


@pytest.mark.skipif(not OPENAPI.exists(), reason="Apify's API description is not beside the repository")
def test_replay_refuses_as_apifys_description_says(client: httpx.Client) -> None:
    absent = client.post("/v2/actors/nobody~nothing/runs", json={})
    assert absent.status_code == 404
    validate(absent.json(), "/v2/actors/{actorId}/runs", "post", 404)
    broken = client.post(STARTS, content=b"{")
    assert broken.status_code == 400
    validate(broken.json(), "/v2/actors/{actorId}/runs", "post", 400)
    assert client.get("/v2/nothing").json()["error"]["type"] == "page-not-found"
    assert client.delete(STARTS).json()["error"]["type"] == "method-not-allowed"
