"""Tracing a field of a profile back: to answers, overrides, or evidence, raw rows, actor runs and sources."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.compile.diff import field_at
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import actor_runs, compile_runs, evidence_items, sources
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot


def trace_field(snapshot: Snapshot, path: str, *, ledger: Ledger, lake: Lake) -> dict[str, Any]:
    """Returns the field with, for each of its sources, what it leads back to, down to the raw row as it was received.

    Raises:
        NotFoundError: the snapshot has no such field.
    """
    node = field_at(snapshot.snapshot_json, path)
    if node is None:
        raise NotFoundError(
            f"The snapshot has no field at {path!r}; name one as voice.tone_tags, pillars.0.name or "
            "platform_profiles.instagram.hashtags."
        )
    with ledger.read() as conn:
        inputs = compile_runs.get_compile_run(conn, compile_run_id=snapshot.compile_run_id).inputs_json
        evidence = _evidence_of(conn, snapshot.brand_id, node, lake)
    return {
        "path": path,
        "value": node["value"],
        "confidence": node["confidence"],
        "locked": node["locked"],
        "sources": [_traced(source, inputs, evidence) for source in node["sources"]],
    }


def _traced(source: Mapping[str, Any], inputs: Mapping[str, Any], evidence: Mapping[str, Any]) -> dict[str, Any]:
    if source["type"] == "evidence":
        return {**source, "item": evidence.get(source["id"])}
    given = inputs.get("answers" if source["type"] == "answer" else "overrides", {})
    return {**source, "given": given.get(source["id"])}


def _evidence_of(conn: Connection, brand_id: UUID, node: Mapping[str, Any], lake: Lake) -> dict[str, Any]:
    """Returns the cited items by id, each with its raw rows and where they came from."""
    ids = [UUID(source["id"]) for source in node["sources"] if source["type"] == "evidence"]
    items = evidence_items.list_evidence_items(conn, brand_id=brand_id, ids=ids)
    runs = {run.apify_run_id: run for run in actor_runs.list_runs(conn, brand_id=brand_id)}
    connections = {source.id: source for source in sources.list_sources(conn, brand_id=brand_id, with_removed=True)}
    rows: dict[str, list[str]] = {}
    traced = {}
    for item_id, item in items.items():
        origins = []
        for ref in item["raw_refs"]:
            run = runs.get(ref["apify_run_id"])
            origin: dict[str, Any] = {**ref, "raw_row": None, "actor_run": None, "source": None}
            if run is not None:
                if run.apify_run_id not in rows:
                    rows[str(run.apify_run_id)] = _raw_rows(lake, brand_id, run.source_connection_id, run.apify_run_id)
                kept = rows[str(run.apify_run_id)]
                source = connections[run.source_connection_id]
                origin["raw_row"] = kept[ref["item_index"]] if ref["item_index"] < len(kept) else None
                origin["actor_run"] = {
                    "id": str(run.id),
                    "actor_id": run.actor_id,
                    "started_at": run.started_at.isoformat(),
                    "usage_usd": None if run.usage_usd is None else str(run.usage_usd),
                }
                origin["source"] = {"id": str(source.id), "source": source.name, "identifier": source.identifier}
            origins.append(origin)
        traced[str(item_id)] = {
            **{name: item[name] for name in ("platform", "content_type", "canonical_url", "published_at")},
            "content_hash": item["content_hash"],
            "rows": origins,
        }
    return traced


def _raw_rows(lake: Lake, brand_id: UUID, source_id: UUID, apify_run_id: str | None) -> list[str]:
    file = lake.read_raw_run(brand_id=brand_id, source_connection_id=source_id, apify_run_id=apify_run_id or "")
    return [] if file is None else [row.decode() for row in file.rows]
