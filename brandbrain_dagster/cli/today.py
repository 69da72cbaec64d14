"""``brandbrain today``: what to publish next."""

import sys
from typing import Any

import click
import msgspec

from brandbrain_dagster.cli.command import FAILED, json_option, new_id, now, opened_ledger, print_json, reports_errors
from brandbrain_dagster.domain.opportunities.arrangement import arrange
from brandbrain_dagster.domain.opportunities.board import BoardState
from brandbrain_dagster.domain.opportunities.board_text import board_text
from brandbrain_dagster.domain.opportunities.decisions import standing_after
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger import board_generations, boards, brands
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.boards import StoredBoard
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger


@click.command()
@click.argument("brand")
@click.option("--regenerate", is_flag=True, help="Make a new board now, from the evidence that is there.")
@json_option
@reports_errors
def command(brand: str, *, regenerate: bool, as_json: bool) -> None:
    """Show what BRAND (a slug or an id) could publish next; the first board is made when there is none."""
    with opened_ledger() as (settings, ledger):
        with ledger.read() as conn:
            found = brands.resolve_brand(conn, reference=brand)
            stored = boards.find_newest_board(conn, brand_id=found.id)
        if regenerate or stored is None:
            stored = _regenerated(found, settings, ledger)
        if as_json:
            print_json(_as_json(stored))
        else:
            click.echo(_as_text(stored, ledger))
    if stored.board.state is BoardState.ERROR:
        sys.exit(FAILED)


def _regenerated(brand: Brand, settings: Settings, ledger: Ledger) -> StoredBoard:
    """Makes a board in this process, unless somebody else is making one; theirs is shown when it is there."""
    with ledger.begin() as conn:
        generation, _ = board_generations.insert_generation(
            conn,
            generation_id=new_id(),
            brand_id=brand.id,
            requested_by=RequestedBy.REGENERATE,
            max_attempts=settings.compile_max_attempts,
            now=now(),
        )
    # Dagster takes seconds to import, and is not needed to show a board that is there.
    from brandbrain_dagster.cli.run_in_process import generate_board_in_process  # noqa: PLC0415

    generate_board_in_process(brand.id, settings)
    with ledger.read() as conn:
        stored = boards.find_newest_board(conn, brand_id=brand.id)
    if stored is None or stored.generation_id != generation.id:
        raise NotFoundError(f"The board of {brand.name} is not done yet; look again in a moment.")
    return stored


def _as_text(stored: StoredBoard, ledger: Ledger) -> str:
    with ledger.read() as conn:
        decisions = boards.list_decisions(conn, brand_id=stored.brand_id)
    standing = {opportunity_id: standing_after(made) for opportunity_id, made in decisions.items()}
    pinned = [opportunity_id for opportunity_id, stands in standing.items() if stands.is_pinned]
    return board_text(stored.board, arrange(stored.board.opportunities, standing, now()), pinned)


def _as_json(stored: StoredBoard) -> dict[str, Any]:
    board: dict[str, Any] = msgspec.to_builtins(stored.board)
    return {"board_id": str(stored.id), "snapshot_id": str(stored.snapshot_id), **board}
