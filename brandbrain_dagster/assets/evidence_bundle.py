"""Asset `evidence_bundle`: the evidence that a compile rests on."""

import dagster as dg

from brandbrain_dagster.assets.brand_checks import brand_check
from brandbrain_dagster.assets.brand_work import BrandWork
from brandbrain_dagster.assets.pipeline_step import pipeline_step
from brandbrain_dagster.domain.bundling.criteria import CRITERIA_VERSION
from brandbrain_dagster.domain.bundling.selection import EvidenceBundle
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.use_cases.bundle_brand import BundleLimits, bundle_of_brand, store_bundle

_WITHIN_LIMITS = brand_check(
    "evidence_bundle", "within_limits", "No content type exceeds its cap, and the whole bundle not the global maximum."
)


def materialize_evidence_bundle(work: BrandWork) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The newest and the most engaging items of each content type, within the caps."""
    total = len(work.inputs.sources)
    work.enter_stage(CompileStage.BUNDLING, sources_completed=total, sources_total=total)
    limits = BundleLimits(global_max=work.settings.max_normalized_items, caps=work.settings.caps)
    bundle = bundle_of_brand(work.brand_id, inputs=work.inputs, limits=limits, lake=work.ports.lake)
    store_bundle(work.brand_id, bundle, ledger=work.ledger, now=work.now())
    work.bundle = bundle
    return dg.MaterializeResult(
        metadata={
            "items": dg.MetadataValue.int(len(bundle.items)),
            "eligible": dg.MetadataValue.int(bundle.summary["total_eligible"]),
            "summary": dg.MetadataValue.json(bundle.summary),
            "bundle_id": dg.MetadataValue.text(str(bundle.bundle_id)),
        },
        data_version=dg.DataVersion(str(bundle.bundle_id)),
        check_results=[_within_limits(bundle)],
    )


def _within_limits(bundle: EvidenceBundle) -> dg.AssetCheckResult:
    over = [
        f"{platform}/{content_type}: {count['selected']} over {count['cap']}"
        for platform, by_type in bundle.summary["by_platform"].items()
        for content_type, count in by_type.items()
        if count["selected"] > count["cap"]
    ]
    is_within = not over and len(bundle.items) <= bundle.criteria.global_max
    return dg.AssetCheckResult(check_name="within_limits", passed=is_within, metadata={"over": over})


STEP = pipeline_step(
    materialize_evidence_bundle,
    "evidence_bundle",
    deps=["normalized_evidence", "source_connections"],
    kinds={"python", "postgres"},
    code_version=CRITERIA_VERSION,
    checks=[_WITHIN_LIMITS],
)
