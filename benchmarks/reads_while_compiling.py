"""Do reads stay within their bars while the machine compiles?

`brandbrain up` on an embedded PostgreSQL in a temporary home, and Apify replayed, so the compiles are whole ones but
for the waiting. The same load is measured on the idle system and again for as long as the compiles take. Run it from
the repository: ``python benchmarks/reads_while_compiling.py --help``.
"""

import argparse
import os
import signal
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from api import P95_MS, Figures, Load, measured
from orchestration import THREADS, compile_plainly, drain, everything_up, plain_ports
from replayed_home import import_brands, opened_home, served_replay

READS = {"GET latest": "latest", "GET history": "history", "GET overrides": "overrides"}
CONNECTIONS = 16
REQUESTS = 1_000
"""Requests of one measurement: short enough for several of each kind while the compiles run."""


def loads(brand_ids: Sequence[UUID]) -> list[Load]:
    ids = [str(brand_id) for brand_id in brand_ids]
    return [
        Load(name, "GET", f"/api/brands/{{brand}}/brandbrain/{path}", CONNECTIONS, REQUESTS, ids)
        for name, path in READS.items()
    ]


def rounds(brand_ids: Sequence[UUID], port: int, *, go_on: Callable[[int], bool]) -> dict[str, list[Figures]]:
    """Measures all reads in turn for as long as it is said to."""
    found: dict[str, list[Figures]] = {name: [] for name in READS}
    done = 0
    while go_on(done):
        for load in loads(brand_ids):
            found[load.name].append(measured(load, port))
        done += 1
    return found


def print_table(kinds: dict[str, dict[str, list[Figures]]]) -> None:
    print(f"{'':16}{'while':12}{'rounds':>7}{'p50 ms':>9}{'p95 ms':>9}{'req/s':>9}  bar")
    for name in READS:
        for kind, found in kinds.items():
            p50, p95, per_second = (
                statistics.median(getattr(figures, field) for figures in found[name])
                for field in ("p50", "p95", "per_second")
            )
            judged = f"p95 <= {P95_MS[name]} ms: {'holds' if p95 <= P95_MS[name] else 'MISSED'}"
            print(f"{name:16}{kind:12}{len(found[name]):7}{p50:9.2f}{p95:9.2f}{per_second:9.0f}  {judged}")


def compiling(pool: ThreadPoolExecutor, compile_all: Callable[[], float]) -> Iterator[bool]:
    """Begins the compiles, and says again and again whether they still run."""
    seconds = pool.submit(compile_all)
    while not seconds.done():
        yield True
    print(f"compiles took {seconds.result():.1f} s beside the reads", flush=True)
    yield False


def measure(fleet: int, idle_rounds: int) -> None:
    with TemporaryDirectory() as folder, served_replay(Path(folder) / "data") as url:
        os.environ.update({"APIFY_API_BASE_URL": url, "APIFY_TOKEN": "replayed"})
        with opened_home(Path(folder) / "home") as ledger:
            brand_ids = import_brands(ledger, fleet)
            with plain_ports() as ports:
                compile_plainly(brand_ids, ports, threads=THREADS)
            with everything_up(ledger, brand_ids[0], with_worker=True) as up, ThreadPoolExecutor(1) as pool:
                rounds(brand_ids, up.api_port, go_on=lambda done: done < 1)  # warms up
                idle = rounds(brand_ids, up.api_port, go_on=lambda done: done < idle_rounds)
                print(f"{fleet} compiles alone took {drain(ledger, brand_ids):.1f} s", flush=True)
                states = compiling(pool, lambda: drain(ledger, brand_ids))
                busy = rounds(brand_ids, up.api_port, go_on=lambda _: next(states))
    print_table({"idle": idle, "compiling": busy})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fleet", type=int, default=200, help="brands that are compiled at once")
    parser.add_argument("--rounds", type=int, default=5, help="rounds on the idle system")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    measure(chosen.fleet, chosen.rounds)


if __name__ == "__main__":
    main()
