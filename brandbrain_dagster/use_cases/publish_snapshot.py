"""Publishing: the snapshot, the values kept for its pins, and the end of its compile run, in one transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.compile.publication import content_hash
from brandbrain_dagster.domain.costs.model_usage import added_usage
from brandbrain_dagster.errors import DraftRejectedError
from brandbrain_dagster.stores.ledger import brands, compile_progress, overrides, snapshots
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES, CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from brandbrain_dagster.use_cases.compile_profile import CompiledProfile


def refuse_unsound_draft(compiled: CompiledProfile, *, run: CompileRun, lease_token: UUID, ledger: Ledger) -> None:
    """Writes down the draft and what QA says of it, and lets only a draft pass that fails no error check.

    What a language model took is added to what earlier attempts at the compile took.

    Raises:
        DraftRejectedError: QA forbids publishing; the newest snapshot stays as it is.
        LeaseLostError: the compile run was taken over.
    """
    with ledger.begin() as conn:
        compile_progress.record_draft(
            conn,
            compile_run_id=run.id,
            lease_token=lease_token,
            draft_json=compiled.draft_json,
            qa_report_json=compiled.qa.to_json(),
            llm_usage_json=added_usage(run.llm_usage_json, compiled.llm_usage),
        )
    if compiled.qa.reasons:
        raise DraftRejectedError(tuple(compiled.qa.reasons))


def publish_snapshot(
    profile: Mapping[str, Any],
    *,
    diff_json: Mapping[str, Any],
    kept_values: Mapping[str, Any],
    brand_id: UUID,
    compile_run_id: UUID,
    lease_token: UUID,
    ledger: Ledger,
    now: datetime,
    new_id: Callable[[], UUID],
) -> Snapshot:
    """Publishes a profile as the brand's next version and ends the compile run.

    Raises:
        LeaseLostError: the compile run was taken over; nothing was published.
    """
    with ledger.begin() as conn:
        # The brand before the compile, as everybody who locks both does.
        brands.lock_brand(conn, brand_id=brand_id)
        COMPILES.finish_succeeded(conn, work_id=compile_run_id, lease_token=lease_token, now=now)
        snapshot = snapshots.insert_snapshot(
            conn,
            snapshot_id=new_id(),
            brand_id=brand_id,
            compile_run_id=compile_run_id,
            snapshot_json=profile,
            schema_version=profile["meta"]["schema_version"],
            diff_from_previous_json=diff_json,
            content_hash=content_hash(dict(profile)),
            now=now,
        )
        if kept_values:
            overrides.keep_pinned_values(conn, brand_id=brand_id, values=kept_values)
    return snapshot
