"""Reading the rows of a dataset: byte for byte, page by page, never more than asked for."""

from pathlib import Path

import httpx
import pytest

from brandbrain_dagster.apify_replay.app import create_replay
from brandbrain_dagster.apify_replay.faults import Endpoint, Fault, FaultKind
from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.errors import (
    ApifyRequestError,
    ApifyUnavailableError,
)
from tests.fakes.fake_apify import FakeSleep
from tests.unit.clients.calling import ROWS, answering, call, call_served, collect, planned, start, write_data


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return write_data(tmp_path)


def test_rows_arrive_byte_for_byte(data_dir: Path) -> None:
    assert call(create_replay(data_dir), collect) == ROWS


def test_rows_over_the_limit_are_cut(data_dir: Path) -> None:
    assert call(create_replay(data_dir), lambda client: collect(client, limit=2)) == ROWS[:2]


def test_empty_first_page_is_read_once_more(data_dir: Path) -> None:
    sleep = FakeSleep()
    app = planned(data_dir, Fault(endpoint=Endpoint.ITEMS, kind=FaultKind.EMPTY_PAGE))
    assert call(app, collect, sleep) == ROWS
    assert sleep.seconds == [10.0]


def test_empty_dataset_is_read_twice_and_no_more(data_dir: Path) -> None:
    sleep = FakeSleep()
    app = planned(data_dir, Fault(endpoint=Endpoint.ITEMS, kind=FaultKind.EMPTY_PAGE, times=99))
    assert call(app, collect, sleep) == []
    assert sleep.seconds == [10.0]


def test_pages_move_by_what_was_scanned(data_dir: Path) -> None:
    offsets: list[str] = []

    def app(request: httpx.Request) -> httpx.Response:
        offset = request.url.params["offset"]
        offsets.append(offset)
        rows, scanned = {"0": ([{"a": 1}], "5"), "5": ([], "3"), "8": ([{"a": 2}], "1")}.get(offset, ([], "0"))
        return httpx.Response(200, json=rows, headers={"X-Apify-Pagination-Count": scanned})

    async def use(client: ApifyClient) -> list[bytes]:
        return [row async for row in client.stream_items("d", limit=100)]

    assert answering(app, use) == [b'{"a":1}', b'{"a":2}']
    assert offsets == ["0", "5", "8", "9"]


def test_page_that_is_too_large_is_read_in_parts() -> None:
    limits: list[int] = []

    def app(request: httpx.Request) -> httpx.Response:
        limit, offset = int(request.url.params["limit"]), int(request.url.params["offset"])
        limits.append(limit)
        row = b'"' + b"x" * 30 * 2**20 + b'"'
        return httpx.Response(200, content=b"[" + b",".join([row] * min(limit, 4 - offset)) + b"]")

    async def use(client: ApifyClient) -> list[int]:
        return [len(row) async for row in client.stream_items("d", limit=4)]

    assert answering(app, use) == [30 * 2**20 + 2] * 4
    assert limits[0] == 4
    assert max(limits[1:]) <= 2


def test_single_row_that_is_too_large_is_an_error_that_names_it() -> None:
    def app(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b'["' + b"x" * 65 * 2**20 + b'"]')

    async def use(client: ApifyClient) -> list[bytes]:
        return [row async for row in client.stream_items("d", limit=1)]

    with pytest.raises(ApifyRequestError, match="row 0 alone is over 64 MiB"):
        answering(app, use)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1", b'["\xff"]', b"[" + b"[" * 9999, b"null"])
def test_rows_that_cannot_be_read_are_read_again_and_then_an_error(body: bytes) -> None:
    calls: list[str] = []

    def app(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        return httpx.Response(200, content=body)

    async def use(client: ApifyClient) -> list[bytes]:
        return [row async for row in client.stream_items("d", limit=1)]

    with pytest.raises(ApifyUnavailableError, match="broken"):
        answering(app, use)
    assert len(calls) == 5


@pytest.mark.parametrize(
    "fault",
    [
        Fault(endpoint=Endpoint.RUN, status=429, times=2),
        Fault(endpoint=Endpoint.RUN, status=503, times=2),
        Fault(endpoint=Endpoint.RUN, kind=FaultKind.GARBAGE, times=2),
        Fault(endpoint=Endpoint.RUN, kind=FaultKind.DROP, times=2),
        Fault(endpoint=Endpoint.RUN, kind=FaultKind.HANG, times=1),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_reads_are_repeated_after_growing_waits(data_dir: Path, fault: Fault) -> None:
    sleep = FakeSleep()

    async def use(client: ApifyClient) -> str:
        return (await client.get_run(await start(client))).status

    assert call_served(planned(data_dir, fault), use, sleep) == "SUCCEEDED"
    assert len(sleep.seconds) == fault.times
    for number, seconds in enumerate(sleep.seconds):
        assert 0.5 * 2**number <= seconds <= 0.5 * 2**number + 0.5
