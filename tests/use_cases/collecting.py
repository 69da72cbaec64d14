"""A brand to collect in tests, the ports to do it with, and a process that dies on the way (run as a module)."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.domain.platforms.registry import CAPABILITIES
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger.brands import insert_brand
from brandbrain_dagster.stores.ledger.engine import Ledger, open_ledger
from brandbrain_dagster.stores.ledger.sources import insert_source
from brandbrain_dagster.use_cases.collect_brand import collect_brand
from brandbrain_dagster.use_cases.collect_ports import ApifySlots, CollectLimits, CollectPorts
from tests.fakes.fake_apify import TOKEN, FakeSleep

CAPS = {capability.dotted_name: 6 for capability in CAPABILITIES}
INSTAGRAM = "apify~instagram-scraper"
LINKEDIN = "apimaestro~linkedin-company-posts"


def utc_now() -> datetime:
    return datetime.now(UTC)


def ports_for(
    ledger: Ledger,
    lake: Lake,
    apify: ApifyClient,
    *,
    slots: ApifySlots | None = None,
    now: Callable[[], datetime] = utc_now,
    report: Callable[[SourceConnection, str], None] = lambda source, step: None,
    **limits: Any,
) -> CollectPorts:
    return CollectPorts(
        ledger=ledger,
        lake=lake,
        apify=apify,
        limits=CollectLimits(caps=CAPS, **limits),
        slots=slots or ApifySlots(16),
        now=now,
        new_id=uuid4,
        sleep=FakeSleep(),
        report=report,
    )


def add_brand(
    ledger: Ledger, *identifiers: tuple[str, str, str], **settings: Any
) -> tuple[UUID, list[SourceConnection]]:
    """Adds a brand with sources given as (platform, capability, identifier)."""
    brand_id = uuid4()
    now = utc_now()
    with ledger.begin() as conn:
        insert_brand(
            conn,
            brand_id=brand_id,
            tenant_id=uuid4(),
            name="Nova",
            slug=f"nova-{brand_id.hex[:8]}",
            website_url=None,
            now=now,
        )
        sources = [
            insert_source(
                conn,
                source_id=uuid4(),
                brand_id=brand_id,
                platform=platform,
                capability=capability,
                identifier=identifier,
                settings_json=settings,
                now=now,
            )[0]
            for platform, capability, identifier in identifiers
        ]
    return brand_id, sources


class DyingTransport(httpx.AsyncHTTPTransport):
    """Kills its own process: after the answer to a start, or before the wait for a run."""

    def __init__(self, moment: str) -> None:
        super().__init__()
        self._moment = moment

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._moment == "wait" and request.method == "GET":
            os.kill(os.getpid(), signal.SIGKILL)
        response = await super().handle_async_request(request)
        if self._moment == "start" and request.method == "POST":
            os.kill(os.getpid(), signal.SIGKILL)
        return response


async def collect_and_die(ledger_url: str, lake_dir: Path, base_url: str, brand_id: UUID, moment: str) -> None:
    transport = DyingTransport(moment)
    async with ApifyClient(token=TOKEN, version="test", base_url=base_url, transport=transport) as apify:
        ports = ports_for(open_ledger(ledger_url), Lake(str(lake_dir)), apify)
        await collect_brand(brand_id, force_refresh=False, compile_run_id=None, ports=ports)


if __name__ == "__main__":
    _, url, lake_path, apify_url, brand, dies_at = sys.argv
    asyncio.run(collect_and_die(url, Path(lake_path), apify_url, UUID(brand), dies_at))
