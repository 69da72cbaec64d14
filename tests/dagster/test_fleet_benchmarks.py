"""The asset `fleet_benchmarks` and its sensor, on a real ledger and a real lake."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import dagster as dg
import pytest

from brandbrain_dagster.domain.fleet.standing import FEWEST_BRANDS
from brandbrain_dagster.domain.normalization.evidence_frame import frame_from_items
from brandbrain_dagster.sensors.fleet_benchmarks import fleet_benchmarks_sensor
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.fleet_benchmarks import find_newest_fleet_benchmark, upsert_fleet_benchmark
from tests.dagster.brand_runs import definitions
from tests.dagster.sensing import tick
from tests.fakes.evidence_items import make_item
from tests.stores.costing import add_charge
from tests.stores.ledger_rows import add_brand
from tests.use_cases.collecting import utc_now

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "home" / "lake"))


def store_brands(lake: Lake, *numbers: int) -> None:
    for number in numbers:
        items = [make_item(f"{number}", "x" * number, brand_id=str(UUID(int=number)))]
        lake.write_evidence(brand_id=UUID(int=number), frame=frame_from_items(items))


def run(instance: dg.DagsterInstance) -> dg.AssetMaterialization:
    job = definitions().resolve_job_def("benchmark_fleet")
    result = job.execute_in_process(instance=instance)
    (made,) = result.asset_materializations_for_node("fleet_benchmarks")
    return made


def test_asset_stores_the_percentiles_and_shows_them(ledger: Ledger, lake: Lake, instance: dg.DagsterInstance) -> None:
    store_brands(lake, *range(1, FEWEST_BRANDS))
    too_few = run(instance)
    store_brands(lake, FEWEST_BRANDS)
    made = run(instance)
    with ledger.read() as conn:
        stored = find_newest_fleet_benchmark(conn)
    assert stored is not None
    assert stored.figures.platforms["instagram"]["text_length"].p50 == (FEWEST_BRANDS + 1) / 2
    assert made.metadata["brands_by_platform"].value == {"instagram": FEWEST_BRANDS}
    assert made.metadata["benchmark_id"].value == str(stored.id)
    assert f"| instagram | text_length | {FEWEST_BRANDS} |" in str(made.metadata["percentiles"].value)
    assert (made.tags or {})["dagster/data_version"] == str(stored.id)
    assert too_few.metadata["distributions"].value == 0
    assert "20 brands" in str(too_few.metadata["percentiles"].value)


def test_asset_is_made_from_the_evidence_of_all_brands() -> None:
    graph = definitions().resolve_asset_graph()
    assert graph.get(dg.AssetKey("fleet_benchmarks")).parent_keys == {dg.AssetKey("normalized_evidence")}
    assert not graph.get(dg.AssetKey("fleet_benchmarks")).is_partitioned


def test_compile_of_a_brand_does_not_compare_the_fleet() -> None:
    job = definitions().resolve_job_def("compile_brand")
    assert dg.AssetKey("fleet_benchmarks") not in job.asset_layer.executable_asset_keys


def test_sensor_asks_for_one_run_a_day_once_there_is_something_to_compare(
    ledger: Ledger, lake: Lake, instance: dg.DagsterInstance
) -> None:
    with ledger.begin() as conn:
        for number in range(FEWEST_BRANDS - 1):
            add_brand(conn, f"brand-{number}")
    assert tick(fleet_benchmarks_sensor, instance).skip_message == "too few brands for a comparison"
    with ledger.begin() as conn:
        add_charge(conn, add_brand(conn, "twentieth"), "1")
    first, second = (tick(fleet_benchmarks_sensor, instance).run_requests for _ in range(2))
    assert fleet_benchmarks_sensor.job_name == "benchmark_fleet"
    assert [entry.run_key for entry in first] == [second[0].run_key]
    run(instance)
    settled = tick(fleet_benchmarks_sensor, instance)
    assert settled.run_requests == []
    assert "at most once a day" in settled.skip_message


def test_sensor_waits_for_evidence_when_a_day_has_passed(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    run(instance)
    with ledger.begin() as conn:
        benchmark = find_newest_fleet_benchmark(conn)
        assert benchmark is not None
        upsert_fleet_benchmark(conn, figures=benchmark.figures, now=utc_now() - timedelta(days=2))
        for number in range(FEWEST_BRANDS):
            brand = add_brand(conn, f"brand-{number}")
        add_charge(conn, brand, "1")
    assert "nothing was collected" in tick(fleet_benchmarks_sensor, instance).skip_message
