"""``brandbrain status``."""

import click

from brandbrain_dagster.cli.command import json_option, now, opened_ledger, print_json, print_table, reports_errors
from brandbrain_dagster.use_cases.brand_overview import BrandOverview, brand_overview


@click.command()
@click.argument("brand")
@json_option
@reports_errors
def command(brand: str, *, as_json: bool) -> None:
    """Show the sources, the compile, the profile and the cost of BRAND (a slug or an id)."""
    with opened_ledger() as (settings, ledger):
        overview = brand_overview(brand, ledger=ledger, default_ttl_hours=settings.apify_run_ttl_hours, now=now())
    if as_json:
        print_json(overview.to_json())
    else:
        _print(overview)


def _print(overview: BrandOverview) -> None:
    click.echo(f"{overview.brand.name} ({overview.brand.slug}, {overview.brand.id})")
    run, snapshot = overview.newest_compile, overview.snapshot
    if snapshot is not None:
        click.echo(f"Profile: version {snapshot.version}, made {snapshot.created_at:%Y-%m-%d %H:%M} UTC")
    else:
        click.echo(f"Profile: none yet; make one with: brandbrain compile {overview.brand.slug}")
    if run is not None:
        reason = run.error or run.last_error
        stage = f" ({run.stage})" if run.stage else ""
        click.echo(f"Newest compile: {run.status}{stage}{f': {reason}' if reason else ''}")
    unknown = f", {overview.unknown_cost_count} of unknown cost" if overview.unknown_cost_count else ""
    click.echo(f"Actor runs: {overview.actor_run_count}, {overview.spent_usd:.4f} USD{unknown}")
    rows = [
        (state.source, state.identifier, state.newest_run_status, state.age_hours, state.next_action, state.reason)
        for state in overview.sources
    ]
    print_table(["source", "identifier", "newest run", "age h", "next", "why"], rows)
