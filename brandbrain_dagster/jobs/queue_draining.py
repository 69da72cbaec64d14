"""Looking for due work in the ledger's queues, for as many brands as there is room for."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from brandbrain_dagster.assets.brands_at_once import BrandsAtOnce
from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.ledger.work_queue import DueWork, WorkQueue

_REFUSED_SECONDS = 10
"""How long a brand that somebody else works on is left alone."""
Work = Callable[[], None]


@dataclass(frozen=True)
class DrainedQueue:
    """A queue, what is done for a piece of its work, and how many pieces at its head are another's."""

    queue: WorkQueue[Any]
    work_of: Callable[[DueWork], Work]
    leaves: int = 0


def looking_at(brands: BrandsAtOnce, queues: Sequence[DrainedQueue]) -> Callable[[], list[tuple[UUID, Work]]]:
    """Returns a function that lists brands with due work, leaving out those just refused; the first queue goes first.

    A brand is listed once, however much of its work is due.
    """
    refused_at: dict[UUID, float] = {}

    def look() -> list[tuple[UUID, Work]]:
        now = time.monotonic()
        refused_at.update(dict.fromkeys(brands.skipped, now))
        brands.skipped.clear()
        busy = brands.brand_ids | {brand_id for brand_id, at in refused_at.items() if now - at < _REFUSED_SECONDS}
        if brands.free < 1:
            return []
        found: dict[UUID, Work] = {}
        try:
            for drained in queues:
                for due in _due(brands, drained, len(busy | found.keys())):
                    if due.brand_id not in busy:
                        found.setdefault(due.brand_id, drained.work_of(due))
        except LedgerUnavailableError as error:
            brands.ports.log.warning("%s", error)
        return list(found.items())[: brands.free]

    return look


def _due(brands: BrandsAtOnce, drained: DrainedQueue, left_out: int) -> list[DueWork]:
    limit = drained.leaves + brands.free + left_out
    with brands.ports.ledger.ledger.read() as conn:
        return drained.queue.list_due(conn, now=brands.ports.clock.now(), limit=limit)[drained.leaves :]
