"""What sensors cost with many brands of which none needs anything: seconds and SQL statements a tick.

The sensors' own functions are called on a real instance, whose storage is an embedded PostgreSQL as in earnest. Run it
from the repository: ``python benchmarks/sensor_ticks.py``.
"""

import json
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import dagster as dg
from replayed_home import ANSWERS, opened_home
from sqlalchemy import Engine, event, text

from brandbrain_dagster.assets.brand_partitions import BRANDS
from brandbrain_dagster.cli.dagster_instance import dagster_instance
from brandbrain_dagster.domain.compile.brand_inputs import configuration_hash
from brandbrain_dagster.resources.compile_rules import chosen_compiler
from brandbrain_dagster.sensors import (
    automatic_compiles,
    boards,
    brand_partitions,
    compile_queue,
    fleet_benchmarks,
    lost_work,
)
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger.brands import list_brand_ids
from brandbrain_dagster.stores.ledger.engine import Ledger

NUMBERS_OF_BRANDS = (1_000, 10_000)
ROUNDS = 5
BAR_SECONDS = 1.0
"""Most that a tick may take with 10,000 brands (quality bars)."""
QUEUE = "compile_queue"
SENSORS = {
    "brand_partitions": brand_partitions.brand_partitions_sensor,
    "compile_queue": compile_queue.compile_queue_sensor,
    "compile_worker": compile_queue.compile_worker_sensor,
    "inputs_changed": automatic_compiles.inputs_changed_sensor,
    "stale_brands": automatic_compiles.stale_brands_sensor,
    "board_worker": boards.board_worker_sensor,
    "stale_boards": boards.stale_boards_sensor,
    "fleet_benchmarks": fleet_benchmarks.fleet_benchmarks_sensor,
    "lost_work": lost_work.lost_work_sensor,
}
ALL_SETTLED = """
CREATE TEMP TABLE made AS SELECT gen_random_uuid() AS id, i FROM generate_series(1, CAST(:brands AS int)) AS i;
INSERT INTO brand (id, tenant_id, name, slug, created_at)
    SELECT id, gen_random_uuid(), 'Brand', 'brand-' || id, :now FROM made;
INSERT INTO brand_onboarding SELECT id, 0, CAST(:answers AS jsonb), :now FROM made;
INSERT INTO source_connection (id, brand_id, platform, capability, identifier, is_enabled, settings_json, created_at,
        updated_at) SELECT id, id, 'instagram', 'posts', 'nova', true, '{}', :now, :now FROM made;
INSERT INTO apify_run (id, source_connection_id, brand_id, actor_id, input_json, start_nonce, apify_run_id, status,
        started_at, finished_at, has_usable_rows, usage_certainty, created_at)
    SELECT id, id, id, 'actor', '{}', '', id, 'SUCCEEDED', :now, :now, true, 'unknown', :now FROM made;
INSERT INTO compile_run (id, brand_id, status, sources_completed, sources_total, force_refresh, input_hash, inputs_json,
        evidence_status_json, draft_json, qa_report_json, llm_usage_json, attempts, max_attempts, available_at,
        created_at, finished_at, inputs_revision, configuration_hash)
    SELECT gen_random_uuid(), brand.id, 'SUCCEEDED', 1, 1, false, 'hash', '{}', '{}', '{}', '{}', '{}', 1, 3, :now,
        :now, :now, brand.inputs_revision, :configuration FROM made JOIN brand USING (id);
INSERT INTO snapshot
    SELECT gen_random_uuid(), brand_id, compile_run.id, 1, '1', '{}', '{}', 'hash', :now
    FROM compile_run JOIN made ON made.id = compile_run.brand_id;
INSERT INTO board_generation (id, brand_id, snapshot_id, requested_by, llm_usage_json, status, attempts, max_attempts,
        available_at, created_at, finished_at)
    SELECT gen_random_uuid(), brand_id, snapshot.id, 'first_run', '{}', 'SUCCEEDED', 1, 3, :now, :now, :now
    FROM snapshot JOIN made ON made.id = snapshot.brand_id;
INSERT INTO opportunities_board
    SELECT gen_random_uuid(), brand_id, board_generation.id, snapshot_id, 'error', NULL, '{}', '{}', :now
    FROM board_generation JOIN made ON made.id = board_generation.brand_id;
DROP TABLE made;
ANALYZE;
"""

DUE = """
INSERT INTO compile_run (id, brand_id, status, sources_completed, sources_total, force_refresh, inputs_json,
        evidence_status_json, draft_json, qa_report_json, llm_usage_json, attempts, max_attempts, available_at,
        created_at)
    SELECT gen_random_uuid(), id, 'PENDING', 0, 0, false, '{}', '{}', '{}', '{}', '{}', 0, 3, :now, :now FROM brand
"""


@contextmanager
def counted_statements() -> Iterator[Callable[[], int]]:
    """Yields a function that returns how many statements were sent, to the ledger or to Dagster's storage."""
    sent: list[str] = []

    def count(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield lambda: len(sent)
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def settle(ledger: Ledger, instance: dg.DagsterInstance, brands: int) -> None:
    """Adds brands that are compiled, fresh and known to Dagster."""
    settings = load_settings()
    configuration = configuration_hash(chosen_compiler(settings).identity, settings.disabled_capabilities)
    values = {
        "brands": brands,
        "now": datetime.now(UTC),
        "answers": json.dumps(ANSWERS),
        "configuration": configuration,
    }
    with ledger.begin() as conn:
        for statement in filter(str.strip, ALL_SETTLED.split(";")):
            conn.execute(text(statement), values)
        brand_ids = [str(brand_id) for brand_id in list_brand_ids(conn)]
    instance.add_dynamic_partitions(str(BRANDS.name), brand_ids)


def tick(sensor: Any, instance: dg.DagsterInstance) -> tuple[float, int, str]:
    """Returns the median seconds, the statements of the last tick, and what it said."""
    seconds, statements, said = [], 0, ""
    for _ in range(ROUNDS):
        with counted_statements() as count, dg.build_sensor_context(instance=instance) as context:
            started = perf_counter()
            result = sensor(context)
            seconds.append(perf_counter() - started)
            statements = count()
        said = str(result.skip_message) if isinstance(result, dg.SkipReason) else f"{_launches(result)} runs to launch"
    return statistics.median(seconds), statements, said


def _launches(result: Any) -> int:
    return len(result.run_requests or ()) if isinstance(result, dg.SensorResult) else 1


def print_ticks(folder: Path) -> None:
    """Prints a line for each sensor and number of brands, and for the queue with as many compiles due."""
    print(f"{'sensor':<22}  {'brands':>6}  {'s/tick':>6}  {'bar s':>5}  {'SQL':>4}  seen")
    for brands in NUMBERS_OF_BRANDS:
        with opened_home(folder / f"settled-{brands}") as ledger, dagster_instance(load_settings()) as instance:
            settle(ledger, instance, brands)
            for name, sensor in SENSORS.items():
                _print_tick(name, brands, tick(sensor, instance))
            with ledger.begin() as conn:
                conn.execute(text(DUE), {"now": datetime.now(UTC)})
            _print_tick(f"{QUEUE}, all due", brands, tick(SENSORS[QUEUE], instance))


def _print_tick(name: str, brands: int, measured: tuple[float, int, str]) -> None:
    seconds, statements, said = measured
    print(f"{name:<22}  {brands:>6,}  {seconds:>6.3f}  {BAR_SECONDS:>5.1f}  {statements:>4}  {said[:60]}", flush=True)


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        print_ticks(Path(temporary))
