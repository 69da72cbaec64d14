"""A brand with a profile that was really compiled, published in a ledger with the evidence it cites."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from sqlalchemy import Connection

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.normalization.served_item import served_json
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.evidence_items import upsert_evidence_items
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from tests.stores.ledger_rows import NOW, add_snapshot
from tests.unit.compile.brands import ROASTER_ANSWERS, roaster
from tests.unit.compile.profiles import compile_profile

RULES: dict[str, Any] = {
    "cadence_per_week": 3,
    "hashtag_policy": {"usage": "minimal", "max_count": 2},
    "link_policy": "bio_only",
    "forbidden_patterns": ["game changer"],
}
ANSWERS = {**ROASTER_ANSWERS, "tier2.platform_rules.instagram": RULES}
_CAPABILITIES = {"linkedin": "company_posts", "web": "crawl_pages"}


def evidence_of(brand_id: UUID) -> list[EvidenceItem]:
    """Returns the roaster's items with ids of their own for the brand."""
    return [
        msgspec.structs.replace(
            item,
            id=str(uuid5(brand_id, item.id)),
            brand_id=str(brand_id),
            capability=_CAPABILITIES.get(item.platform, item.capability),
            content_hash=f"{number:064}",
        )
        for number, item in enumerate(roaster())
    ]


def compiled(answers: Mapping[str, Any] = ANSWERS, brand_id: UUID = NAMESPACE_URL) -> dict[str, Any]:
    """Returns the roaster's profile."""
    return compile_profile(evidence_of(brand_id), dict(answers))


def publish(conn: Connection, brand: Brand, answers: Mapping[str, Any] = ANSWERS) -> Snapshot:
    """Publishes the roaster's profile as the brand's, with its evidence."""
    rows = [(UUID(item.id), item.content_hash, served_json(item)) for item in evidence_of(brand.id)]
    upsert_evidence_items(conn, brand_id=brand.id, items=rows, now=NOW)
    return add_snapshot(conn, brand, snapshot_json=compiled(answers, brand.id))
