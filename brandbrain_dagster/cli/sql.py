"""``brandbrain sql``: questions to the lake."""

import click

from brandbrain_dagster.cli.command import json_option, opened_ledger, print_json, print_table, reports_errors
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.lake.scans import LakeScan
from brandbrain_dagster.stores.ledger.actor_runs_frame import actor_runs_frame


@click.command()
@click.argument("query")
@json_option
@reports_errors
def command(query: str, *, as_json: bool) -> None:
    """Run one SELECT over the views evidence, raw_items and actor_runs.

    For example: brandbrain sql "SELECT platform, count(*) FROM evidence GROUP BY 1"
    """
    with opened_ledger() as (settings, ledger):
        with ledger.read() as conn:
            runs = actor_runs_frame(conn)
        scan = LakeScan(Lake(settings.lake_location), actor_runs=runs)
    columns, rows = scan.query(query)
    scan.close()
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(columns, rows)
