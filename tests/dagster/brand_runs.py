"""Runs of many brands in this process, and what became of each brand."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRANDS
from brandbrain_dagster.definitions import build_defs
from brandbrain_dagster.domain.ingestion.actor_run import ActorRun
from brandbrain_dagster.jobs.abort_actor_runs import brands_config
from brandbrain_dagster.jobs.compile_batch import batch_config
from brandbrain_dagster.stores.ledger import actor_runs, compile_runs
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.use_cases.collecting import utc_now
from tests.use_cases.compiling import ready_brand, start
from tests.use_cases.replayed_brand import POSTS
from tests.workplace import Workplace

ASSETS = ("raw_apify_items", "normalized_evidence", "evidence_bundle", "feature_report", "brandbrain_snapshot")
PATIENCE_SECONDS = 30

definitions = cache(build_defs)


@dataclass(frozen=True, kw_only=True)
class Brands:
    """Brands with one source each, that are compiled in this process."""

    ledger: Ledger
    instance: dg.DagsterInstance
    place: Workplace

    def add(self, count: int) -> list[UUID]:
        """Adds brands that may be compiled, with their partitions."""
        brand_ids = [ready_brand(self.ledger, POSTS)[0] for _ in range(count)]
        self.instance.add_dynamic_partitions(str(BRANDS.name), [str(brand_id) for brand_id in brand_ids])
        return brand_ids

    def enqueue(self, brand_ids: Sequence[UUID]) -> list[UUID]:
        """Enqueues a compile of each brand."""
        return [start(self.ledger, brand_id, now=utc_now()).compile_run_id for brand_id in brand_ids]

    def run_batch(self, compile_run_ids: Sequence[UUID]) -> dg.ExecuteInProcessResult:
        """Carries compiles out as the queue's sensor launches them."""
        config = batch_config([(compile_run_id, 0) for compile_run_id in compile_run_ids])
        return self._execute("compile_batch", run_config=config)

    def run_partitions(self, first: UUID, last: UUID) -> dg.ExecuteInProcessResult:
        """Carries the pipeline out as a backfill over a range of partitions does."""
        tags = {"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)}
        return self._execute("compile_brand", tags=tags)

    def run_board(self, brand_id: UUID) -> dg.ExecuteInProcessResult:
        """Makes the board of a brand as a run from the Dagster UI does."""
        return self._execute("generate_board", partition_key=str(brand_id))

    def run_board_queue(self) -> dg.ExecuteInProcessResult:
        """Makes the boards that wait, as the queue's sensor launches them."""
        return self._execute("generate_boards")

    def run_abortion(self, brand_ids: Sequence[UUID]) -> dg.ExecuteInProcessResult:
        """Aborts the brands' orphaned actor runs, as the sensor for lost work asks for."""
        return self._execute("abort_actor_runs", run_config=brands_config(list(brand_ids)))

    def _execute(self, job: str, **options: Any) -> dg.ExecuteInProcessResult:
        run_config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}, **options.pop("run_config", {})}
        return (
            definitions()
            .resolve_job_def(job)
            .execute_in_process(instance=self.instance, run_config=run_config, raise_on_error=False, **options)
        )

    def spoil_lake(self, brand_id: UUID) -> None:
        """Puts a file where the brand's raw rows should go."""
        folder = self.place.home / "lake" / "raw_apify_items"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"brand_id={brand_id}").write_text("a file where a folder should be")

    def newest_compile(self, brand_id: UUID) -> CompileRun:
        with self.ledger.read() as conn:
            return compile_runs.list_compile_runs(conn, brand_id=brand_id)[0]

    def actor_runs(self, brand_id: UUID) -> list[ActorRun]:
        with self.ledger.read() as conn:
            return actor_runs.list_runs(conn, brand_id=brand_id)

    def materialized(self, brand_id: UUID) -> dict[str, str]:
        """The data version of each asset that Dagster knows of the brand."""
        found = {}
        for asset in ASSETS:
            filters = dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[str(brand_id)])
            for record in self.instance.fetch_materializations(filters, limit=1).records:
                tags = record.asset_materialization.tags if record.asset_materialization else None
                found[asset] = (tags or {})["dagster/data_version"]
        return found

    def checks(self, result: dg.ExecuteInProcessResult, brand_id: UUID) -> dict[str, bool]:
        """Which checks of the brand passed."""
        evaluations = result.get_asset_check_evaluations()
        return {entry.check_name: entry.passed for entry in evaluations if entry.partition == str(brand_id)}


@contextmanager
def meanwhile(is_time: Callable[[], bool], act: Callable[[], None]) -> Iterator[None]:
    """Does something, once, from another thread as soon as it is time; it must become time during the block."""
    acted = threading.Event()

    def watch() -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if is_time():
                act()
                acted.set()
                return
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        watcher.join()
    assert acted.is_set()


def interrupt() -> None:
    """Asks this process to end, as Ctrl-C and Dagster's termination of a run do."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)
