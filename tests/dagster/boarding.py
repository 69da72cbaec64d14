"""Brands with a profile, and the boards they get."""

from uuid import UUID, uuid4

from brandbrain_dagster.stores.ledger import board_generations, boards
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.boards import StoredBoard
from tests.dagster.brand_runs import Brands
from tests.use_cases.collecting import utc_now


def compiled(brands: Brands, count: int = 1) -> list[UUID]:
    """Adds brands with a profile."""
    brand_ids = brands.add(count)
    assert brands.run_batch(brands.enqueue(brand_ids)).success
    return brand_ids


def newest_board(brands: Brands, brand_id: UUID) -> StoredBoard:
    with brands.ledger.read() as conn:
        board = boards.find_newest_board(conn, brand_id=brand_id)
    assert board is not None
    return board


def enqueue(brands: Brands, brand_id: UUID) -> UUID:
    """Asks for a board; returns the generation's id."""
    with brands.ledger.begin() as conn:
        generation, _ = board_generations.insert_generation(
            conn,
            generation_id=uuid4(),
            brand_id=brand_id,
            requested_by=RequestedBy.REGENERATE,
            max_attempts=3,
            now=utc_now(),
        )
    return generation.id
