"""`brandbrain recompile`: a past snapshot built again, to see that it comes out the same."""

import sys
from uuid import UUID

import click

from brandbrain_dagster.cli.command import FAILED, opened_ledger, print_json, reports_errors
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.use_cases.recompile_snapshot import recompile_snapshot


@click.command("recompile")
@click.option("--as-of", "snapshot_id", type=click.UUID, required=True, help="Id of the snapshot to build again.")
@click.option("--check", is_flag=True, help="Only say whether every byte is the same; exit code 1 when not.")
@reports_errors
def command(snapshot_id: UUID, *, check: bool) -> None:
    """Build a past snapshot again from its recorded inputs and raw rows."""
    with opened_ledger() as (settings, ledger):
        rebuilt = recompile_snapshot(snapshot_id, ledger=ledger, lake=Lake(settings.lake_location))
    if not check:
        print_json(rebuilt.snapshot_json)
    for reason in rebuilt.reasons:
        click.echo(reason, err=True)
    if check and not rebuilt.reasons:
        click.echo(f"Version {rebuilt.snapshot.version} is the same, byte for byte.")
    if rebuilt.reasons:
        sys.exit(FAILED)
