"""Drafting and publishing: the snapshot and the end of its compile run, in one transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.bundling.selection import EvidenceBundle
from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs
from brandbrain_dagster.domain.compile.compiler import CompileInputs, Compiler
from brandbrain_dagster.domain.compile.confidence import set_confidences
from brandbrain_dagster.domain.compile.publication import content_hash, snapshot_json
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.domain.normalization.sightings import by_id
from brandbrain_dagster.stores.ledger import compile_attempts, compile_progress, snapshots
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot


def draft_profile(
    *,
    brand_name: str,
    inputs: BrandInputs,
    bundle: EvidenceBundle,
    stats: Mapping[str, Any],
    feature_report_id: UUID,
    evidence_status: EvidenceStatus,
    compiler: Compiler,
    now: datetime,
) -> dict[str, Any]:
    """Returns the draft as plain JSON, with its confidences set by rule."""
    document = compiler.draft(
        CompileInputs(
            brand_name=brand_name,
            answers=inputs.answers,
            platforms=sorted({source.platform for source in inputs.sources}),
            bundle=bundle,
            stats=stats,
            feature_report_id=feature_report_id,
            evidence_status=evidence_status,
            compiled_at=now,
        )
    )
    set_confidences(document, by_id(bundle.items))
    return snapshot_json(document)


def publish_snapshot(
    draft: dict[str, Any],
    *,
    brand_id: UUID,
    compile_run_id: UUID,
    lease_token: UUID,
    ledger: Ledger,
    now: datetime,
    new_id: Callable[[], UUID],
) -> Snapshot:
    """Publishes the draft as the brand's next version and ends the compile run.

    Raises:
        LeaseLostError: the compile run was taken over; nothing was published.
    """
    with ledger.begin() as conn:
        compile_progress.record_draft(
            conn,
            compile_run_id=compile_run_id,
            lease_token=lease_token,
            draft_json=draft,
            qa_report_json={},
            llm_usage_json={},
        )
        snapshot = snapshots.insert_snapshot(
            conn,
            snapshot_id=new_id(),
            brand_id=brand_id,
            compile_run_id=compile_run_id,
            snapshot_json=draft,
            schema_version=draft["meta"]["schema_version"],
            diff_from_previous_json={},
            content_hash=content_hash(draft),
            now=now,
        )
        compile_attempts.finish_succeeded(conn, compile_run_id=compile_run_id, lease_token=lease_token, now=now)
    return snapshot
