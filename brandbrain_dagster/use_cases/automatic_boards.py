"""Boards that nobody asked for: of brands whose board is older than their newest snapshot."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from brandbrain_dagster.stores.ledger import board_generations
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.stale_boards import list_brands_with_stale_boards
from brandbrain_dagster.use_cases.attempt_generation import GenerationRules

AT_ONCE = 200
"""Boards that are enqueued in one look: what people ask for stays quick."""


def refresh_stale_boards(*, ledger: Ledger, rules: GenerationRules, now: datetime, new_id: Callable[[], UUID]) -> int:
    """Enqueues a generation for every brand with a board that is not of its newest snapshot; returns how many.

    However its generation ends, a snapshot gets one of them: the board that is left is of that snapshot.
    """
    with ledger.begin() as conn:
        stale = list_brands_with_stale_boards(conn, limit=AT_ONCE)
        for brand_id in stale:
            board_generations.insert_generation(
                conn,
                generation_id=new_id(),
                brand_id=brand_id,
                requested_by=RequestedBy.REFRESH,
                max_attempts=rules.max_attempts,
                now=now,
            )
    return len(stale)
