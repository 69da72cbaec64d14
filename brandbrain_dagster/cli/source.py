"""``brandbrain source``: add, list."""

from typing import Any

import click

from brandbrain_dagster.cli.command import (
    json_option,
    new_id,
    now,
    opened_ledger,
    print_json,
    print_table,
    reports_errors,
)
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger import brands, sources
from brandbrain_dagster.use_cases.add_source import add_source


@click.group()
def command() -> None:
    """Add and list the places a brand is collected from."""


def _as_json(source: SourceConnection) -> dict[str, Any]:
    return {
        "id": str(source.id),
        "brand_id": str(source.brand_id),
        "platform": source.platform,
        "capability": source.capability,
        "identifier": source.identifier,
        "is_enabled": source.is_enabled,
        "settings_json": dict(source.settings_json),
        "created_at": source.created_at.isoformat(),
    }


@command.command("add")
@click.argument("brand")
@click.argument("capability")
@click.argument("identifier")
@click.option("--cap", type=click.IntRange(min=1), help="Most items a run fetches; lowers the environment's cap.")
@click.option("--ttl-hours", type=click.FloatRange(min=0), help="Hours for which this source's newest run is fresh.")
@json_option
@reports_errors
def add(
    brand: str, capability: str, identifier: str, cap: int | None, ttl_hours: float | None, *, as_json: bool
) -> None:
    """Add to BRAND the source CAPABILITY (such as instagram.reels) of IDENTIFIER (a handle, slug or address)."""
    settings = {name: value for name, value in (("cap", cap), ("ttl_hours", ttl_hours)) if value is not None}
    with opened_ledger() as (_, ledger), ledger.begin() as conn:
        found = brands.resolve_brand(conn, reference=brand)
        source, is_created = add_source(
            conn,
            brand_id=found.id,
            platform=capability.partition(".")[0],
            capability=capability,
            identifier=identifier,
            settings_json=settings,
            source_id=new_id(),
            now=now(),
        )
    if as_json:
        print_json({**_as_json(source), "is_new": is_created})
    else:
        click.echo(f"{'Added' if is_created else 'Known already:'} {source.name} {source.identifier}")


@command.command("list")
@click.argument("brand")
@json_option
@reports_errors
def list_all(brand: str, *, as_json: bool) -> None:
    """List the sources of BRAND."""
    with opened_ledger() as (_, ledger), ledger.read() as conn:
        found = brands.resolve_brand(conn, reference=brand)
        listed = sources.list_sources(conn, brand_id=found.id)
    if as_json:
        print_json([_as_json(source) for source in listed])
    elif listed:
        rows = [(s.name, s.identifier, "yes" if s.is_enabled else "no", dict(s.settings_json) or "") for s in listed]
        print_table(["source", "identifier", "enabled", "settings"], rows)
    else:
        click.echo(f"No sources yet; add one with: brandbrain source add {found.slug} instagram.posts HANDLE")
