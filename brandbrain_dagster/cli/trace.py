"""`brandbrain trace`: where a field of a profile comes from."""

from typing import Any

import click

from brandbrain_dagster.cli.command import json_option, opened_ledger, print_json, reports_errors
from brandbrain_dagster.cli.profile import newest_snapshot
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import brands, snapshots
from brandbrain_dagster.use_cases.trace_field import trace_field

_ROW_SHOWN = 160
"""Characters of a raw row on the terminal; --json gives all of it."""


@click.command("trace")
@click.argument("reference", metavar="BRAND")
@click.argument("path")
@click.option("--version", type=int, help="Version of the profile; the newest if not given.")
@json_option
@reports_errors
def command(reference: str, path: str, version: int | None, *, as_json: bool) -> None:
    """Show where a field of a profile comes from, down to the raw row: PATH is as voice.tone_tags or pillars.0.name."""
    with opened_ledger() as (settings, ledger):
        with ledger.read() as conn:
            brand = brands.resolve_brand(conn, reference=reference)
            shown = newest_snapshot(conn, brand)
            if version is not None:
                shown = snapshots.get_snapshot(conn, brand_id=brand.id, version=version)
        found = trace_field(shown, path, ledger=ledger, lake=Lake(settings.lake_location))
    if as_json:
        print_json(found)
    else:
        _print_trace(found)


def _print_trace(found: dict[str, Any]) -> None:
    click.echo(f"{found['path']} = {found['value']!r} (confidence {found['confidence']})")
    if not found["sources"]:
        click.echo("  rests on nothing")
    for source in found["sources"]:
        click.echo(f"  {source['type']} {source['id']}")
        if source["type"] != "evidence":
            click.echo(f"    given: {source['given']!r}")
            continue
        if source.get("quote"):
            click.echo(f"    “{source['quote']}” ({source['field']}, characters {source['start']} to {source['end']})")
        item = source["item"]
        if item is None:
            click.echo("    the item is not kept any more")
            continue
        click.echo(f"    {item['platform']} {item['content_type']} of {item['published_at']}: {item['canonical_url']}")
        for row in item["rows"]:
            _print_row(row)


def _print_row(row: dict[str, Any]) -> None:
    click.echo(f"    raw row {row['item_index']} of run {row['apify_run_id']}")
    if row["actor_run"] is not None:
        run, source = row["actor_run"], row["source"]
        click.echo(
            f"      {run['actor_id']}, started {run['started_at']}, for {source['source']} {source['identifier']}"
        )
    if row["raw_row"] is not None:
        click.echo(f"      {row['raw_row'][:_ROW_SHOWN]}")
