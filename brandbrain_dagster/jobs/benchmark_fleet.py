"""Job `benchmark_fleet`: compares all brands with each other."""

import dagster as dg

benchmark_fleet = dg.define_asset_job(
    "benchmark_fleet",
    selection=dg.AssetSelection.assets("fleet_benchmarks"),
    executor_def=dg.in_process_executor,
    description="Refreshes the percentiles by which brands are compared. A sensor launches it, at most once a day.",
)
