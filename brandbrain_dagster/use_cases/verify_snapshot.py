"""Verifying a published snapshot: does everything it cites still stand in the raw rows it was made from?"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from brandbrain_dagster.domain.compile.citations import citation_problems, cited_evidence
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import snapshots
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from brandbrain_dagster.use_cases.normalize_brand import evidence_as_of


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What verifying a snapshot found; ``problems`` are sentences, none means that every citation holds."""

    snapshot: Snapshot
    citation_count: int
    problems: Sequence[str]


def verify_snapshot(snapshot_id: UUID, *, ledger: Ledger, lake: Lake) -> Verification:
    """Checks every citation against evidence built anew from the raw rows of the snapshot's time.

    Raises:
        NotFoundError: there is no such snapshot.
        LakeError: raw rows cannot be read.
    """
    with ledger.read() as conn:
        snapshot = snapshots.get_snapshot_by_id(conn, snapshot_id=snapshot_id)
    items = evidence_as_of(snapshot.brand_id, as_of=snapshot.created_at, ledger=ledger, lake=lake)
    return Verification(
        snapshot=snapshot,
        citation_count=sum(1 for _ in cited_evidence(snapshot.snapshot_json)),
        problems=citation_problems(snapshot.snapshot_json, items),
    )
