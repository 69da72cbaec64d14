"""Asset `evidence_bundle`: the evidence that a compile rests on."""

import dagster as dg

from brandbrain_dagster.assets.brand_checks import brand_check
from brandbrain_dagster.assets.brand_partitions import BRANDS, GROUP, OWNERS, PIPELINE_IS_ALIVE
from brandbrain_dagster.assets.brand_work import brand_work
from brandbrain_dagster.assets.normalized_evidence import normalized_evidence
from brandbrain_dagster.domain.bundling.criteria import CRITERIA_VERSION
from brandbrain_dagster.domain.bundling.selection import EvidenceBundle
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.lake import LakeResource
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.use_cases.bundle_brand import BundleLimits, bundle_of_brand, store_bundle

_WITHIN_LIMITS = brand_check(
    "evidence_bundle", "within_limits", "No content type exceeds its cap, and the whole bundle not the global maximum."
)


@dg.asset(
    partitions_def=BRANDS,
    group_name=GROUP,
    owners=OWNERS,
    freshness_policy=PIPELINE_IS_ALIVE,
    kinds={"python", "postgres"},
    deps=[normalized_evidence, "source_connections"],
    code_version=CRITERIA_VERSION,
    check_specs=[_WITHIN_LIMITS],
)
def evidence_bundle(
    context: dg.AssetExecutionContext, ledger: LedgerResource, lake: LakeResource, clock: ClockResource
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The newest and the most engaging items of each content type, within the caps."""
    with brand_work(context, ledger, clock) as work:
        total = len(work.inputs.sources)
        work.enter_stage(CompileStage.BUNDLING, sources_completed=total, sources_total=total)
        limits = BundleLimits(global_max=work.settings.max_normalized_items, caps=work.settings.caps)
        bundle = bundle_of_brand(work.brand_id, inputs=work.inputs, limits=limits, lake=lake.open())
        store_bundle(work.brand_id, bundle, ledger=work.ledger, now=clock.now())
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
