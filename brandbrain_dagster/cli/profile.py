"""A snapshot on the terminal: as text, or as JSON."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import click
from sqlalchemy import Connection

from brandbrain_dagster.domain.compile.citations import cited_evidence
from brandbrain_dagster.domain.export.profile_text import profile_text
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger import evidence_items, snapshots
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot


def newest_snapshot(conn: Connection, brand: Brand) -> Snapshot:
    """Returns the brand's profile as it is now.

    Raises:
        NotFoundError: it was never compiled.
    """
    newest = snapshots.find_newest_snapshot(conn, brand_id=brand.id)
    if newest is None:
        raise NotFoundError(f"{brand.name} has no profile yet; compile it first.")
    return newest


def original_urls(conn: Connection, brand: Brand, item_ids: Sequence[str]) -> dict[str, str]:
    """Returns the addresses of the original posts by evidence id."""
    items = evidence_items.list_evidence_items(conn, brand_id=brand.id, ids=[UUID(item_id) for item_id in item_ids])
    return {str(item_id): str(item["canonical_url"]) for item_id, item in items.items()}


def print_profile(brand: Brand, snapshot: Snapshot, ledger: Ledger) -> None:
    """Prints the profile with its confidences, and the addresses of the posts it rests on."""
    cited = sorted({source["id"] for _, source in cited_evidence(snapshot.snapshot_json)})
    with ledger.read() as conn:
        urls = original_urls(conn, brand, cited)
    click.echo(profile_text(brand.name, snapshot.snapshot_json, urls))


def snapshot_as_json(snapshot: Snapshot) -> dict[str, Any]:
    """Returns the snapshot as the API gives it."""
    return {
        "snapshot_id": str(snapshot.id),
        "brand_id": str(snapshot.brand_id),
        "version": snapshot.version,
        "snapshot_json": snapshot.snapshot_json,
        "created_at": snapshot.created_at.isoformat(),
        "compile_run_id": str(snapshot.compile_run_id),
    }
