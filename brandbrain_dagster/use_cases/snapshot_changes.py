"""What changed since the snapshot before, and why; attributed by drafting again without an item."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection

from brandbrain_dagster.domain.bundling.selection import bundle_with
from brandbrain_dagster.domain.compile.attribution import attribute_changes
from brandbrain_dagster.domain.compile.compiler import Compiler
from brandbrain_dagster.domain.compile.diff import diff_profiles
from brandbrain_dagster.domain.compile.diff_causes import CompiledSnapshot, diff_json, hashes_by_item
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.domain.normalization.evidence_frame import items_from_frame
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import bundles, compile_runs, snapshots
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from brandbrain_dagster.use_cases.compile_profile import CompiledProfile, CompileFacts, compile_profile


def changes_since_newest(
    compiled: CompiledProfile,
    facts: CompileFacts,
    *,
    inputs_json: Mapping[str, Any],
    brand_id: UUID,
    compiler: Compiler,
    ledger: Ledger,
    lake: Lake,
) -> dict[str, Any]:
    """Returns the diff, with causes, from the brand's newest snapshot to a profile that is to be published."""
    with ledger.read() as conn:
        newest = snapshots.find_newest_snapshot(conn, brand_id=brand_id)
        before = None if newest is None else compiled_snapshot(conn, newest)
    difference = diff_profiles(before.snapshot_json if before else None, compiled.snapshot_json)
    after = CompiledSnapshot(
        version=0,
        snapshot_json=compiled.snapshot_json,
        inputs_json=inputs_json,
        evidence={item.id: item.content_hash for item in facts.bundle.items},
    )
    proofs: dict[str, list[str]] = {}
    if before is not None and isinstance(compiler, ExtractiveCompiler):
        redraft = _Redraft(facts, compiler, brand_id=brand_id, lake=lake)
        proofs = attribute_changes(difference, before, after, redraft)
    return diff_json(difference, before, after, proofs=proofs)


def compiled_snapshot(conn: Connection, snapshot: Snapshot) -> CompiledSnapshot:
    """Returns a published snapshot with what it was compiled from."""
    run = compile_runs.get_compile_run(conn, compile_run_id=snapshot.compile_run_id)
    bundle = None if run.bundle_id is None else bundles.get_bundle(conn, bundle_id=run.bundle_id)
    return CompiledSnapshot(
        version=snapshot.version,
        snapshot_json=snapshot.snapshot_json,
        inputs_json=run.inputs_json,
        evidence={} if bundle is None else hashes_by_item(bundle.item_ids, bundle.item_hashes),
    )


class _Redraft:
    """Compiles again with one item taken out of the bundle, or put back into it."""

    def __init__(self, facts: CompileFacts, compiler: Compiler, *, brand_id: UUID, lake: Lake) -> None:
        self._facts = facts
        self._compiler = compiler
        self._brand_id = brand_id
        self._lake = lake
        self._frame: pl.DataFrame | None = None

    def __call__(self, item_id: str, change: str) -> Mapping[str, Any]:
        items = [item for item in self._facts.bundle.items if item.id != item_id]
        if change == "gone":
            items += self._from_lake(item_id)
        bundle = bundle_with(self._facts.bundle, items, brand_id=self._brand_id)
        facts = replace(self._facts, bundle=bundle, stats=build_feature_report(bundle.items))
        return compile_profile(facts, self._compiler).snapshot_json

    def _from_lake(self, item_id: str) -> list[EvidenceItem]:
        if self._frame is None:
            self._frame = self._lake.read_evidence(brand_id=self._brand_id)
        return [] if self._frame is None else list(items_from_frame(self._frame.filter(pl.col("id") == item_id)))
