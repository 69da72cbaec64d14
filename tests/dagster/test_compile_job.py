"""The assets on a real ledger, a real lake and a served replay, as a run from the UI would execute them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import dagster as dg
import pytest

from brandbrain_dagster.apify_replay.faults import FaultPlan, RunEnding
from brandbrain_dagster.assets.brand_partitions import BRANDS
from brandbrain_dagster.definitions import build_defs
from brandbrain_dagster.stores.ledger import actor_runs, bundles, compile_runs, snapshots
from brandbrain_dagster.stores.ledger.brand_lock import brand_lock
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.import_brand import import_brand, read_brand_file
from tests.use_cases.collecting import INSTAGRAM, LINKEDIN
from tests.use_cases.replayed_brand import instagram_rows, linkedin_rows, write_rows
from tests.workplace import ANSWERS, Workplace, workplace

ASSETS = ("raw_apify_items", "normalized_evidence", "evidence_bundle", "feature_report", "brandbrain_snapshot")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    write_rows(tmp_path / "data", INSTAGRAM, instagram_rows(12))
    write_rows(tmp_path / "data", LINKEDIN, linkedin_rows(9))
    return tmp_path / "data"


@pytest.fixture
def place(tmp_path: Path, ledger_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workplace]:
    with workplace(tmp_path / "home", ledger_url, data_dir) as place:
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        yield place


@pytest.fixture
def brand_id(ledger: Ledger, place: Workplace) -> UUID:
    sources = [
        {"platform": "instagram", "capability": "posts", "identifier": "nova"},
        {"platform": "linkedin", "capability": "company_posts", "identifier": "nova"},
    ]
    content = {"brand": {"name": "Nova"}, "onboarding": {"answers": ANSWERS}, "sources": sources}
    file = read_brand_file(content)
    return import_brand(file, ledger=ledger, now=datetime.now(UTC), new_id=uuid4).brand.id


@pytest.fixture
def instance(brand_id: UUID) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(BRANDS.name), [str(brand_id)])
        yield instance


def run_job(instance: dg.DagsterInstance, brand_id: UUID, *assets: str) -> dg.ExecuteInProcessResult:
    job = build_defs().resolve_job_def("compile_brand")
    return job.execute_in_process(
        instance=instance,
        partition_key=str(brand_id),
        asset_selection=[dg.AssetKey(name) for name in assets] or None,
        raise_on_error=False,
    )


def materializations(
    instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult
) -> dict[str, dg.AssetMaterialization]:
    """What the instance has stored of the run, in the order in which it was."""
    records = instance.get_records_for_run(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    events = [record.event_log_entry.asset_materialization for record in records]
    return {event.asset_key.to_user_string(): event for event in events if event is not None}


def observations(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> list[dg.AssetObservation]:
    records = instance.get_records_for_run(result.run_id, of_type=dg.DagsterEventType.ASSET_OBSERVATION).records
    return [event for record in records if (event := record.event_log_entry.asset_observation) is not None]


def data_version(materialization: dg.AssetMaterialization) -> str | None:
    return (materialization.tags or {}).get("dagster/data_version")


def test_job_materializes_every_asset_and_publishes_a_snapshot(
    instance: dg.DagsterInstance, brand_id: UUID, ledger: Ledger
) -> None:
    result = run_job(instance, brand_id)
    assert result.success
    made = materializations(instance, result)
    assert tuple(made) == ASSETS
    assert made["raw_apify_items"].metadata["sources_refreshed"].value == 2
    assert made["normalized_evidence"].metadata["dagster/row_count"].value == 14
    assert made["evidence_bundle"].metadata["items"].value == 14
    assert "We mend bicycles." in str(made["brandbrain_snapshot"].metadata["profile"].value)
    with ledger.read() as conn:
        snapshot = snapshots.find_newest_snapshot(conn, brand_id=brand_id)
        (run,) = compile_runs.list_compile_runs(conn, brand_id=brand_id)
    assert snapshot is not None
    assert snapshot.version == 1
    assert run.status is WorkStatus.SUCCEEDED
    assert run.dagster_run_id == result.run_id
    assert [outcome["item_count"] for outcome in run.evidence_status_json["refreshed"]] == [8, 6]


def test_every_asset_check_passes_and_names_the_brand(instance: dg.DagsterInstance, brand_id: UUID) -> None:
    evaluations = run_job(instance, brand_id).get_asset_check_evaluations()
    assert {evaluation.asset_key.to_user_string() for evaluation in evaluations} == set(ASSETS)
    assert all(evaluation.passed for evaluation in evaluations)
    assert {evaluation.partition for evaluation in evaluations} == {str(brand_id)}


def test_second_run_reuses_the_evidence_and_keeps_its_data_versions(
    instance: dg.DagsterInstance, brand_id: UUID, place: Workplace
) -> None:
    first, second = (materializations(instance, run_job(instance, brand_id)) for _ in range(2))
    assert place.started_runs == 2
    for asset in ASSETS[:-1]:
        assert data_version(first[asset])
        assert data_version(first[asset]) == data_version(second[asset])
    assert second["brandbrain_snapshot"].metadata["version"].value == 2


def test_inputs_are_observed_with_the_hash_of_their_content(instance: dg.DagsterInstance, brand_id: UUID) -> None:
    seen = []
    for _ in range(2):
        result = run_job(instance, brand_id)
        observed = observations(instance, result)
        assert {observation.partition for observation in observed} == {str(brand_id)}
        seen.append({o.asset_key.to_user_string(): (o.tags or {})["dagster/data_version"] for o in observed})
    assert set(seen[0]) == {"source_connections", "brand_onboarding", "brand_overrides"}
    assert seen[0] == seen[1]


def test_part_of_the_pipeline_by_hand_is_no_compile(
    instance: dg.DagsterInstance, brand_id: UUID, ledger: Ledger
) -> None:
    assert run_job(instance, brand_id, "raw_apify_items", "normalized_evidence").success
    with ledger.read() as conn:
        assert compile_runs.list_compile_runs(conn, brand_id=brand_id) == []
        assert len(actor_runs.list_runs(conn, brand_id=brand_id)) == 2


def test_assets_materialized_one_by_one_end_in_a_published_snapshot(
    instance: dg.DagsterInstance, brand_id: UUID, ledger: Ledger, place: Workplace
) -> None:
    for asset in ASSETS:
        assert run_job(instance, brand_id, asset).success, asset
    with ledger.read() as conn:
        (run,) = compile_runs.list_compile_runs(conn, brand_id=brand_id)
    assert run.status is WorkStatus.SUCCEEDED
    assert [outcome["reason"] for outcome in run.evidence_status_json["reused"]] == ["as collected before"] * 2
    assert place.started_runs == 2


def test_snapshot_by_hand_without_a_bundle_fails_in_words(
    instance: dg.DagsterInstance, brand_id: UUID, ledger: Ledger
) -> None:
    result = run_job(instance, brand_id, "brandbrain_snapshot")
    assert not result.success
    with ledger.read() as conn:
        (run,) = compile_runs.list_compile_runs(conn, brand_id=brand_id)
    assert run.status is WorkStatus.FAILED
    assert "materialize evidence_bundle first" in str(run.error)


def test_source_that_fails_is_reported_and_does_not_stop_the_compile(
    tmp_path: Path,
    ledger_url: str,
    data_dir: Path,
    brand_id: UUID,
    instance: dg.DagsterInstance,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = FaultPlan(endings={LINKEDIN: RunEnding(status="FAILED", status_message="The site said no.")})
    with workplace(tmp_path / "home", ledger_url, data_dir, faults=plan) as place:
        monkeypatch.setenv("APIFY_API_BASE_URL", place.environment["APIFY_API_BASE_URL"])
        result = run_job(instance, brand_id)
    assert result.success
    failed_checks = {
        evaluation.check_name for evaluation in result.get_asset_check_evaluations() if not evaluation.passed
    }
    assert failed_checks == {"brand_is_fresh"}
    with ledger.read() as conn:
        (run,) = compile_runs.list_compile_runs(conn, brand_id=brand_id)
        snapshot = snapshots.find_newest_snapshot(conn, brand_id=brand_id)
    assert [outcome["source"] for outcome in run.evidence_status_json["failed"]] == ["linkedin.company_posts"]
    assert snapshot is not None
    assert any("The site said no." in sentence for sentence in snapshot.snapshot_json["meta"]["missing_inputs"])


def test_brand_that_another_process_works_on_is_left_alone(
    instance: dg.DagsterInstance, brand_id: UUID, ledger: Ledger, place: Workplace
) -> None:
    with brand_lock(ledger, brand_id) as is_ours:
        assert is_ours
        assert not run_job(instance, brand_id).success
    assert place.started_runs == 0
    with ledger.read() as conn:
        assert compile_runs.list_compile_runs(conn, brand_id=brand_id) == []


def test_lake_that_cannot_be_written_sends_the_compile_back_to_the_queue_until_attempts_run_out(
    instance: dg.DagsterInstance, brand_id: UUID, ledger: Ledger, place: Workplace
) -> None:
    place.home.mkdir()
    (place.home / "lake").mkdir()
    (place.home / "lake" / "raw_apify_items").write_text("a file where a folder should be")
    statuses = []
    for _ in range(3):
        assert not run_job(instance, brand_id).success
        with ledger.read() as conn:
            run = compile_runs.list_compile_runs(conn, brand_id=brand_id)[0]
        statuses.append((run.status, run.attempts))
    assert statuses == [(WorkStatus.PENDING, 1), (WorkStatus.PENDING, 2), (WorkStatus.FAILED, 3)]
    assert "the lake" in str(run.error)
    (place.home / "lake" / "raw_apify_items").unlink()
    assert run_job(instance, brand_id).success
    assert place.started_runs == 2


def test_features_of_a_bundle_whose_evidence_changed_are_refused(
    instance: dg.DagsterInstance, brand_id: UUID, data_dir: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_job(instance, brand_id).success
    write_rows(data_dir, INSTAGRAM, [{**row, "likesCount": 999} for row in instagram_rows(12)])
    monkeypatch.setenv("BRANDBRAIN_APIFY_RUN_TTL_HOURS", "0")
    assert run_job(instance, brand_id, "raw_apify_items", "normalized_evidence").success
    assert not run_job(instance, brand_id, "feature_report").success
    assert run_job(instance, brand_id, "evidence_bundle", "feature_report").success
    with ledger.read() as conn:
        assert bundles.find_newest_bundle(conn, brand_id=brand_id) is not None


def test_assets_say_what_they_are_and_who_owns_them() -> None:
    graph = build_defs().resolve_asset_graph()
    for name in ASSETS:
        node = graph.get(dg.AssetKey(name))
        assert node.description
        assert node.owners
        assert node.kinds
        assert node.code_version
        assert node.group_name == "brand_profile"
        assert node.freshness_policy
        assert graph.get_check_keys_for_assets({node.key})
    for name in ("brand_onboarding", "brand_overrides", "source_connections"):
        assert graph.get(dg.AssetKey(name)).is_external
