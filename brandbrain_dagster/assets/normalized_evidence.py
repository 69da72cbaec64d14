"""Asset `normalized_evidence`: a brand's raw items in the common shape, each thing once."""

from collections import Counter
from dataclasses import replace

import dagster as dg
import polars as pl

from brandbrain_dagster.assets.brand_checks import brand_check
from brandbrain_dagster.assets.brand_work import BrandWork
from brandbrain_dagster.assets.pipeline_step import pipeline_step
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus, SourceOutcome
from brandbrain_dagster.domain.normalization.evidence_frame import EVIDENCE_SCHEMA
from brandbrain_dagster.domain.normalization.sightings import NORMALIZER_VERSION, NormalizationCounts
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


def materialize_normalized_evidence(work: BrandWork) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The brand's evidence items: new runs folded into what was there, sightings of the same thing merged."""
    total = len(work.inputs.sources)
    work.enter_stage(CompileStage.NORMALIZATION, sources_completed=total, sources_total=total)
    result = normalize_brand(work.brand_id, ledger=work.ledger, lake=work.ports.lake)
    _record_counts(work, result)
    return dg.MaterializeResult(
        metadata=_metadata(result),
        data_version=dg.DataVersion(result.version),
        check_results=[_schema_holds(result.frame), _few_quarantined(result)],
    )


def _record_counts(work: BrandWork, result: NormalizedBrand) -> None:
    """Adds the counts of items to the evidence status, source by source."""
    if work.evidence_status is not None:
        outcomes = work.evidence_status.outcomes
        counted = tuple(_with_counts(outcome, result.counts.get(outcome.apify_run_id or "")) for outcome in outcomes)
        work.record_evidence_status(EvidenceStatus(counted))


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


STEP = pipeline_step(
    materialize_normalized_evidence,
    "normalized_evidence",
    deps=["raw_apify_items"],
    kinds={"polars", "parquet"},
    code_version=NORMALIZER_VERSION,
    checks=[_SCHEMA_HOLDS, _FEW_QUARANTINED],
)
