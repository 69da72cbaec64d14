"""What a board is made from, compiled the way a snapshot is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.opportunities.context import BoardContext
from tests.unit.compile.profiles import compile_profile
from tests.unit.opportunities.evidence import NOW, good_evidence


def board_context(answers: dict[str, Any] | None = None, items: Sequence[EvidenceItem] | None = None) -> BoardContext:
    """Returns the context of a brand with these answers and items, by default the good evidence."""
    looked_at = good_evidence() if items is None else items
    return BoardContext(
        brand_id=UUID(int=11),
        brand_name="Acme Roasters",
        snapshot=msgspec.convert(compile_profile(looked_at, answers), SnapshotDocument),
        items=looked_at,
        now=NOW,
    )
