"""What the ideas of one board are made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem


@dataclass(frozen=True, kw_only=True)
class BoardContext:
    """The newest profile of a brand and the evidence looked at; ``now`` is when (UTC)."""

    brand_id: UUID
    brand_name: str
    snapshot: SnapshotDocument
    items: Sequence[EvidenceItem]
    now: datetime
