"""Asset `fleet_benchmarks`: where the whole fleet stands, as percentiles that tell of no single brand."""

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import OWNERS
from brandbrain_dagster.domain.fleet.brand_figures import FIGURES_VERSION
from brandbrain_dagster.domain.fleet.standing import FEWEST_BRANDS, FleetFigures
from brandbrain_dagster.use_cases.benchmark_fleet import benchmark_fleet

_RESOURCES = {"ledger", "lake", "clock"}


@dg.asset(
    name="fleet_benchmarks",
    deps=["normalized_evidence"],
    group_name="fleet",
    owners=OWNERS,
    kinds={"duckdb", "postgres"},
    code_version=FIGURES_VERSION,
    required_resource_keys=_RESOURCES,
)
def fleet_benchmarks(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Percentiles of every figure per platform, over the evidence of all brands; none of fewer than 20 brands."""
    resources = context.resources
    benchmark = benchmark_fleet(lake=resources.lake.open(), ledger=resources.ledger.ledger, now=resources.clock.now())
    platforms = benchmark.figures.platforms
    return dg.MaterializeResult(
        metadata={
            "distributions": dg.MetadataValue.int(sum(map(len, platforms.values()))),
            "brands_by_platform": dg.MetadataValue.json(
                {name: max(found.n for found in figures.values()) for name, figures in platforms.items()}
            ),
            "percentiles": dg.MetadataValue.md(_markdown(benchmark.figures)),
            "benchmark_id": dg.MetadataValue.text(str(benchmark.id)),
        },
        data_version=dg.DataVersion(str(benchmark.id)),
    )


def _markdown(figures: FleetFigures) -> str:
    lines = ["| platform | figure | brands | p10 | p25 | p50 | p75 | p90 |", "| --- " * 8 + "|"]
    for platform, distributions in figures.platforms.items():
        for name, found in distributions.items():
            points = " | ".join(f"{point:g}" for _, point in found.points)
            lines.append(f"| {platform} | {name} | {found.n} | {points} |")
    return "\n".join(lines) if figures.platforms else f"No figure is known of {FEWEST_BRANDS} brands yet."
