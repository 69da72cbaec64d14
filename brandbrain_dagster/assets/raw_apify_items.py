"""Asset `raw_apify_items`: what the actors returned for a brand's sources, byte for byte."""

import hashlib

import dagster as dg

from brandbrain_dagster.assets.brand_checks import IS_FRESH, IS_FRESH_OF, brand_check
from brandbrain_dagster.assets.brand_work import BrandWork
from brandbrain_dagster.assets.evidence_status_metadata import evidence_status_metadata
from brandbrain_dagster.assets.input_observations import observe_sources
from brandbrain_dagster.assets.pipeline_step import pipeline_step
from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.domain.costs.brand_costs import reconciliation_problem
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, EvidenceStatus, SourceOutcome
from brandbrain_dagster.stores.ledger.brand_scope import WHOLE_LEDGER
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.costs import read_brand_costs, sum_charged
from brandbrain_dagster.stores.ledger.query_steps import take_steps
from brandbrain_dagster.use_cases.collect_brand import collect_brand
from brandbrain_dagster.use_cases.collect_ports import ApifySlots
from brandbrain_dagster.use_cases.settle_costs import settle_costs

COLLECTION_VERSION = "1"
"""Raised when the logic of collecting changes."""

_IS_FRESH = brand_check(IS_FRESH_OF, IS_FRESH, "No source of the brand failed or is older than its TTL.")
_CAPS_RESPECTED = brand_check(
    "raw_apify_items", "caps_respected", "No run brought more rows than its capability's cap."
)
_COSTS_RECONCILE = brand_check(
    "raw_apify_items", "costs_reconcile", "What is allocated to compiles and what is not make up what was charged."
)


def materialize_raw_apify_items(work: BrandWork) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The dataset items of every enabled source, as received: fresh runs are reused, running ones attached to."""
    observe_sources(work)
    status = _collect(work)
    work.record_evidence_status(status)
    runs = sorted(outcome.apify_run_id or "" for outcome in status.outcomes)
    return dg.MaterializeResult(
        metadata=evidence_status_metadata(status),
        data_version=dg.DataVersion(hashlib.sha256("\n".join(runs).encode()).hexdigest()),
        check_results=[_is_fresh(status), _caps_respected(status, work), _costs_reconcile(work)],
    )


def _collect(work: BrandWork) -> EvidenceStatus:
    """Collects all sources at once; progress goes to the run's log and, by source, to the ledger."""
    total = len(work.inputs.sources)
    ended = 0

    def count(outcome: SourceOutcome) -> None:
        nonlocal ended
        ended += 1
        if outcome.disposition is not Disposition.REUSED:
            work.enter_stage(CompileStage.INGESTION, sources_completed=ended, sources_total=total)

    async def collect(client: ApifyClient, slots: ApifySlots) -> EvidenceStatus:
        ports = work.ports.collect_ports(client, slots, report=work.report, report_outcome=count)
        status = await collect_brand(
            work.brand_id,
            force_refresh=work.compile_run is not None and work.compile_run.force_refresh,
            compile_run_id=work.compile_run.id if work.compile_run else None,
            ports=ports,
        )
        if status.of(Disposition.REFRESHED):
            await settle_costs(work.brand_id, ports=ports)
        return status

    work.enter_stage(CompileStage.INGESTION, sources_completed=0, sources_total=total)
    return work.collected(collect)


def _is_fresh(status: EvidenceStatus) -> dg.AssetCheckResult:
    """As of now; that a source grows old later is noticed by the sensor that refreshes stale brands."""
    failed = status.of(Disposition.FAILED)
    return dg.AssetCheckResult(
        check_name=IS_FRESH,
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={outcome.source: outcome.error or outcome.reason for outcome in failed},
    )


def _caps_respected(status: EvidenceStatus, work: BrandWork) -> dg.AssetCheckResult:
    caps = work.settings.caps
    over = {
        outcome.source: outcome.raw_items_count
        for outcome in status.outcomes
        if outcome.raw_items_count is not None and outcome.raw_items_count > caps[outcome.source]
    }
    return dg.AssetCheckResult(
        check_name="caps_respected",
        passed=not over,
        severity=dg.AssetCheckSeverity.WARN,
        description="A cap that was lowered applies from the next run on.",
        metadata=over,
    )


def _costs_reconcile(work: BrandWork) -> dg.AssetCheckResult:
    """Warns only: a compile must not stop over an account of it."""
    with work.ledger.read() as conn:
        costs = take_steps(conn, read_brand_costs(work.brand_id, WHOLE_LEDGER, limit=0))
        charged = sum_charged(conn, brand_id=work.brand_id)
    problem = reconciliation_problem(costs, charged)
    return dg.AssetCheckResult(
        check_name="costs_reconcile",
        passed=problem is None,
        severity=dg.AssetCheckSeverity.WARN,
        description=problem,
        metadata={
            "charged_usd": float(charged.known_usd),
            "unattributed_usd": float(costs.unattributed.known_usd),
            "runs_estimated": charged.estimated_count,
            "runs_unknown": charged.unknown_count,
        },
    )


STEP = pipeline_step(
    materialize_raw_apify_items,
    "raw_apify_items",
    deps=["source_connections"],
    kinds={"apify", "parquet"},
    code_version=COLLECTION_VERSION,
    checks=[_IS_FRESH, _CAPS_RESPECTED, _COSTS_RECONCILE],
)
