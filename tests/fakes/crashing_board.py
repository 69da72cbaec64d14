"""A generation of the board that crashes at a chosen write of the ledger: it raises, or its process is killed."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from brandbrain_dagster.assets.board_run import run_board
from brandbrain_dagster.assets.run_ports import RunPorts
from brandbrain_dagster.errors import BrandBrainError
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.use_cases.warm_up import warm_up
from tests.fakes.crashing_compile import NoEvents
from tests.fakes.crashing_stores import CrashingLake, CrashingLedger, Writes
from tests.fakes.forked_attempts import serve_attempts


@dataclass(frozen=True, kw_only=True)
class BoardAttempt:
    """One attempt at a generation, as a Dagster run would make it."""

    brand_id: UUID
    generation_id: UUID
    dagster_run_id: UUID


def attempt_generation(attempt: BoardAttempt, writes: Writes) -> None:
    """Makes an attempt like a Dagster run, with resources of its own; how it ended is in the ledger."""
    context: Any = SimpleNamespace(run=None)
    settings, ledger = load_settings(), LedgerResource()
    ledger.setup_for_execution(context)
    ledger._ledger = CrashingLedger(ledger._ledger.engine, writes)
    ports = RunPorts(
        run_id=str(attempt.dagster_run_id),
        ledger=ledger,
        lake=CrashingLake(settings.lake_location, writes),
        clock=ClockResource(),
        settings=settings,
        log=logging.getLogger("brandbrain"),  # type: ignore[arg-type]
        events=NoEvents(),
        is_being_cancelled=lambda: False,
    )
    try:
        with suppress(BrandBrainError):
            run_board(attempt.brand_id, attempt.generation_id, ports)
    finally:
        ledger.teardown_after_execution(context)


if __name__ == "__main__":
    warm_up()
    serve_attempts(BoardAttempt, attempt_generation)
