"""What the compiles of a Dagster run share: the ports of the run, and Apify."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets import run_ports
from brandbrain_dagster.assets.run_ports import RunPorts
from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.domain.ingestion.evidence_status import SourceOutcome
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.resources.apify import ApifyResource
from brandbrain_dagster.use_cases.abort_actor_runs import abort_orphaned_runs
from brandbrain_dagster.use_cases.collect_ports import ApifySlots, CollectPorts

if TYPE_CHECKING:
    from brandbrain_dagster.assets.brand_work import BrandWork

RESOURCES = {*run_ports.RESOURCES, "apify"}
"""What a step that compiles brands needs."""


@dataclass(frozen=True, kw_only=True)
class CompilePorts(RunPorts):
    """What compiles are carried out with; ``under_way`` is by brand."""

    apify: ApifyResource
    under_way: "dict[UUID, BrandWork]" = field(default_factory=dict)

    def stop(self) -> None:
        """Asks every brand under way to end soon; actor runs that go on are attached to by the next attempt."""
        super().stop()
        for work in list(self.under_way.values()):
            work.stop_collecting()

    def collect_ports(
        self,
        client: ApifyClient,
        slots: ApifySlots,
        report: Callable[[SourceConnection, str], None] = lambda source, step: None,
        report_outcome: Callable[[SourceOutcome], None] = lambda outcome: None,
    ) -> CollectPorts:
        """Returns what collecting needs, on Apify's event loop."""
        return CollectPorts(
            ledger=self.ledger.ledger,
            lake=self.lake,
            apify=client,
            limits=self.apify.limits(),
            slots=slots,
            now=self.clock.now,
            new_id=self.clock.new_id,
            report=report,
            report_outcome=report_outcome,
        )

    def abort_orphaned_runs(self, brand_id: UUID) -> int:
        """Aborts the actor runs that no compile of the brand will attach to; returns how many."""
        return self.apify.submit(
            lambda client, slots: abort_orphaned_runs(brand_id, ports=self.collect_ports(client, slots))
        ).result()


def compile_ports(context: dg.OpExecutionContext | dg.AssetExecutionContext) -> CompilePorts:
    """Returns the ports of a run, which needs `RESOURCES`."""
    shared = vars(run_ports.run_ports(context))
    return CompilePorts(**shared, apify=context.resources.apify)
