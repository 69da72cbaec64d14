"""``brandbrain today``: what to publish next."""

import asyncio
import sys
from typing import Any
from uuid import UUID

import click
import msgspec

from brandbrain_dagster.api.today_shapes import today_json
from brandbrain_dagster.cli.command import FAILED, json_option, new_id, now, opened_ledger, print_json, reports_errors
from brandbrain_dagster.cli.today_text import today_text
from brandbrain_dagster.errors import ConflictError
from brandbrain_dagster.resources.board_gates import gate_config
from brandbrain_dagster.resources.database import database_url
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger import board_generations, brands
from brandbrain_dagster.stores.ledger.async_ledger import AsyncLedger
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.brand_scope import WHOLE_LEDGER
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import LIVE
from brandbrain_dagster.use_cases.today_board import read_today


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
        today = asyncio.run(_read(found.id, settings))
        if regenerate or today["meta"]["state"] == "not_generated_yet":
            _generate(found, settings, ledger)
            today = asyncio.run(_read(found.id, settings))
    if as_json:
        print_json(today)
    else:
        click.echo(today_text(today))
    if today["meta"]["state"] == "error":
        sys.exit(FAILED)


def _generate(brand: Brand, settings: Settings, ledger: Ledger) -> None:
    """Makes a board in this process, unless somebody else is making one."""
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
        if GENERATIONS.get(conn, work_id=generation.id).status in LIVE:
            raise ConflictError(f"Somebody works on {brand.name}, so its board has to wait; look again in a moment.")


async def _read(brand_id: UUID, settings: Settings) -> dict[str, Any]:
    """Returns what the API answers."""
    ledger = AsyncLedger(database_url(settings))
    await ledger.open()
    try:
        today = await read_today(ledger, brand_id=brand_id, scope=WHOLE_LEDGER, now=now())
    finally:
        await ledger.close()
    in_force = gate_config(settings).version
    told: dict[str, Any] = msgspec.to_builtins(today_json(today, now=now(), gate_config_version=in_force))
    return told
