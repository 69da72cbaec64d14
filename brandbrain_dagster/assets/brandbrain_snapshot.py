"""Asset `brandbrain_snapshot`: the published brand profile."""

from typing import Any
from uuid import UUID

import dagster as dg
import msgspec

from brandbrain_dagster.assets.brand_checks import brand_check
from brandbrain_dagster.assets.brand_work import BrandWork
from brandbrain_dagster.assets.evidence_status_metadata import evidence_status_metadata
from brandbrain_dagster.assets.input_observations import observe_answers
from brandbrain_dagster.assets.pipeline_step import pipeline_step
from brandbrain_dagster.domain.bundling.selection import EvidenceBundle
from brandbrain_dagster.domain.compile.citations import citation_problems
from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.export.excerpt import profile_excerpt
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.domain.normalization.sightings import by_id
from brandbrain_dagster.errors import LeaseLostError
from brandbrain_dagster.stores.ledger import brands, compile_progress
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from brandbrain_dagster.use_cases.bundle_brand import load_bundle, load_feature_report
from brandbrain_dagster.use_cases.collected_evidence import standing_evidence_status
from brandbrain_dagster.use_cases.compiler_choice import COMPILER
from brandbrain_dagster.use_cases.publish_snapshot import draft_profile, publish_snapshot

_SCHEMA_VALID = brand_check("brandbrain_snapshot", "schema_valid", "The profile fits its schema.")
_CITATIONS_HOLD = brand_check(
    "brandbrain_snapshot",
    "citations_hold",
    "Every cited item is in the bundle, and every quote stands in it word for word.",
)


def materialize_brandbrain_snapshot(work: BrandWork) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The next version of the brand profile: compiled, with confidence and sources on every field, and published."""
    observe_answers(work)
    bundle = work.bundle or load_bundle(work.brand_id, ledger=work.ledger, lake=work.ports.lake)
    status = _evidence_status(work)
    snapshot = _publish(_draft(work, bundle, status), work)
    return dg.MaterializeResult(
        metadata=_metadata(snapshot, status),
        data_version=dg.DataVersion(snapshot.content_hash),
        check_results=[_schema_valid(snapshot), _citations_hold(snapshot, bundle)],
    )


def _draft(work: BrandWork, bundle: EvidenceBundle, status: EvidenceStatus) -> dict[str, Any]:
    report_id, stats = load_feature_report(bundle, ledger=work.ledger)
    _record_progress(work, bundle, report_id)
    with work.ledger.read() as conn:
        brand = brands.get_brand(conn, brand_id=work.brand_id)
    return draft_profile(
        brand_name=brand.name,
        inputs=work.inputs,
        bundle=bundle,
        stats=stats,
        feature_report_id=report_id,
        evidence_status=status,
        compiler=COMPILER,
        now=work.now(),
    )


def _publish(draft: dict[str, Any], work: BrandWork) -> Snapshot:
    return publish_snapshot(
        draft,
        brand_id=work.brand_id,
        compile_run_id=_compile_run_id(work),
        lease_token=work.lease_token,
        ledger=work.ledger,
        now=work.now(),
        new_id=work.ports.clock.new_id,
    )


def _compile_run_id(work: BrandWork) -> UUID:
    if work.compile_run is None:
        raise LeaseLostError("This run carries out no compile, so it may not publish; start it as a compile.")
    return work.compile_run.id


def _evidence_status(work: BrandWork) -> EvidenceStatus:
    """What collecting recorded; what is standing, and recorded now, when this run did not collect."""
    if work.evidence_status is None:
        work.record_evidence_status(standing_evidence_status(work.brand_id, ledger=work.ledger, now=work.now()))
    return work.evidence_status or EvidenceStatus(())


def _record_progress(work: BrandWork, bundle: EvidenceBundle, report_id: UUID) -> None:
    total = len(work.inputs.sources)
    work.enter_stage(CompileStage.COMPILING, sources_completed=total, sources_total=total)
    with work.ledger.begin() as conn:
        compile_progress.record_bundle(
            conn,
            compile_run_id=_compile_run_id(work),
            lease_token=work.lease_token,
            bundle_id=bundle.bundle_id,
            feature_report_id=report_id,
        )


def _metadata(snapshot: Snapshot, status: EvidenceStatus) -> dict[str, dg.MetadataValue]:
    profile = snapshot.snapshot_json
    bands = {name: section["band"] for name, section in profile["meta"]["confidence_summary"].items()}
    return {
        "profile": dg.MetadataValue.md(profile_excerpt(profile)),
        "version": dg.MetadataValue.int(snapshot.version),
        "items": dg.MetadataValue.int(profile["meta"]["evidence_summary"]["item_count"]),
        "pillars": dg.MetadataValue.int(len(profile["pillars"])),
        "confidence": dg.MetadataValue.json(bands),
        "missing_inputs": dg.MetadataValue.json(profile["meta"]["missing_inputs"]),
        "snapshot_id": dg.MetadataValue.text(str(snapshot.id)),
        "compile_run_id": dg.MetadataValue.text(str(snapshot.compile_run_id)),
        **evidence_status_metadata(status),
    }


def _schema_valid(snapshot: Snapshot) -> dg.AssetCheckResult:
    try:
        msgspec.convert(snapshot.snapshot_json, SnapshotDocument)
    except msgspec.ValidationError as error:
        return dg.AssetCheckResult(check_name="schema_valid", passed=False, description=str(error))
    return dg.AssetCheckResult(check_name="schema_valid", passed=True)


def _citations_hold(snapshot: Snapshot, bundle: EvidenceBundle) -> dg.AssetCheckResult:
    problems = citation_problems(snapshot.snapshot_json, by_id(bundle.items))
    return dg.AssetCheckResult(check_name="citations_hold", passed=not problems, metadata={"problems": problems})


STEP = pipeline_step(
    materialize_brandbrain_snapshot,
    "brandbrain_snapshot",
    deps=["feature_report", "evidence_bundle", "brand_onboarding", "brand_overrides"],
    kinds={"python", "postgres"},
    code_version=f"{COMPILER.identity.name}-{COMPILER.identity.version}-schema-{COMPILER.identity.schema_version}",
    checks=[_SCHEMA_VALID, _CITATIONS_HOLD],
)
