"""Boards that a newer snapshot has overtaken."""

from uuid import UUID

from sqlalchemy import Connection, exists, func, select, true

from brandbrain_dagster.stores.ledger.board_tables import IS_LIVE_GENERATION, board_generation, opportunities_board
from brandbrain_dagster.stores.ledger.tables import IS_LIVE_COMPILE, brand, compile_run, snapshot


def count_live_generations(conn: Connection) -> int:
    """Returns how many generations wait or run."""
    return conn.scalars(select(func.count()).select_from(board_generation).where(IS_LIVE_GENERATION)).one()


def list_brands_with_stale_boards(conn: Connection, *, limit: int) -> list[UUID]:
    """Returns brands whose newest board is not of their newest snapshot, and that have nothing under way.

    Those whose newest snapshot has waited longest come first; a brand without a board is none of them.
    """
    newest_board = (
        select(opportunities_board.c.snapshot_id)
        .where(opportunities_board.c.brand_id == brand.c.id)
        .correlate(brand)
        .order_by(opportunities_board.c.created_at.desc())
        .limit(1)
        .lateral("newest_board")
    )
    newest_snapshot = (
        select(snapshot.c.id, snapshot.c.created_at)
        .where(snapshot.c.brand_id == brand.c.id)
        .correlate(brand)
        .order_by(snapshot.c.version.desc())
        .limit(1)
        .lateral("newest_snapshot")
    )
    is_live = exists().where(board_generation.c.brand_id == brand.c.id, IS_LIVE_GENERATION) | exists().where(
        compile_run.c.brand_id == brand.c.id, IS_LIVE_COMPILE
    )
    statement = (
        select(brand.c.id)
        .select_from(brand)
        .join(newest_board, true())
        .join(newest_snapshot, true())
        .where(brand.c.deleted_at.is_(None), newest_board.c.snapshot_id != newest_snapshot.c.id, ~is_live)
        .order_by(newest_snapshot.c.created_at, brand.c.id)
        .limit(limit)
    )
    return list(conn.scalars(statement))
