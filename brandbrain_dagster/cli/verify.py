"""`brandbrain verify`: whether everything a snapshot cites still stands where it says."""

import sys
from uuid import UUID

import click

from brandbrain_dagster.cli.command import FAILED, json_option, opened_ledger, print_json, reports_errors
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.use_cases.verify_snapshot import verify_snapshot


@click.command("verify")
@click.argument("snapshot_id", type=click.UUID)
@json_option
@reports_errors
def command(snapshot_id: UUID, *, as_json: bool) -> None:
    """Check every citation of a snapshot against the raw rows it was made from; exit code 1 when one fails."""
    with opened_ledger() as (settings, ledger):
        found = verify_snapshot(snapshot_id, ledger=ledger, lake=Lake(settings.lake_location))
    if as_json:
        print_json({"citations": found.citation_count, "problems": list(found.problems)})
    else:
        for problem in found.problems:
            click.echo(problem, err=True)
        held = found.citation_count - len(found.problems)
        click.echo(f"{held} of {found.citation_count} citations of version {found.snapshot.version} hold.")
    if found.problems:
        sys.exit(FAILED)
