"""Building a past snapshot again, from its recorded inputs and the raw rows there were: the same bytes, or why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.bundling.selection import EvidenceBundle
from brandbrain_dagster.domain.compile.brand_inputs import PIPELINE_VERSIONS, BrandInputs
from brandbrain_dagster.domain.compile.canonical_json import canonical_json
from brandbrain_dagster.domain.compile.diff import diff_profiles
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.domain.fleet.standing import fleet_standing
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.errors import ConflictError
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import bundles, compile_runs, snapshots
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from brandbrain_dagster.use_cases.bundle_brand import bundle_of_items
from brandbrain_dagster.use_cases.compile_profile import CompileFacts, compile_profile
from brandbrain_dagster.use_cases.normalize_brand import evidence_as_of

_MOST_PATHS = 10


@dataclass(frozen=True, kw_only=True)
class Recompiled:
    """A snapshot built again; ``reasons`` say why it is not the same, none means that every byte is."""

    snapshot: Snapshot
    snapshot_json: Mapping[str, Any]
    reasons: Sequence[str]


def recompile_snapshot(snapshot_id: UUID, *, ledger: Ledger, lake: Lake) -> Recompiled:
    """Rebuilds a published snapshot; stores nothing and starts nothing.

    Raises:
        NotFoundError: there is no such snapshot.
        ConflictError: nothing was recorded that it could be rebuilt from, or a language model wrote it.
    """
    with ledger.read() as conn:
        snapshot = snapshots.get_snapshot_by_id(conn, snapshot_id=snapshot_id)
        run = compile_runs.get_compile_run(conn, compile_run_id=snapshot.compile_run_id)
        stored = None if run.bundle_id is None else bundles.get_bundle(conn, bundle_id=run.bundle_id)
    compiler = snapshot.snapshot_json["meta"]["compiler"]
    if stored is None or run.feature_report_id is None:
        raise ConflictError(f"The snapshot {snapshot_id} has no recorded bundle, so it cannot be rebuilt.")
    if compiler["name"] != ExtractiveCompiler().identity.name:
        raise ConflictError(
            f"The snapshot {snapshot_id} was written by {compiler['model']}, which need not say the same again; only "
            "extractive snapshots can be rebuilt."
        )
    items = evidence_as_of(snapshot.brand_id, as_of=snapshot.created_at, ledger=ledger, lake=lake)
    inputs = BrandInputs.from_json(run.inputs_json)
    criteria = BundleCriteria.from_json(stored.criteria_json)
    bundle = bundle_of_items(snapshot.brand_id, items.values(), inputs=inputs, criteria=criteria)
    rebuilt = _rebuilt(snapshot, run, bundle)
    reasons = [*_version_reasons(run), *_evidence_reasons(bundle, stored)]
    if canonical_json(rebuilt) != canonical_json(snapshot.snapshot_json):
        paths = diff_profiles(snapshot.snapshot_json, rebuilt).paths
        shown = ", ".join(paths[:_MOST_PATHS]) or "parts beside the values, such as sources"
        reasons.append(f"These differ: {shown}{' and more' if len(paths) > _MOST_PATHS else ''}.")
    else:
        reasons = []
    return Recompiled(snapshot=snapshot, snapshot_json=rebuilt, reasons=reasons)


def _rebuilt(snapshot: Snapshot, run: CompileRun, bundle: EvidenceBundle) -> dict[str, Any]:
    meta = snapshot.snapshot_json["meta"]
    facts = CompileFacts(
        inputs=BrandInputs.from_json(run.inputs_json),
        bundle=bundle,
        stats=build_feature_report(bundle.items),
        feature_report_id=UUID(meta["feature_report_id"]),
        evidence_status=EvidenceStatus.from_json(run.evidence_status_json),
        compiled_at=msgspec.convert(meta["compiled_at"], datetime),
        fleet=fleet_standing(run.inputs_json.get("fleet", {})),
    )
    rebuilt = dict(compile_profile(facts, ExtractiveCompiler()).snapshot_json)
    if "fallback_from" in meta["compiler"]:
        rebuilt["meta"]["compiler"]["fallback_from"] = meta["compiler"]["fallback_from"]
    return rebuilt


def _version_reasons(run: CompileRun) -> list[str]:
    recorded = run.inputs_json["compiler"]
    now = {"version": ExtractiveCompiler().identity.version, **PIPELINE_VERSIONS}
    return [
        f"It was made with {name} {recorded.get(name, 'unknown')}, this is {current}."
        for name, current in now.items()
        if recorded.get(name) != current
    ]


def _evidence_reasons(bundle: EvidenceBundle, stored: bundles.EvidenceBundle) -> list[str]:
    if bundle.evidence_version == stored.evidence_version:
        return []
    return ["The raw rows that are kept do not give the evidence it was made from."]
