"""What a running compile writes down on its way, each time under its lease."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.stores.ledger.compile_runs import COMPILES, CompileRun
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.tables import compile_run


def record_inputs(
    conn: Connection,
    *,
    compile_run_id: UUID,
    lease_token: UUID,
    inputs_json: Mapping[str, Any],
    input_hash: str,
    prompt_version: str | None,
    model: str | None,
    inputs_revision: int | None = None,
    configuration_hash: str | None = None,
) -> CompileRun:
    """Writes down what the compile works from; read the revision before the inputs, never after.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    values = {
        "inputs_json": dict(inputs_json),
        "input_hash": input_hash,
        "prompt_version": prompt_version,
        "model": model,
        "inputs_revision": inputs_revision,
        "configuration_hash": configuration_hash,
    }
    return COMPILES.update_leased(conn, compile_run_id, lease_token, values)


def record_stage(
    conn: Connection,
    *,
    compile_run_id: UUID,
    lease_token: UUID,
    stage: CompileStage,
    sources_completed: int,
    sources_total: int,
) -> None:
    """Writes down how far the compile is.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    values = {"stage": stage, "sources_completed": sources_completed, "sources_total": sources_total}
    COMPILES.update_leased(conn, compile_run_id, lease_token, values)


def record_evidence_status(
    conn: Connection, *, compile_run_id: UUID, lease_token: UUID, evidence_status_json: Mapping[str, Any]
) -> None:
    """Writes down what became of each source.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    COMPILES.update_leased(conn, compile_run_id, lease_token, {"evidence_status_json": dict(evidence_status_json)})


def record_bundle(
    conn: Connection,
    *,
    compile_run_id: UUID,
    lease_token: UUID,
    bundle_id: UUID,
    feature_report_id: UUID | None,
    fleet: Mapping[str, Any] | None = None,
) -> None:
    """Writes down which bundle and feature report the compile uses, and with its inputs the fleet it is compared to.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    values: dict[str, Any] = {"bundle_id": bundle_id, "feature_report_id": feature_report_id}
    if fleet:
        values["inputs_json"] = compile_run.c.inputs_json.concat({"fleet": dict(fleet)})
    COMPILES.update_leased(conn, compile_run_id, lease_token, values)


def record_draft(
    conn: Connection,
    *,
    compile_run_id: UUID,
    lease_token: UUID,
    draft_json: Mapping[str, Any],
    qa_report_json: Mapping[str, Any],
    llm_usage_json: Mapping[str, Any],
) -> None:
    """Writes down the draft, what QA says of it and what it cost, whether or not it will be published.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    values = {
        "draft_json": dict(draft_json),
        "qa_report_json": dict(qa_report_json),
        "llm_usage_json": dict(llm_usage_json),
    }
    COMPILES.update_leased(conn, compile_run_id, lease_token, values)
