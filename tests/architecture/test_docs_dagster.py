"""What the documents say of Dagster's sensors, asset checks and jobs is what the definitions have."""

import re
from datetime import timedelta

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import PIPELINE_IS_ALIVE
from brandbrain_dagster.definitions import defs
from tests.architecture.test_docs import DOCUMENTS, ROOT

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
REPOSITORY = defs.get_repository_def()
_SENSOR_ROW = re.compile(r"^\| ((?:`\w+_sensor`(?:, )?)+) \| (\d+) s \|", re.MULTILINE)


def test_the_table_of_sensors_has_every_sensor_with_its_interval() -> None:
    rows = _SENSOR_ROW.findall(ARCHITECTURE)
    listed = {(name, int(seconds)) for names, seconds in rows for name in re.findall(r"\w+", names)}
    assert listed == {(sensor.name, sensor.minimum_interval_seconds) for sensor in REPOSITORY.sensor_defs}


def test_a_sensor_or_job_in_a_document_exists() -> None:
    known = {sensor.name for sensor in REPOSITORY.sensor_defs} | {job.name for job in REPOSITORY.get_all_jobs()}
    named = {name for path in DOCUMENTS for name in re.findall(r"`(\w+_sensor)`", path.read_text(encoding="utf-8"))}
    named |= {name for path in DOCUMENTS for name in re.findall(r"[Jj]ob `(\w+)`", path.read_text(encoding="utf-8"))}
    assert "compile_brand" in named
    assert named <= known


def test_the_asset_checks_to_watch_exist() -> None:
    (row,) = re.findall(r"^\| asset checks in the Dagster UI \|(.*)$", OPERATIONS, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) <= {key.name for key in REPOSITORY.asset_graph.asset_check_keys}


def test_the_freshness_of_assets_is_as_documented() -> None:
    (hours,) = re.findall(
        r"^\| freshness of the assets \| warns after (\d+) hours .*, fails after (\d+)", OPERATIONS, re.MULTILINE
    )
    warn, fail = (timedelta(hours=int(number)) for number in hours)
    assert dg.FreshnessPolicy.time_window(fail_window=fail, warn_window=warn) == PIPELINE_IS_ALIVE
