"""Asset `brandbrain_snapshot`: the published brand profile."""

from typing import Any
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.brand_checks import QA, brand_check
from brandbrain_dagster.assets.brand_work import BrandWork
from brandbrain_dagster.assets.evidence_status_metadata import evidence_status_metadata
from brandbrain_dagster.assets.input_observations import observe_answers
from brandbrain_dagster.assets.pipeline_step import pipeline_step
from brandbrain_dagster.domain.bundling.selection import EvidenceBundle
from brandbrain_dagster.domain.compile.compiler import Compiler
from brandbrain_dagster.domain.export.excerpt import profile_excerpt
from brandbrain_dagster.domain.fleet.standing import fleet_standing
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.domain.qa.report import QaReport
from brandbrain_dagster.domain.qa.report_text import report_markdown
from brandbrain_dagster.errors import LeaseLostError
from brandbrain_dagster.resources.compile_rules import chosen_compiler
from brandbrain_dagster.settings import Settings, load_settings
from brandbrain_dagster.stores.ledger import bundles, compile_progress
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from brandbrain_dagster.use_cases.benchmark_fleet import standing_inputs
from brandbrain_dagster.use_cases.bundle_brand import load_bundle, load_feature_report
from brandbrain_dagster.use_cases.collected_evidence import standing_evidence_status
from brandbrain_dagster.use_cases.compile_profile import CompiledProfile, CompileFacts, compile_profile
from brandbrain_dagster.use_cases.publish_snapshot import publish_snapshot, refuse_unsound_draft
from brandbrain_dagster.use_cases.snapshot_changes import changes_since_newest

_PASSES_QA = brand_check(
    "brandbrain_snapshot",
    QA,
    "The draft passed QA: schema, citations word for word, confidences, taboos, private text. One that fails is not "
    "published.",
)


def materialize_brandbrain_snapshot(work: BrandWork) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The next version of the brand profile: drafted, proved, checked, merged with people's decisions, published."""
    observe_answers(work)
    facts = _facts(work)
    compiler = chosen_compiler(work.settings, is_stopping=work.ports.stopping.is_set)
    compiled = compile_profile(facts, compiler)
    total = len(facts.inputs.sources)
    work.enter_stage(CompileStage.QA, sources_completed=total, sources_total=total)
    refuse_unsound_draft(compiled, run=_compile_run(work), lease_token=work.lease_token, ledger=work.ledger)
    snapshot = _publish(compiled, facts, compiler, work)
    return dg.MaterializeResult(
        metadata=_metadata(snapshot, facts.evidence_status, work.settings),
        data_version=dg.DataVersion(snapshot.content_hash),
        check_results=[_qa(compiled.qa)],
    )


def _facts(work: BrandWork) -> CompileFacts:
    bundle = work.bundle or load_bundle(work.brand_id, ledger=work.ledger, lake=work.ports.lake)
    status = _evidence_status(work)
    report_id, stats = load_feature_report(bundle, ledger=work.ledger)
    fleet = standing_inputs(work.brand_id, ledger=work.ledger, lake=work.ports.lake)
    _record_progress(work, bundle, report_id, fleet)
    return CompileFacts(
        inputs=work.inputs,
        bundle=bundle,
        stats=stats,
        feature_report_id=report_id,
        evidence_status=status,
        compiled_at=work.now(),
        fleet=fleet_standing(fleet),
    )


def _publish(compiled: CompiledProfile, facts: CompileFacts, compiler: Compiler, work: BrandWork) -> Snapshot:
    run, ports = _compile_run(work), work.ports
    changes = changes_since_newest(
        compiled,
        facts,
        inputs_json=run.inputs_json,
        brand_id=work.brand_id,
        compiler=compiler,
        ledger=work.ledger,
        lake=ports.lake,
    )
    return publish_snapshot(
        compiled.snapshot_json,
        diff_json=changes,
        kept_values=compiled.kept_values,
        brand_id=work.brand_id,
        compile_run_id=run.id,
        lease_token=work.lease_token,
        ledger=work.ledger,
        now=work.now(),
        new_id=ports.clock.new_id,
    )


def _compile_run(work: BrandWork) -> CompileRun:
    if work.compile_run is None:
        raise LeaseLostError("This run carries out no compile, so it may not publish; start it as a compile.")
    return work.compile_run


def _evidence_status(work: BrandWork) -> EvidenceStatus:
    """What collecting recorded; what is standing, and recorded now, when this run did not collect."""
    if work.evidence_status is None:
        work.record_evidence_status(standing_evidence_status(work.brand_id, ledger=work.ledger, now=work.now()))
    return work.evidence_status or EvidenceStatus(())


def _record_progress(work: BrandWork, bundle: EvidenceBundle, report_id: UUID, fleet: dict[str, Any]) -> None:
    total = len(work.inputs.sources)
    work.enter_stage(CompileStage.COMPILING, sources_completed=total, sources_total=total)
    with work.ledger.begin() as conn:
        compile_progress.record_bundle(
            conn,
            compile_run_id=_compile_run(work).id,
            lease_token=work.lease_token,
            bundle_id=bundle.bundle_id,
            feature_report_id=report_id,
            fleet=fleet,
        )
        standing = fleet_standing(fleet)
        if standing is not None:
            bundles.record_standing(conn, report_id=report_id, standing=standing)


def _metadata(snapshot: Snapshot, status: EvidenceStatus, settings: Settings) -> dict[str, dg.MetadataValue]:
    profile = snapshot.snapshot_json
    bands = {name: section["band"] for name, section in profile["meta"]["confidence_summary"].items()}
    return {
        "profile": dg.MetadataValue.md(profile_excerpt(profile)),
        "version": dg.MetadataValue.int(snapshot.version),
        "items": dg.MetadataValue.int(profile["meta"]["evidence_summary"]["item_count"]),
        "pillars": dg.MetadataValue.int(len(profile["pillars"])),
        "confidence": dg.MetadataValue.json(bands),
        "missing_inputs": dg.MetadataValue.json(profile["meta"]["missing_inputs"]),
        "brand_page": dg.MetadataValue.url(settings.brand_page(snapshot.brand_id)),
        "snapshot_id": dg.MetadataValue.text(str(snapshot.id)),
        "compile_run_id": dg.MetadataValue.text(str(snapshot.compile_run_id)),
        **evidence_status_metadata(status),
    }


def _qa(report: QaReport) -> dg.AssetCheckResult:
    """A report with warnings passes: they are for people to read."""
    return dg.AssetCheckResult(
        check_name=QA, passed=not report.reasons, metadata={"report": dg.MetadataValue.md(report_markdown(report))}
    )


_COMPILER = chosen_compiler(load_settings()).identity

STEP = pipeline_step(
    materialize_brandbrain_snapshot,
    "brandbrain_snapshot",
    deps=["feature_report", "evidence_bundle", "brand_onboarding", "brand_overrides"],
    kinds={"python", "postgres"},
    code_version=f"{_COMPILER.name}-{_COMPILER.version}-schema-{_COMPILER.schema_version}",
    checks=[_PASSES_QA],
)
