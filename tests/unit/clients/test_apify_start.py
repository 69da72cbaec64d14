"""Starting a run: repeated only where nothing can have happened."""

import json
from pathlib import Path

import httpx
import pytest

from brandbrain_dagster.apify_replay.app import create_replay
from brandbrain_dagster.apify_replay.faults import Endpoint, Fault, FaultKind
from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.clients.apify.responses import Run
from brandbrain_dagster.domain.ingestion.lost_run import find_lost_run
from brandbrain_dagster.errors import (
    ApifyCredentialsError,
    ApifyError,
    ApifyNotFoundError,
    ApifyPaymentError,
    ApifyRequestError,
    ApifyStartUnknownError,
    ApifyUnavailableError,
)
from tests.fakes.fake_apify import FakeSleep, replay_of
from tests.unit.clients.calling import ACTOR, LONG_AGO, answering, call, call_served, planned, start, write_data


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return write_data(tmp_path)


def test_start_can_be_found_again_by_its_nonce(data_dir: Path) -> None:
    async def use(client: ApifyClient) -> tuple[str, list[Run]]:
        return await start(client), await client.list_runs_since(ACTOR, LONG_AGO)

    run_id, runs = call(create_replay(data_dir), use)
    found = find_lost_run(runs, "n1")
    assert found is not None
    assert found.id == run_id
    assert find_lost_run(runs, "n") is None


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, ApifyRequestError), (401, ApifyCredentialsError), (402, ApifyPaymentError), (404, ApifyNotFoundError)],
)
def test_refusals_are_not_repeated(data_dir: Path, status: int, error: type[ApifyError]) -> None:
    sleep = FakeSleep()
    app = planned(data_dir, Fault(endpoint=Endpoint.START, status=status, error_type="x"))
    with pytest.raises(error):
        call(app, start, sleep)
    assert sleep.seconds == []
    assert replay_of(app).runs.started_count == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(endpoint=Endpoint.START, status=500),
        Fault(endpoint=Endpoint.START, status=502, is_after=True),
        Fault(endpoint=Endpoint.START, status=408),
        Fault(endpoint=Endpoint.START, kind=FaultKind.DROP, is_after=True),
        Fault(endpoint=Endpoint.START, kind=FaultKind.GARBAGE, is_after=True),
        Fault(endpoint=Endpoint.START, kind=FaultKind.HANG, is_after=True),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_start_that_may_have_happened_is_not_repeated(data_dir: Path, fault: Fault) -> None:
    app = planned(data_dir, fault)
    with pytest.raises(ApifyStartUnknownError):
        call_served(app, start)
    assert replay_of(app).runs.started_count == int(fault.is_after)


def test_start_after_rate_limit_is_repeated(data_dir: Path) -> None:
    sleep = FakeSleep()
    app = planned(data_dir, Fault(endpoint=Endpoint.START, status=429, times=3))
    call(app, start, sleep)
    assert len(sleep.seconds) == 3
    assert replay_of(app).runs.started_count == 1


def test_start_on_a_refused_connection_is_repeated_until_it_is_given_up() -> None:
    attempts: list[str] = []

    def app(request: httpx.Request) -> httpx.Response:
        attempts.append(request.method)
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(ApifyUnavailableError):
        answering(app, start)
    assert attempts == ["POST"] * 5


def test_start_without_room_waits_long_and_gives_up_at_the_deadline(data_dir: Path) -> None:
    sleep = FakeSleep()
    no_room = Fault(endpoint=Endpoint.START, status=400, error_type="actor-memory-limit-exceeded", times=99)
    with pytest.raises(ApifyUnavailableError, match="number of simultaneous runs"):
        call(planned(data_dir, no_room), start, sleep)
    assert min(sleep.seconds) >= 10
    assert 120 <= sum(sleep.seconds) <= 120 + 65


def test_start_sends_input_caps_and_nonce() -> None:
    seen: list[httpx.Request] = []

    def app(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"data": {"id": "r", "status": "READY", "defaultDatasetId": "d"}})

    answering(app, start)
    assert seen[0].url.path == f"/v2/actors/{ACTOR}/runs"
    assert dict(seen[0].url.params) == {"maxItems": "9"}
    assert json.loads(seen[0].content) == {"resultsLimit": 9}
    assert seen[0].headers["User-Agent"] == "brandbrain/test (start/n1)"
