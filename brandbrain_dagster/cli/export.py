"""``brandbrain export``: a profile for use elsewhere."""

import click

from brandbrain_dagster.cli.command import opened_ledger, reports_errors
from brandbrain_dagster.cli.profile import newest_snapshot, original_urls
from brandbrain_dagster.domain.export.brand_export import ExportedProfile, ExportFormat, export_profile
from brandbrain_dagster.domain.export.profile_fields import cited_ids
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.stores.ledger import brands, snapshots


@click.command("export")
@click.argument("reference", metavar="BRAND")
@click.option(
    "--format",
    "as_format",
    type=click.Choice([name.value for name in ExportFormat]),
    default=ExportFormat.MARKDOWN.value,
    show_default=True,
    help="A document, plain values, a block for a system prompt, or schema.org data for a web page.",
)
@click.option("--max-tokens", type=click.IntRange(min=1), help="Most tokens of a prompt.")
@click.option("--version", type=int, help="Version of the profile; the newest if not given.")
@reports_errors
def command(reference: str, as_format: str, max_tokens: int | None, version: int | None) -> None:
    """Print the profile of BRAND for use elsewhere."""
    wanted = ExportFormat(as_format)
    if max_tokens is not None and wanted is not ExportFormat.PROMPT:
        raise InvalidInputError("--max-tokens goes with --format prompt only.")
    with opened_ledger() as (_, ledger), ledger.read() as conn:
        brand = brands.resolve_brand(conn, reference=reference)
        snapshot = newest_snapshot(conn, brand)
        if version is not None:
            snapshot = snapshots.get_snapshot(conn, brand_id=brand.id, version=version)
        urls = original_urls(conn, brand, cited_ids(snapshot.snapshot_json))
    exported = ExportedProfile(
        brand_name=brand.name,
        website_url=brand.website_url,
        snapshot_id=str(snapshot.id),
        version=snapshot.version,
        created_at=snapshot.created_at.isoformat(),
        snapshot_json=snapshot.snapshot_json,
        urls=urls,
    )
    click.echo(export_profile(exported, wanted, max_tokens=max_tokens), nl=False)
