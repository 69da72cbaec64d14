"""A published profile with everything that it rests on: the golden one, and changed copies of it."""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec
from sqlalchemy import Connection

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.stores.ledger import compile_progress
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.bundles import insert_bundle, insert_feature_report
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.evidence_items import upsert_evidence_items
from brandbrain_dagster.stores.ledger.snapshots import Snapshot, insert_snapshot
from tests.stores.ledger_rows import NOW, add_compile, claim

_GOLDEN = Path(__file__).parents[1] / "golden" / "extractive_2-features_2-normalizer_1-criteria_v1-schema_v1.json"
_IDS = UUID(int=7)


@dataclass(frozen=True)
class Profile:
    """A profile, its evidence and its inputs, all as plain JSON."""

    snapshot: dict[str, Any]
    items: list[dict[str, Any]]
    inputs: dict[str, Any]

    def changed(self, **fields: Any) -> "Profile":
        """Returns a copy in which the fields at the paths (``voice__do``) have other values."""
        snapshot = copy.deepcopy(self.snapshot)
        for path, value in fields.items():
            section, name = path.split("__")
            snapshot[section][name]["value"] = value
        return Profile(snapshot, self.items, self.inputs)


def _golden() -> Profile:
    """Evidence ids are UUIDs in a ledger."""
    text = _GOLDEN.read_text(encoding="utf-8")
    for item in json.loads(text)["items"]:
        text = text.replace(json.dumps(item["id"]), json.dumps(str(uuid5(_IDS, item["id"]))))
    golden = json.loads(text)
    return Profile(golden["snapshot"], golden["items"], golden["inputs"])


PROFILE = _golden()


def publish(
    conn: Connection,
    brand: Brand,
    profile: Profile,
    *,
    now: datetime = NOW,
    stats: Mapping[str, Any] | None = None,
    diff: Mapping[str, Any] | None = None,
    outcomes: Sequence[Mapping[str, Any]] = (),
    qa_report: Mapping[str, Any] | None = None,
) -> Snapshot:
    """Publishes a profile as a compile does, and leaves behind what a compile leaves."""
    items = [{**item, "brand_id": str(brand.id)} for item in profile.items]
    upsert_evidence_items(
        conn, brand_id=brand.id, items=[(UUID(item["id"]), item["content_hash"], item) for item in items], now=now
    )
    run = add_compile(conn, brand)
    held: dict[str, Any] = {"compile_run_id": run.id, "lease_token": uuid4()}
    claim(conn, run, held["lease_token"])
    compile_progress.record_inputs(
        conn, **held, inputs_json=profile.inputs, input_hash="hash", prompt_version=None, model=None
    )
    status = {"failed": list(outcomes), "reused": [], "refreshed": [], "skipped": []}
    compile_progress.record_evidence_status(conn, **held, evidence_status_json=status)
    bundle = insert_bundle(
        conn,
        bundle_id=uuid4(),
        brand_id=brand.id,
        criteria_json={},
        item_ids=[UUID(item["id"]) for item in items],
        item_hashes=[item["content_hash"] for item in items],
        summary_json={},
        evidence_version="v1",
        now=now,
    )
    figures = stats or build_feature_report(msgspec.convert(items, list[EvidenceItem]))
    report = insert_feature_report(
        conn, report_id=uuid4(), brand_id=brand.id, bundle_id=bundle.id, stats_json=figures, now=now
    )
    compile_progress.record_bundle(conn, **held, bundle_id=bundle.id, feature_report_id=report.id)
    checks = qa_report or {"status": "PASS", "checks": []}
    compile_progress.record_draft(conn, **held, draft_json={}, qa_report_json=checks, llm_usage_json={})
    snapshot = insert_snapshot(
        conn,
        snapshot_id=uuid4(),
        brand_id=brand.id,
        compile_run_id=run.id,
        snapshot_json=profile.snapshot,
        schema_version="v1",
        diff_from_previous_json=diff or {},
        content_hash=uuid4().hex,
        now=now,
    )
    COMPILES.finish_succeeded(conn, work_id=run.id, lease_token=held["lease_token"], now=now)
    return snapshot
