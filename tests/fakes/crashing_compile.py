"""A compile that crashes at a chosen write of the ledger or the lake: it raises, or its process is killed."""

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import anyio
import httpx

from brandbrain_dagster.assets.brand_events import BrandEvent, BrandEvents
from brandbrain_dagster.assets.brand_profile import PIPELINE
from brandbrain_dagster.assets.brand_run import run_brand
from brandbrain_dagster.assets.compile_ports import CompilePorts
from brandbrain_dagster.errors import BrandBrainError
from brandbrain_dagster.resources.apify import ApifyResource
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.use_cases.collect_ports import CollectPorts
from brandbrain_dagster.use_cases.warm_up import warm_up
from tests.fakes.crashing_stores import CrashingLake, CrashingLedger, Writes
from tests.fakes.fake_apify import FakeSleep
from tests.fakes.forked_attempts import serve_attempts


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt at a compile, as a Dagster run would make it."""

    brand_id: UUID
    compile_run_id: UUID
    dagster_run_id: UUID


class NoEvents(BrandEvents):
    """Dagster's view of the compile, which nothing rests on."""

    def __init__(self) -> None:
        pass

    def log(self, event: BrandEvent) -> None:
        pass


class _ImpatientPorts(CompilePorts):
    def collect_ports(self, *arguments: Any, **options: Any) -> CollectPorts:
        return replace(super().collect_ports(*arguments, **options), sleep=FakeSleep())


def attempt_compile(attempt: Attempt, writes: Writes) -> None:
    """Makes an attempt like a Dagster run, with resources of its own; how it ended is in the ledger."""
    context: Any = SimpleNamespace(run=None)
    settings, ledger, apify = load_settings(), LedgerResource(), ApifyResource()
    ledger.setup_for_execution(context)
    ledger._ledger = CrashingLedger(ledger._ledger.engine, writes)
    ports = _ImpatientPorts(
        run_id=str(attempt.dagster_run_id),
        ledger=ledger,
        lake=CrashingLake(settings.lake_location, writes),
        apify=apify,
        clock=ClockResource(),
        settings=settings,
        log=logging.getLogger("brandbrain"),  # type: ignore[arg-type]
        events=NoEvents(),
        is_being_cancelled=lambda: False,
    )
    try:
        with suppress(BrandBrainError):
            run_brand(attempt.brand_id, PIPELINE, compile_run_id=attempt.compile_run_id, ports=ports)
    finally:
        apify.teardown_after_execution(context)
        ledger.teardown_after_execution(context)


if __name__ == "__main__":
    warm_up()
    httpx.AsyncClient()  # these two import what is imported when it is first used
    anyio.run(anyio.sleep, 0)
    serve_attempts(Attempt, attempt_compile)
