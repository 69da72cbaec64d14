"""``brandbrain brand``: create, list, show, import, delete."""

from pathlib import Path

import click
import yaml

from brandbrain_dagster.cli.command import (
    json_option,
    new_id,
    now,
    opened_ledger,
    print_json,
    print_table,
    reports_errors,
)
from brandbrain_dagster.cli.profile import print_profile, snapshot_as_json
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import brands, onboarding, snapshots, sources
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.use_cases.create_brand import create_brand
from brandbrain_dagster.use_cases.erase_brand import erase_brand
from brandbrain_dagster.use_cases.import_brand import import_brand, read_brand_file


@click.group()
def command() -> None:
    """Create, list, show, import and delete brands."""


def _as_json(brand: Brand) -> dict[str, str | None]:
    return {
        "id": str(brand.id),
        "name": brand.name,
        "slug": brand.slug,
        "website_url": brand.website_url,
        "created_at": brand.created_at.isoformat(),
    }


@command.command("create")
@click.argument("name")
@click.option("--slug", help="Short name for commands and addresses; made from the name if not given.")
@click.option("--website", "website_url", help="Address of the brand's site.")
@json_option
@reports_errors
def create(name: str, slug: str | None, website_url: str | None, *, as_json: bool) -> None:
    """Create the brand NAME."""
    with opened_ledger() as (_, ledger), ledger.begin() as conn:
        brand = create_brand(conn, name=name, slug=slug, website_url=website_url, brand_id=new_id(), now=now())
    if as_json:
        print_json(_as_json(brand))
    else:
        click.echo(f"Created {brand.name} ({brand.slug}, {brand.id}).")
        click.echo(f"Next: brandbrain source add {brand.slug} instagram.posts HANDLE")


@command.command("list")
@json_option
@reports_errors
def list_all(*, as_json: bool) -> None:
    """List all brands, newest first."""
    with opened_ledger() as (_, ledger), ledger.read() as conn:
        found = brands.list_brands(conn)
    if as_json:
        print_json([_as_json(brand) for brand in found])
    elif found:
        print_table(["slug", "name", "website", "id"], [(b.slug, b.name, b.website_url, b.id) for b in found])
    else:
        click.echo("There are no brands yet; make one with: brandbrain brand create NAME")


@command.command("show")
@click.argument("brand")
@json_option
@reports_errors
def show(brand: str, *, as_json: bool) -> None:
    """Show BRAND (a slug or an id): its newest profile, or what it has so far."""
    with opened_ledger() as (_, ledger):
        with ledger.read() as conn:
            found = brands.resolve_brand(conn, reference=brand)
            answers = onboarding.get_onboarding(conn, brand_id=found.id)
            connected = sources.list_sources(conn, brand_id=found.id)
            snapshot = snapshots.find_newest_snapshot(conn, brand_id=found.id)
        if as_json:
            given = {"tier": answers.tier, "answers_json": dict(answers.answers_json)}
            listed = [{"source": source.name, "identifier": source.identifier} for source in connected]
            latest = snapshot_as_json(snapshot) if snapshot else None
            print_json({"brand": _as_json(found), "onboarding": given, "sources": listed, "latest": latest})
        elif snapshot is not None:
            print_profile(found, snapshot, ledger)
        else:
            click.echo(
                f"{found.name} ({found.slug}, {found.id}) has {len(answers.answers_json)} answers, "
                f"{len(connected)} sources and no profile yet; make one with: brandbrain compile {found.slug}"
            )


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@reports_errors
def import_file(file: Path, *, as_json: bool) -> None:
    """Create or update a brand, its answers and its sources from a YAML FILE."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{file} is not readable as YAML: {error}.") from error
    with opened_ledger() as (_, ledger):
        result = import_brand(read_brand_file(content), ledger=ledger, now=now(), new_id=new_id)
    for warning in result.warnings:
        click.echo(f"Warning: {warning.path} {warning.message}.", err=True)
    if as_json:
        imported = {
            "is_new": result.is_new,
            "sources_added": result.sources_added,
            "sources_known": result.sources_known,
        }
        print_json({"brand": _as_json(result.brand), **imported})
        return
    verb = "Created" if result.is_new else "Updated"
    click.echo(
        f"{verb} {result.brand.name} ({result.brand.slug}): {result.sources_added} sources added, "
        f"{result.sources_known} known already."
    )
    click.echo(f"Next: brandbrain compile {result.brand.slug}")


@command.command("delete")
@click.argument("brand")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@reports_errors
def delete(brand: str, *, yes: bool, as_json: bool) -> None:
    """Erase BRAND (a slug or an id): its rows, its files, its partition. Nothing brings it back."""
    with opened_ledger() as (settings, ledger):
        with ledger.read() as conn:
            found = brands.resolve_brand(conn, reference=brand)
        if not yes:
            click.confirm(f"Erase {found.name} ({found.slug}) with everything known about it?", abort=True, err=True)
        erased = erase_brand(found.id, ledger=ledger, lake=Lake(settings.lake_location))
        had_partition = _removed_partition(found, settings)
    if as_json:
        counts = {"rows": dict(erased.rows), "lake_files": erased.lake_files, "partition": had_partition}
        print_json({"brand": _as_json(found), "erased": counts})
        return
    rows = ", ".join(f"{count} {table}" for table, count in erased.rows.items() if count)
    partition = ", and its Dagster partition" if had_partition else ""
    click.echo(f"Erased {found.name} ({found.slug}): rows: {rows}; {erased.lake_files} lake files{partition}.")


def _removed_partition(brand: Brand, settings: Settings) -> bool:
    """Where this machine has no Dagster, a sensor removes the partition elsewhere."""
    if not settings.dagster_home.exists():
        return False
    # Dagster takes seconds to import.
    from brandbrain_dagster.cli.brand_partition import remove_brand_partition  # noqa: PLC0415

    return remove_brand_partition(brand.id, settings)
