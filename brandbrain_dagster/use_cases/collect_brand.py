"""Collecting all sources of a brand at the same time."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus, SourceOutcome
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger import actor_runs, sources
from brandbrain_dagster.use_cases.collect_ports import CollectPorts
from brandbrain_dagster.use_cases.collect_source import collect_source


async def collect_brand(
    brand_id: UUID, *, force_refresh: bool, compile_run_id: UUID | None, ports: CollectPorts
) -> EvidenceStatus:
    """Brings every enabled source of a brand up to date; ``ports.slots`` bounds the runs that go on at once.

    A failure of our own stores is raised once every source has come to its end, so no paid run is dropped half-way.

    Raises:
        LedgerUnavailableError, LakeError: our own stores failed; the next attempt attaches to runs that go on.
    """
    enabled, newest = await ports.record(
        lambda conn: (
            sources.list_sources(conn, brand_id=brand_id, enabled_only=True),
            actor_runs.list_newest_by_source(conn, brand_id=brand_id),
        )
    )

    async def collect(source: SourceConnection) -> SourceOutcome:
        outcome = await collect_source(
            source,
            newest_succeeded=newest[source.id].newest_succeeded if source.id in newest else None,
            live=newest[source.id].live if source.id in newest else None,
            force_refresh=force_refresh,
            compile_run_id=compile_run_id,
            ports=ports,
        )
        ports.report_outcome(outcome)
        return outcome

    ends = await asyncio.gather(*(collect(source) for source in enabled), return_exceptions=True)
    return EvidenceStatus(_outcomes(ends))


def _outcomes(ends: Sequence[SourceOutcome | BaseException]) -> tuple[SourceOutcome, ...]:
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return tuple(end for end in ends if isinstance(end, SourceOutcome))
