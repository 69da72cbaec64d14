"""Does collecting many sources take as long as the longest of them, or as long as all of them together?

A replay of Apify is really served on a port of its own; the client, the embedded ledger and the lake are the real ones.
Every run takes the same time, so the wall time over that time is the cost of waiting for many at once. Run it from the
repository: ``python benchmarks/collect.py --help``.
"""

import argparse
import asyncio
import json
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID, uuid4

import uvicorn

from brandbrain_dagster.apify_replay.app import create_replay
from brandbrain_dagster.apify_replay.serve import HOST
from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition
from brandbrain_dagster.domain.platforms.instagram import POSTS
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger.embedded_server import embedded_database_url, release_embedded_server
from brandbrain_dagster.stores.ledger.engine import Ledger, open_ledger
from brandbrain_dagster.stores.ledger.migrate import upgrade_ledger
from brandbrain_dagster.use_cases.add_source import add_source
from brandbrain_dagster.use_cases.collect_brand import collect_brand
from brandbrain_dagster.use_cases.collect_ports import ApifySlots, CollectLimits, CollectPorts
from brandbrain_dagster.use_cases.create_brand import create_brand

SOURCES = (1, 10, 16)
RUN_SECONDS = 3.0
ROWS = 20
SLOTS = 16
"""The default of BRANDBRAIN_APIFY_CONCURRENCY."""
BAR_SECONDS = 5.0
"""Most that ten sources of three seconds each may take (quality bars)."""


@contextmanager
def served_replay(data_dir: Path, run_seconds: float) -> Iterator[str]:
    """Serves a replay from a thread; gives its address."""
    app = create_replay(data_dir, run_seconds=run_seconds)
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=0, log_level="critical", timeout_graceful_shutdown=0))
    listener = server.config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def embedded_ledger(home: Path) -> Iterator[Ledger]:
    """Starts a ledger of its own."""
    ledger = open_ledger(embedded_database_url(home))
    try:
        upgrade_ledger(ledger)
        yield ledger
    finally:
        ledger.close()
        release_embedded_server(home)


def write_rows(data_dir: Path) -> None:
    """Writes the rows that every run returns."""
    rows = [
        {
            "id": str(number),
            "type": "Image",
            "shortCode": f"c{number}",
            "url": f"https://www.instagram.com/p/c{number}/",
            "caption": f"Post {number}: fresh from the oven, every morning at seven.",
            "timestamp": "2026-01-01T00:00:00.000Z",
            "likesCount": number,
        }
        for number in range(ROWS)
    ]
    folder = data_dir / POSTS.actor_id
    folder.mkdir(parents=True)
    (folder / "default.json").write_text(json.dumps(rows), encoding="utf-8")


def new_brand(ledger: Ledger, number_of_sources: int) -> UUID:
    """Makes a brand whose sources were never collected."""
    brand_id = uuid4()
    now = datetime.now(UTC)
    with ledger.begin() as conn:
        create_brand(conn, name="Nova", slug=brand_id.hex, website_url=None, brand_id=brand_id, now=now)
        for number in range(number_of_sources):
            add_source(
                conn,
                brand_id=brand_id,
                platform=POSTS.platform,
                capability=POSTS.name,
                identifier=f"nova{number}",
                settings_json={},
                source_id=uuid4(),
                now=now,
            )
    return brand_id


async def collect(brand_id: UUID, url: str, ledger: Ledger, lake: Lake) -> float:
    """Collects a brand and returns the seconds that it took."""
    async with ApifyClient(token="replayed", version="benchmark", base_url=url) as apify:  # noqa: S106
        ports = CollectPorts(
            ledger=ledger,
            lake=lake,
            apify=apify,
            limits=CollectLimits(caps={POSTS.dotted_name: ROWS}),
            slots=ApifySlots(SLOTS),
            now=lambda: datetime.now(UTC),
            new_id=uuid4,
        )
        started = perf_counter()
        status = await collect_brand(brand_id, force_refresh=False, compile_run_id=None, ports=ports)
        seconds = perf_counter() - started
    assert len(status.of(Disposition.REFRESHED)) == len(status.outcomes), status
    return seconds


def measure(rounds: int, run_seconds: float, folder: Path) -> None:
    """Prints one line a number of sources; the numbers take turns, so a busy machine slows all of them."""
    write_rows(folder / "data")
    lake = Lake(str(folder / "lake"))
    found: dict[int, list[float]] = {number: [] for number in SOURCES}
    with served_replay(folder / "data", run_seconds) as url, embedded_ledger(folder / "home") as ledger:
        for _ in range(rounds):
            for number, seconds in found.items():
                seconds.append(asyncio.run(collect(new_brand(ledger, number), url, ledger, lake)))
    print(f"{'sources':>7}  {'s each':>6}  {'wall s min/median/max':>21}  {'to longest':>10}  {'bar s':>5}")
    for number, seconds in found.items():
        middle = statistics.median(seconds)
        wall = f"{min(seconds):.2f}/{middle:.2f}/{max(seconds):.2f}"
        ratio = middle / run_seconds
        print(f"{number:>7}  {run_seconds:>6.1f}  {wall:>21}  {ratio:>9.2f}x  {BAR_SECONDS:>5.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="rounds; the middle one counts")
    parser.add_argument("--run-seconds", type=float, default=RUN_SECONDS, help="how long one replayed run takes")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        measure(chosen.rounds, chosen.run_seconds, Path(folder))


if __name__ == "__main__":
    main()
