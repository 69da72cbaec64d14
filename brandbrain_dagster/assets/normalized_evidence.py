"""Asset `normalized_evidence`: a brand's raw items in the common shape, each thing once."""

from collections import Counter
from dataclasses import replace

import dagster as dg
import polars as pl

from brandbrain_dagster.assets.brand_checks import brand_check
from brandbrain_dagster.assets.brand_partitions import BRANDS, GROUP, OWNERS, PIPELINE_IS_ALIVE
from brandbrain_dagster.assets.brand_work import BrandWork, brand_work
from brandbrain_dagster.assets.raw_apify_items import raw_apify_items
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus, SourceOutcome
from brandbrain_dagster.domain.normalization.evidence_frame import EVIDENCE_SCHEMA
from brandbrain_dagster.domain.normalization.sightings import NORMALIZER_VERSION, NormalizationCounts
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.lake import LakeResource
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.stores.ledger import compile_progress
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.use_cases.normalize_brand import NormalizedBrand, normalize_brand

_MAX_QUARANTINED = 0.1
"""Share of rows in quarantine from which something is wrong with an actor's rows (compile, QA)."""
_SHOWN_REASONS = 20

_SCHEMA_HOLDS = brand_check(
    "normalized_evidence", "schema_holds", "The file has exactly the evidence columns, and each id once."
)
_FEW_QUARANTINED = brand_check(
    "normalized_evidence", "few_quarantined", "At most a tenth of the rows read now could not be understood."
)


@dg.asset(
    partitions_def=BRANDS,
    group_name=GROUP,
    owners=OWNERS,
    freshness_policy=PIPELINE_IS_ALIVE,
    kinds={"polars", "parquet"},
    deps=[raw_apify_items],
    code_version=NORMALIZER_VERSION,
    check_specs=[_SCHEMA_HOLDS, _FEW_QUARANTINED],
)
def normalized_evidence(
    context: dg.AssetExecutionContext, ledger: LedgerResource, lake: LakeResource, clock: ClockResource
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The brand's evidence items: new runs folded into what was there, sightings of the same thing merged."""
    with brand_work(context, ledger, clock) as work:
        total = len(work.inputs.sources)
        work.enter_stage(CompileStage.NORMALIZATION, sources_completed=total, sources_total=total)
        result = normalize_brand(work.brand_id, ledger=work.ledger, lake=lake.open())
        _record_counts(work, result)
        return dg.MaterializeResult(
            metadata=_metadata(result),
            data_version=dg.DataVersion(result.version),
            check_results=[_schema_holds(result.frame), _few_quarantined(result)],
        )


def _record_counts(work: BrandWork, result: NormalizedBrand) -> None:
    """Adds the counts of items to the compile's evidence status, source by source."""
    if work.compile_run is None:
        return
    status = EvidenceStatus.from_json(work.compile_run.evidence_status_json)
    counted = tuple(_with_counts(outcome, result.counts.get(outcome.apify_run_id or "")) for outcome in status.outcomes)
    with work.ledger.begin() as conn:
        compile_progress.record_evidence_status(
            conn,
            compile_run_id=work.compile_run.id,
            lease_token=work.lease_token,
            evidence_status_json=EvidenceStatus(counted).to_json(),
        )


def _with_counts(outcome: SourceOutcome, counts: NormalizationCounts | None) -> SourceOutcome:
    if counts is None:
        return outcome
    return replace(
        outcome,
        item_count=counts.sightings,
        quarantined_count=len(counts.quarantined),
        normalized_created=counts.created,
        normalized_updated=counts.updated,
    )


def _metadata(result: NormalizedBrand) -> dict[str, dg.MetadataValue]:
    refused = [row for counts in result.counts.values() for row in counts.refused]
    reasons = Counter((row.kind.value, row.reason) for row in refused).most_common(_SHOWN_REASONS)
    platforms = result.frame.group_by("platform", "content_type").len().sort("platform", "content_type")
    return {
        "dagster/row_count": dg.MetadataValue.int(len(result.frame)),
        "items_by_platform": dg.MetadataValue.md(_markdown(platforms)),
        "runs_folded": dg.MetadataValue.int(len(result.counts)),
        "created": dg.MetadataValue.int(sum(counts.created for counts in result.counts.values())),
        "updated": dg.MetadataValue.int(sum(counts.updated for counts in result.counts.values())),
        "error_rows": dg.MetadataValue.int(sum(len(counts.error_rows) for counts in result.counts.values())),
        "quarantined": dg.MetadataValue.int(sum(len(counts.quarantined) for counts in result.counts.values())),
        "refused": dg.MetadataValue.json([f"{count} x {kind}: {reason}" for (kind, reason), count in reasons]),
        "rebuilt_from_raw": dg.MetadataValue.bool(result.is_rebuilt),
    }


def _markdown(frame: pl.DataFrame) -> str:
    lines = ["| platform | content type | items |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {platform} | {kind} | {count} |" for platform, kind, count in frame.iter_rows()])


def _schema_holds(frame: pl.DataFrame) -> dg.AssetCheckResult:
    has_schema = dict(frame.schema) == dict(EVIDENCE_SCHEMA)
    return dg.AssetCheckResult(
        check_name="schema_holds", passed=has_schema and frame["id"].is_unique().all(), metadata={"rows": len(frame)}
    )


def _few_quarantined(result: NormalizedBrand) -> dg.AssetCheckResult:
    rows = sum(counts.rows for counts in result.counts.values())
    quarantined = sum(len(counts.quarantined) for counts in result.counts.values())
    return dg.AssetCheckResult(
        check_name="few_quarantined",
        passed=quarantined <= _MAX_QUARANTINED * rows,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rows": rows, "quarantined": quarantined},
    )
