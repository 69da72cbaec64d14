"""Boards that nobody asked for: of brands whose board is older than their newest snapshot."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from brandbrain_dagster.stores.ledger.board_generations import enqueue_generation_query
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.stale_boards import count_live_generations, list_brands_with_stale_boards
from brandbrain_dagster.use_cases.attempt_generation import GenerationRules

LIVE_AT_MOST = 200
"""Generations that wait or run, beyond which no refresh is added: what people ask for stays quick."""


def refresh_stale_boards(*, ledger: Ledger, rules: GenerationRules, now: datetime, new_id: Callable[[], UUID]) -> int:
    """Enqueues a generation for brands with a board that is not of their newest snapshot; returns how many.

    However its generation ends, a snapshot gets one of them: the board that is left is of that snapshot.
    """
    enqueued = 0
    with ledger.begin() as conn:
        room = LIVE_AT_MOST - count_live_generations(conn)
        for brand_id in list_brands_with_stale_boards(conn, limit=max(room, 0)):
            query = enqueue_generation_query(
                generation_id=new_id(),
                brand_id=brand_id,
                requested_by=RequestedBy.REFRESH,
                max_attempts=rules.max_attempts,
                now=now,
            )
            enqueued += conn.execute(query.statement).first() is not None
    return enqueued
