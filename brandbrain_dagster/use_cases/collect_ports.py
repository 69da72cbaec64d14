"""What collecting needs from outside, and its limits."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Self, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.domain.ingestion.evidence_status import SourceOutcome
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.errors import ApifyPaymentError
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger.engine import Ledger

Written = TypeVar("Written")


@dataclass(frozen=True, kw_only=True)
class CollectLimits:
    """Limits of collecting.

    ``caps`` holds the most items per run and ``disabled`` the capabilities that are switched off, both by dotted name.
    ``max_run_usd`` is the most one run may charge, None for no bound of ours.
    """

    caps: Mapping[str, int]
    disabled: frozenset[str] = frozenset()
    ttl_hours: float = 24.0
    poll_timeout_seconds: float = 300.0
    max_run_usd: Decimal | None = None


class ApifySlots:
    """Room for simultaneous Apify runs, shared by all that collect at the same time.

    ``payment_error`` is set by the first source that Apify refuses for lack of credit; no run is started after it.
    """

    def __init__(self, count: int) -> None:
        self.free = asyncio.Semaphore(count)
        self.payment_error: ApifyPaymentError | None = None

    def for_another_brand(self) -> Self:
        """Returns the same slots, for a collection that finds out for itself whether there is credit."""
        slots = copy(self)
        slots.payment_error = None
        return slots


@dataclass(frozen=True, kw_only=True)
class CollectPorts:
    """The stores, the client and the sources of time and ids. ``report`` hears each step of a source, in words.

    ``report_outcome`` hears what became of it.
    """

    ledger: Ledger
    lake: Lake
    apify: ApifyClient
    limits: CollectLimits
    slots: ApifySlots
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    report: Callable[[SourceConnection, str], None] = field(default=lambda source, step: None)
    report_outcome: Callable[[SourceOutcome], None] = field(default=lambda outcome: None)

    async def record(self, write: Callable[[Connection], Written]) -> Written:
        """Runs ``write`` in a transaction of its own, committed before this returns."""

        def in_transaction() -> Written:
            with self.ledger.begin() as conn:
                return write(conn)

        return await asyncio.to_thread(in_transaction)
