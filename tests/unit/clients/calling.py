"""Calling a replay, or a made-up server, through the real client."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import httpx
from starlette.applications import Starlette

from brandbrain_dagster.apify_replay.app import create_replay
from brandbrain_dagster.apify_replay.faults import Fault, FaultPlan
from brandbrain_dagster.clients.apify.client import ApifyClient
from tests.fakes.fake_apify import TOKEN, FakeSleep, client_of, in_process_client, served

ACTOR = "apify~instagram-scraper"
ROWS = [b'{"id": "1", "n": 1.50}', b'{"id":"2"}', b'{"id": "\\u00e9", "text": "\xc3\xa9"}', b"[]", b"3"]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

Answer = TypeVar("Answer")


def write_data(tmp_path: Path) -> Path:
    (tmp_path / ACTOR).mkdir()
    (tmp_path / ACTOR / "default.json").write_bytes(b"[" + b",\n".join(ROWS) + b"]")
    return tmp_path


def call(app: Starlette, use: Callable[[ApifyClient], Awaitable[Answer]], sleep: FakeSleep | None = None) -> Answer:
    async def main() -> Answer:
        async with in_process_client(app, sleep) as client:
            return await use(client)

    return asyncio.run(main())


def call_served(
    app: Starlette, use: Callable[[ApifyClient], Awaitable[Answer]], sleep: FakeSleep | None = None
) -> Answer:
    async def main(url: str) -> Answer:
        async with client_of(url, sleep, read_timeout_seconds=0.3) as client:
            return await use(client)

    with served(app) as url:
        return asyncio.run(main(url))


def answering(
    app: Callable[[httpx.Request], httpx.Response], use: Callable[[ApifyClient], Awaitable[Answer]]
) -> Answer:
    async def main() -> Answer:
        transport = httpx.MockTransport(app)
        async with ApifyClient(token=TOKEN, version="test", sleep=FakeSleep(), transport=transport) as client:
            return await use(client)

    return asyncio.run(main())


async def start(client: ApifyClient) -> str:
    return (await client.start_run(ACTOR, {"resultsLimit": 9}, nonce="n1", max_items=9)).id


async def collect(client: ApifyClient, limit: int = 100) -> list[bytes]:
    run = await client.start_run(ACTOR, {}, nonce="n1", max_items=9)
    return [row async for row in client.stream_items(run.default_dataset_id, limit=limit)]


def planned(data_dir: Path, *faults: Fault, run_seconds: float = 0.0) -> Starlette:
    return create_replay(data_dir, faults=FaultPlan(faults), run_seconds=run_seconds)
