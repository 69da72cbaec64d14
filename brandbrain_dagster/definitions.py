"""Everything Dagster loads: the only `Definitions`."""

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRAND_INPUTS
from brandbrain_dagster.assets.brandbrain_snapshot import brandbrain_snapshot
from brandbrain_dagster.assets.evidence_bundle import evidence_bundle
from brandbrain_dagster.assets.feature_report import feature_report
from brandbrain_dagster.assets.normalized_evidence import normalized_evidence
from brandbrain_dagster.assets.raw_apify_items import raw_apify_items
from brandbrain_dagster.jobs import compile_brand
from brandbrain_dagster.resources.apify import ApifyResource
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.lake import LakeResource
from brandbrain_dagster.resources.ledger import LedgerResource


def build_defs(resource_overrides: dict[str, dg.ConfigurableResource] | None = None) -> dg.Definitions:  # type: ignore[type-arg]
    """Returns the definitions; tests replace resources."""
    assets = [raw_apify_items, normalized_evidence, evidence_bundle, feature_report, brandbrain_snapshot]
    return dg.Definitions(
        assets=[*BRAND_INPUTS, *assets],
        jobs=[compile_brand],
        resources={
            "ledger": LedgerResource(),
            "lake": LakeResource(),
            "apify": ApifyResource(),
            "clock": ClockResource(),
            **(resource_overrides or {}),
        },
        # A process per step would cost seconds each; a brand's steps take milliseconds.
        executor=dg.in_process_executor,
    )


defs = build_defs()
