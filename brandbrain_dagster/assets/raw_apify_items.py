"""Asset `raw_apify_items`: what the actors returned for a brand's sources, byte for byte."""

import asyncio
import hashlib

import dagster as dg

from brandbrain_dagster.assets.brand_checks import brand_check
from brandbrain_dagster.assets.brand_partitions import BRANDS, GROUP, OWNERS, PIPELINE_IS_ALIVE
from brandbrain_dagster.assets.brand_work import BrandWork, brand_work
from brandbrain_dagster.assets.evidence_status_metadata import evidence_status_metadata
from brandbrain_dagster.assets.input_observations import observe_sources
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, EvidenceStatus
from brandbrain_dagster.resources.apify import ApifyResource
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.lake import LakeResource
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.stores.ledger import compile_progress
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.use_cases.collect_brand import collect_brand
from brandbrain_dagster.use_cases.collect_ports import ApifySlots, CollectPorts
from brandbrain_dagster.use_cases.settle_costs import settle_costs

COLLECTION_VERSION = "1"
"""Raised when the logic of collecting changes."""

_SOURCES_ANSWER = brand_check("raw_apify_items", "every_source_answers", "No source failed to be collected.")
_CAPS_RESPECTED = brand_check(
    "raw_apify_items", "caps_respected", "No run brought more rows than its capability's cap."
)


@dg.asset(
    partitions_def=BRANDS,
    group_name=GROUP,
    owners=OWNERS,
    freshness_policy=PIPELINE_IS_ALIVE,
    kinds={"apify", "parquet"},
    deps=["source_connections"],
    code_version=COLLECTION_VERSION,
    check_specs=[_SOURCES_ANSWER, _CAPS_RESPECTED],
    pool="apify",
)
def raw_apify_items(
    context: dg.AssetExecutionContext,
    ledger: LedgerResource,
    lake: LakeResource,
    apify: ApifyResource,
    clock: ClockResource,
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The dataset items of every enabled source, as received: fresh runs are reused, running ones attached to."""
    with brand_work(context, ledger, clock) as work:
        observe_sources(context, work)
        status = asyncio.run(_collect(context, work, lake, apify, clock))
        if work.compile_run is not None:
            with work.ledger.begin() as conn:
                compile_progress.record_evidence_status(
                    conn,
                    compile_run_id=work.compile_run.id,
                    lease_token=work.lease_token,
                    evidence_status_json=status.to_json(),
                )
        runs = sorted(outcome.apify_run_id or "" for outcome in status.outcomes)
        return dg.MaterializeResult(
            metadata=evidence_status_metadata(status),
            data_version=dg.DataVersion(hashlib.sha256("\n".join(runs).encode()).hexdigest()),
            check_results=[_every_source_answers(status), _caps_respected(status, work)],
        )


async def _collect(
    context: dg.AssetExecutionContext, work: BrandWork, lake: LakeResource, apify: ApifyResource, clock: ClockResource
) -> EvidenceStatus:
    """Collects all sources at once; progress goes to the run's log and, by source, to the ledger."""
    total = len(work.inputs.sources)
    ended = 0

    def count(outcome: object) -> None:
        nonlocal ended
        ended += 1
        work.enter_stage(CompileStage.INGESTION, sources_completed=ended, sources_total=total)

    work.enter_stage(CompileStage.INGESTION, sources_completed=0, sources_total=total)
    async with apify.client() as client:
        ports = CollectPorts(
            ledger=work.ledger,
            lake=lake.open(),
            apify=client,
            limits=apify.limits(),
            slots=ApifySlots(apify.concurrency()),
            now=clock.now,
            new_id=clock.new_id,
            report=lambda source, step: context.log.info("%s %s: %s", source.name, source.identifier, step),
            report_outcome=count,
        )
        status = await collect_brand(
            work.brand_id,
            force_refresh=work.compile_run is not None and work.compile_run.force_refresh,
            compile_run_id=work.compile_run.id if work.compile_run else None,
            ports=ports,
        )
        if status.of(Disposition.REFRESHED):
            await settle_costs(work.brand_id, ports=ports)
    return status


def _every_source_answers(status: EvidenceStatus) -> dg.AssetCheckResult:
    failed = status.of(Disposition.FAILED)
    return dg.AssetCheckResult(
        check_name="every_source_answers",
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
