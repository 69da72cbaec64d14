"""Asset `feature_report`: the statistics over a bundle."""

import dagster as dg

from brandbrain_dagster.assets.brand_checks import brand_check
from brandbrain_dagster.assets.brand_work import BrandWork
from brandbrain_dagster.assets.pipeline_step import pipeline_step
from brandbrain_dagster.domain.features.features_version import FEATURES_VERSION
from brandbrain_dagster.use_cases.bundle_brand import load_bundle, store_feature_report

_COVERS_BUNDLE = brand_check("feature_report", "covers_the_bundle", "The report is over exactly the bundle's items.")


def materialize_feature_report(work: BrandWork) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Deterministic figures on text, emoji, calls to action, hooks, cadence, engagement, style and language."""
    bundle = work.bundle or load_bundle(work.brand_id, ledger=work.ledger, lake=work.ports.lake)
    report_id, stats = store_feature_report(work.brand_id, bundle, ledger=work.ledger, now=work.now())
    covered = stats["text_stats"]["sample_size"]
    return dg.MaterializeResult(
        metadata={
            "items": dg.MetadataValue.int(len(bundle.items)),
            "languages": dg.MetadataValue.json(stats["language_stats"]["shares"]),
            "posts_per_week": dg.MetadataValue.float(stats["cadence_stats"]["posts_per_week"]),
            "keyphrases": dg.MetadataValue.json([row["phrase"] for row in stats["keyphrases"]["phrases"][:10]]),
            "feature_report_id": dg.MetadataValue.text(str(report_id)),
        },
        data_version=dg.DataVersion(f"{report_id}-{FEATURES_VERSION}"),
        check_results=[dg.AssetCheckResult(check_name="covers_the_bundle", passed=covered == len(bundle.items))],
    )


STEP = pipeline_step(
    materialize_feature_report,
    "feature_report",
    deps=["evidence_bundle"],
    kinds={"python", "postgres"},
    code_version=FEATURES_VERSION,
    checks=[_COVERS_BUNDLE],
)
