"""Reading, waiting and aborting: what is repeated, and what the client keeps to itself."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from brandbrain_dagster.apify_replay.app import create_replay
from brandbrain_dagster.apify_replay.faults import Endpoint, Fault, FaultKind, FaultPlan, RunEnding
from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.errors import (
    ApifyCredentialsError,
    ApifyNotFoundError,
    ApifyPollTimeoutError,
    ApifyUnavailableError,
    ConfigurationError,
)
from tests.fakes.fake_apify import TOKEN, FakeSleep
from tests.unit.clients.calling import ACTOR, answering, call, call_served, planned, start, write_data


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return write_data(tmp_path)


def test_list_of_runs_leaves_out_those_before_the_time(data_dir: Path) -> None:
    async def use(client: ApifyClient) -> int:
        await start(client)
        return len(await client.list_runs_since(ACTOR, datetime.now(UTC) + timedelta(hours=1)))

    assert call(create_replay(data_dir), use) == 0


def test_abort_is_repeated(data_dir: Path) -> None:
    app = planned(data_dir, Fault(endpoint=Endpoint.ABORT, status=500, is_after=True), run_seconds=3600)

    async def use(client: ApifyClient) -> str:
        return (await client.abort_run(await start(client))).status

    assert call(app, use) == "ABORTED"


def test_new_run_may_be_absent_for_a_moment(data_dir: Path) -> None:
    sleep = FakeSleep()
    app = planned(data_dir, Fault(endpoint=Endpoint.RUN, status=404, error_type="record-not-found", times=4))

    async def use(client: ApifyClient) -> str:
        return (await client.wait_for_run(await start(client), timeout_seconds=5, is_new=True)).status

    assert call(app, use, sleep) == "SUCCEEDED"
    assert sleep.seconds == [0.25] * 4


def test_new_run_that_stays_absent_is_given_up_after_three_seconds(data_dir: Path) -> None:
    sleep = FakeSleep()
    app = planned(data_dir, Fault(endpoint=Endpoint.RUN, status=404, error_type="record-not-found", times=99))

    async def use(client: ApifyClient) -> str:
        return (await client.get_run(await start(client), is_new=True)).status

    with pytest.raises(ApifyNotFoundError):
        call(app, use, sleep)
    assert sum(sleep.seconds) == 3.0


def test_wait_returns_a_run_that_ended_badly(data_dir: Path) -> None:
    ending = RunEnding(status="FAILED", status_message="Login required")
    app = create_replay(data_dir, faults=FaultPlan(endings={ACTOR: ending}))

    async def use(client: ApifyClient) -> tuple[str, str | None]:
        run = await client.wait_for_run(await start(client), timeout_seconds=5)
        return run.status, run.status_message

    assert call(app, use) == ("FAILED", "Login required")


@pytest.mark.parametrize("status", ["RUNNING", "TIMING-OUT", "ABORTING", "HIBERNATING"])
def test_wait_takes_every_status_that_is_not_an_end_for_running(data_dir: Path, status: str) -> None:
    endings = {ACTOR: RunEnding(status=status, status_message="")}
    app = create_replay(data_dir, faults=FaultPlan(endings=endings))

    async def use(client: ApifyClient) -> None:
        await client.wait_for_run(await start(client), timeout_seconds=0.1)

    with pytest.raises(ApifyPollTimeoutError):
        call(app, use)


def test_wait_ends_at_its_deadline_though_apify_hangs(data_dir: Path) -> None:
    app = planned(data_dir, Fault(endpoint=Endpoint.RUN, kind=FaultKind.HANG, times=99))

    async def use(client: ApifyClient) -> None:
        await client.wait_for_run(await start(client), timeout_seconds=0.2)

    with pytest.raises(ApifyPollTimeoutError):
        call_served(app, use)


@pytest.mark.parametrize("run_id", ["../../v2/users/me", "a/b", "", "x" * 65, "a\n", "a b"])
def test_ids_that_could_change_a_path_are_refused(run_id: str) -> None:
    def app(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": {"id": run_id, "status": "READY", "defaultDatasetId": "d"}})

    with pytest.raises(ApifyUnavailableError):
        answering(app, lambda client: client.get_run("r"))


def test_account_of_the_token_is_read(data_dir: Path) -> None:
    user = call(create_replay(data_dir), lambda client: client.get_current_user())
    assert user.username == "apify-replay"


def test_token_travels_in_the_header_and_nowhere_else(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[httpx.Request] = []

    def app(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(401, json={"error": {"type": "invalid-token", "message": "no"}})

    with caplog.at_level(logging.DEBUG), pytest.raises(ApifyCredentialsError) as caught:
        answering(app, start)
    assert seen[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in str(seen[0].url)
    assert TOKEN not in str(caught.value)
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "é"])
def test_token_that_cannot_be_one_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ConfigurationError, match="APIFY_TOKEN") as caught:
        ApifyClient(token=token, version="test")
    assert "a b" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "api.apify.com", "ftp://x", "http://", "http://user:secret@x", "http://host:port"])
def test_base_url_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="APIFY_API_BASE_URL") as caught:
        ApifyClient(token=TOKEN, version="test", base_url=url)
    assert "secret" not in str(caught.value)
