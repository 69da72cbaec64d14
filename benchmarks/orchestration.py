"""How long one waits for a compile, how many brands a minute brings, and what sensors cost that find nothing to do.

Everything is real but Apify, which is a served replay: `brandbrain up` on an embedded PostgreSQL in a temporary home,
its daemon, code server and runs. The evidence is fresh, so nothing is collected, and nobody edits: what is measured is
orchestration. Beside it the ceiling: the same compile called as a function in one warm process, without Dagster. A
kickoff is a row in the queue, as the API inserts it. Run it from the repository:
``python benchmarks/orchestration.py --help``.
"""

import argparse
import logging
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
from replayed_home import import_brands, opened_home, served_replay
from sensor_ticks import print_ticks
from sqlalchemy import text

from brandbrain_dagster.apify_replay.serve import HOST
from brandbrain_dagster.assets.brand_events import BrandEvent, BrandEvents
from brandbrain_dagster.assets.brand_profile import PIPELINE
from brandbrain_dagster.assets.brand_run import run_brand
from brandbrain_dagster.assets.compile_ports import CompilePorts
from brandbrain_dagster.domain.compile.brand_inputs import configuration_hash
from brandbrain_dagster.resources.apify import ApifyResource
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.compile_rules import chosen_compiler
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import compile_runs
from brandbrain_dagster.stores.ledger.engine import Ledger

LATENCY_BAR_SECONDS = 5.0
BRANDS_PER_MINUTE_BAR = 1000
PLAIN_BAR_MS = 50
"""Quality bars."""
STOP_SECONDS = 60
READY_SECONDS = 180
ROUNDS = 3
THREADS = 16
"""The default of BRANDBRAIN_APIFY_CONCURRENCY: as many brands are compiled at once in a run."""
APART = 12


LAUNCH = """
mutation Launch($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename } }
"""


class Unheard(BrandEvents):
    """Nobody is told of anything."""

    def __init__(self) -> None:
        pass

    def log(self, event: BrandEvent) -> None:
        """Forgets it."""


@contextmanager
def plain_ports() -> Iterator[CompilePorts]:
    """Yields what a compile needs, without a Dagster run around it."""
    outside: Any = SimpleNamespace(run=None)
    settings, ledger, apify = load_settings(), LedgerResource(), ApifyResource()
    ledger.setup_for_execution(outside)
    try:
        yield CompilePorts(
            run_id=str(uuid4()),
            ledger=ledger,
            lake=Lake(settings.lake_location),
            apify=apify,
            clock=ClockResource(),
            settings=settings,
            log=logging.getLogger("brandbrain"),  # type: ignore[arg-type]
            events=Unheard(),
            is_being_cancelled=lambda: False,
        )
    finally:
        apify.teardown_after_execution(outside)
        ledger.teardown_after_execution(outside)


def compile_plainly(brand_ids: Sequence[UUID], ports: CompilePorts, *, threads: int = 1) -> list[float]:
    """Compiles brands as functions, and returns the seconds that each took."""

    def compile_one(brand_id: UUID) -> float:
        started = perf_counter()
        run_brand(brand_id, PIPELINE, compile_run_id=None, ports=ports)
        return perf_counter() - started

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(compile_one, brand_ids))


@dataclass(frozen=True)
class Up:
    """A running `brandbrain up`; the Dagster UI is there unless a worker is warm."""

    api_port: int
    ui: httpx.Client


@contextmanager
def everything_up(ledger: Ledger, brand_id: UUID, *, with_worker: bool) -> Iterator[Up]:
    """Runs `brandbrain up` and proves with a compile that it is warm."""
    api_port, ui_port = free_port(), free_port()
    command = [sys.executable, "-P", "-m", "brandbrain_dagster", "up", "--api-port", str(api_port)]
    command += ["--no-ui"] if with_worker else ["--ui-port", str(ui_port)]
    environment = {**os.environ, "BRANDBRAIN_WARM_WORKER": str(with_worker).lower()}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        drain(ledger, [brand_id])
        if with_worker:
            drain(ledger, [brand_id])  # the first one may have been a run's of its own
        with httpx.Client(base_url=f"http://{HOST}:{ui_port}", timeout=60) as ui:
            yield Up(api_port, ui)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()  # its warden ends the rest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def enqueue(ledger: Ledger, brand_ids: Sequence[UUID]) -> None:
    now = datetime.now(UTC)
    settings = load_settings()
    configuration = configuration_hash(chosen_compiler(settings).identity, settings.disabled_capabilities)
    with ledger.begin() as conn:
        for brand_id in brand_ids:
            compile_runs.insert_compile_run(
                conn,
                compile_run_id=uuid4(),
                brand_id=brand_id,
                force_refresh=False,
                available_at=now,
                now=now,
                configuration_hash=configuration,
            )


def published(ledger: Ledger) -> int:
    with ledger.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM snapshot")).scalar_one())


def drain(ledger: Ledger, brand_ids: Sequence[UUID]) -> float:
    """Enqueues compiles of all brands at once, and returns the seconds until the last one has published."""
    wanted = published(ledger) + len(brand_ids)
    started = perf_counter()
    enqueue(ledger, brand_ids)
    wait_for(ledger, wanted)
    return perf_counter() - started


def wait_for(ledger: Ledger, wanted: int) -> None:
    deadline = perf_counter() + READY_SECONDS + wanted
    while published(ledger) < wanted:
        assert perf_counter() < deadline, "the compiles do not end"
        sleep(0.02)


def kick_off_alone(ledger: Ledger, brand_ids: Sequence[UUID]) -> list[float]:
    """Returns the seconds of one compile after the other, each begun at another moment of the worker's polling."""
    chance, seconds = random.Random(7), []
    for brand_id in brand_ids:
        sleep(chance.uniform(1, 3))
        seconds.append(drain(ledger, [brand_id]))
    return seconds


def launch_apart(ledger: Ledger, brand_ids: Sequence[UUID], ui: httpx.Client) -> float:
    """Launches a run for each brand, as from the UI, and returns the seconds until the last one has published."""
    wanted = published(ledger) + len(brand_ids)
    selector = {
        "repositoryLocationName": "brandbrain_dagster.definitions",
        "repositoryName": "__repository__",
        "jobName": "compile_brand",
    }
    started = perf_counter()
    for brand_id in brand_ids:
        tags = [{"key": "dagster/partition", "value": str(brand_id)}]
        params = {"selector": selector, "runConfigData": {}, "executionMetadata": {"tags": tags}}
        answer = ui.post("/graphql", json={"query": LAUNCH, "variables": {"params": params}}).json()
        assert answer["data"]["launchRun"]["__typename"] == "LaunchRunSuccess", answer
    wait_for(ledger, wanted)
    return perf_counter() - started


def print_line(what: str, figure: str, bar: str = "") -> None:
    print(f"{what:<62}  {figure:<32}  {bar}".rstrip(), flush=True)


def latency(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"p50 {statistics.median(ordered):.2f} s, p95 {p95:.2f} s"


def per_minute(brands: int, seconds: float) -> str:
    return f"{brands / seconds * 60:,.0f} a minute ({seconds:.1f} s)"


def measure(fleet: int, few: int, samples: int) -> None:
    """Prints a line a measurement; the ceiling comes first, while the fleet is made."""
    with TemporaryDirectory() as folder, served_replay(Path(folder) / "data") as url:
        os.environ.update({"APIFY_API_BASE_URL": url, "APIFY_TOKEN": "replayed"})
        with opened_home(Path(folder) / "home") as ledger:
            brand_ids = import_brands(ledger, fleet)
            with plain_ports() as ports:
                compile_plainly(brand_ids, ports, threads=THREADS)
                plain = compile_plainly(brand_ids[:few], ports)
                started = perf_counter()
                compile_plainly(brand_ids[:few], ports, threads=THREADS)
                at_once = perf_counter() - started
            print_line("a compile as a function", f"{statistics.median(plain) * 1000:.0f} ms", f"<= {PLAIN_BAR_MS} ms")
            print_line(f"{few:,} compiles as functions, {THREADS} at once", per_minute(few, at_once))
            _measure_with_worker(ledger, brand_ids, few, samples)
            _measure_without_worker(ledger, brand_ids, samples)
        print()
        print_ticks(Path(folder))


def _measure_with_worker(ledger: Ledger, brand_ids: Sequence[UUID], few: int, samples: int) -> None:
    with everything_up(ledger, brand_ids[0], with_worker=True):
        alone = kick_off_alone(ledger, brand_ids[:samples])
        print_line("kickoff to SUCCEEDED, warm worker", latency(alone), f"p95 <= {LATENCY_BAR_SECONDS:.0f} s")
        seconds = statistics.median(drain(ledger, brand_ids[:few]) for _ in range(ROUNDS))
        print_line(f"{few:,} brands kicked off at once", per_minute(few, seconds))
        seconds = drain(ledger, brand_ids)
        bar = f">= {BRANDS_PER_MINUTE_BAR:,} a minute"
        print_line(f"{len(brand_ids):,} brands kicked off at once", per_minute(len(brand_ids), seconds), bar)


def _measure_without_worker(ledger: Ledger, brand_ids: Sequence[UUID], samples: int) -> None:
    with everything_up(ledger, brand_ids[0], with_worker=False) as up:
        alone = kick_off_alone(ledger, brand_ids[: max(1, samples // 4)])
        print_line("kickoff to SUCCEEDED, a run launched for it", latency(alone))
        seconds = launch_apart(ledger, brand_ids[:APART], up.ui)
        print_line(f"{APART} brands, a run each (more take proportionally longer)", per_minute(APART, seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fleet", type=int, default=1_000, help="brands of the large batch")
    parser.add_argument("--few", type=int, default=100, help="brands of the small batch")
    parser.add_argument("--samples", type=int, default=20, help="single compiles with the warm worker")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    measure(chosen.fleet, chosen.few, chosen.samples)


if __name__ == "__main__":
    main()
