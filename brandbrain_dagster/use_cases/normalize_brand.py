"""Bringing a brand's evidence up to date with its raw items."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import polars as pl

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, ActorRunStatus
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.domain.normalization.evidence_frame import frame_from_items, items_from_frame
from brandbrain_dagster.domain.normalization.sightings import (
    NORMALIZER_VERSION,
    NormalizationCounts,
    RawRun,
    by_id,
    fold_run,
)
from brandbrain_dagster.domain.platforms.registry import capability_of_actor
from brandbrain_dagster.stores.lake.lake import Lake, RawRunFile
from brandbrain_dagster.stores.ledger import actor_runs, sources
from brandbrain_dagster.stores.ledger.engine import Ledger


@dataclass(frozen=True, kw_only=True)
class NormalizedBrand:
    """A brand's evidence after normalization.

    ``version`` is a hash of its content. ``counts`` are by Apify's run id, of the runs folded now; ``is_rebuilt`` says
    that all raw files were read again.
    """

    frame: pl.DataFrame
    version: str
    counts: Mapping[str, NormalizationCounts]
    is_rebuilt: bool


def normalize_brand(brand_id: UUID, *, ledger: Ledger, lake: Lake) -> NormalizedBrand:
    """Folds the runs that are not folded yet into the brand's evidence file; reads only their raw files.

    Everything is rebuilt from raw when the evidence file is missing, was made by another normalizer version, or a run
    is not newer than the evidence it would be folded into. Either way the rows are the same.
    """
    with ledger.begin() as conn:
        runs = [run for run in actor_runs.list_runs(conn, brand_id=brand_id) if run.status is ActorRunStatus.SUCCEEDED]
        listed = sources.list_sources(conn, brand_id=brand_id, with_removed=True)
    connections = {source.id: source for source in listed}
    frame = lake.read_evidence(brand_id=brand_id)
    pending = [run for run in runs if run.normalized_item_count is None]
    stored = [_stored(run, lake) for run in pending]
    new_runs = [_raw_run(file, connections) for file in stored if file is not None]
    is_rebuilt = frame is None or _is_outdated(frame) or _is_out_of_order(frame, new_runs)
    if is_rebuilt or frame is None:
        items: dict[str, EvidenceItem] = {}
        in_order: Iterator[RawRun] = (_raw_run(file, connections) for file in lake.iter_raw_runs(brand_id=brand_id))
    else:
        items = by_id(items_from_frame(frame))
        in_order = iter(sorted(new_runs, key=lambda run: (run.fetched_at, run.apify_run_id)))
    counts = {run.apify_run_id: fold_run(items, run, brand_id=brand_id) for run in in_order}
    if counts or frame is None:
        frame = frame_from_items(items.values())
        lake.write_evidence(brand_id=brand_id, frame=frame)
    _record(counts, runs, ledger)
    return NormalizedBrand(frame=frame, version=_version(frame), counts=counts, is_rebuilt=is_rebuilt)


def evidence_as_of(brand_id: UUID, *, as_of: datetime, ledger: Ledger, lake: Lake) -> dict[str, EvidenceItem]:
    """Returns a brand's evidence by id as the raw rows fetched until then give it; stores nothing."""
    with ledger.read() as conn:
        listed = sources.list_sources(conn, brand_id=brand_id, with_removed=True)
    connections = {source.id: source for source in listed}
    items: dict[str, EvidenceItem] = {}
    for file in lake.iter_raw_runs(brand_id=brand_id):
        if file.fetched_at <= as_of:
            fold_run(items, _raw_run(file, connections), brand_id=brand_id)
    return items


def _version(frame: pl.DataFrame) -> str:
    lines = frame.sort("id").select(pl.concat_str("id", "content_hash", separator=" "))
    return hashlib.sha256("\n".join(lines.to_series()).encode()).hexdigest()


def _stored(run: ActorRun, lake: Lake) -> RawRunFile | None:
    return lake.read_raw_run(
        brand_id=run.brand_id, source_connection_id=run.source_connection_id, apify_run_id=run.apify_run_id or ""
    )


def _raw_run(file: RawRunFile, connections: Mapping[UUID, SourceConnection]) -> RawRun:
    source = connections.get(file.source_connection_id)
    return RawRun(
        apify_run_id=file.apify_run_id,
        fetched_at=file.fetched_at,
        capability=capability_of_actor(file.actor_id),
        identifier=source.identifier if source else None,
        rows=file.rows,
    )


def _is_outdated(frame: pl.DataFrame) -> bool:
    """An empty frame counts as outdated: nothing in it says which version found nothing."""
    return frame.is_empty() or not frame["normalizer_version"].eq(NORMALIZER_VERSION).all()


def _is_out_of_order(frame: pl.DataFrame, runs: Iterable[RawRun]) -> bool:
    newest = frame["last_seen_at"].max()
    return any(run.fetched_at <= newest for run in runs) if newest is not None else False  # type: ignore[operator]


def _record(counts: Mapping[str, NormalizationCounts], runs: Iterable[ActorRun], ledger: Ledger) -> None:
    """Marks the folded runs, and with zero those that are waiting and brought no rows: nothing is stored of them."""
    with ledger.begin() as conn:
        for run in runs:
            folded = counts.get(run.apify_run_id or "")
            count = folded.sightings if folded else 0
            if run.apify_run_id and (folded or run.normalized_item_count is None):
                actor_runs.record_normalized(conn, apify_run_id=run.apify_run_id, normalized_item_count=count)
