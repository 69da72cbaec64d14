"""What all brands of a Dagster run share, whatever is done for them."""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, field

import dagster as dg

from brandbrain_dagster.assets.brand_events import BrandEvents
from brandbrain_dagster.errors import WorkCancelledError, WorkInterruptedError
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.lake import LakeResource
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.settings import Settings, load_settings
from brandbrain_dagster.stores.lake.lake import Lake

INTERRUPTED = "It was stopped before it was done; the next attempt goes on where it was."
RESOURCES = {"ledger", "lake", "clock"}
"""What a step that works on brands needs."""


@dataclass(frozen=True, kw_only=True)
class RunPorts:
    """What work on a brand is done with. ``stopping`` is set when the run is asked to end."""

    run_id: str
    ledger: LedgerResource
    lake: Lake
    clock: ClockResource
    settings: Settings
    log: dg.DagsterLogManager
    events: BrandEvents
    is_being_cancelled: Callable[[], bool]
    stopping: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Asks every brand under way to end soon."""
        self.stopping.set()

    def why_ended(self, error: BaseException) -> Exception:
        """Returns what an attempt ended with: an interruption is told apart from somebody's wish to cancel."""
        if not isinstance(error, Exception) or isinstance(error, CancelledError):
            error = WorkInterruptedError(INTERRUPTED)
        if isinstance(error, WorkInterruptedError) and self.is_being_cancelled():
            return WorkCancelledError()
        return error


def run_ports(context: dg.OpExecutionContext | dg.AssetExecutionContext) -> RunPorts:
    """Returns the ports of a run, which needs `RESOURCES`."""
    ledger: LedgerResource = context.resources.ledger
    lake: LakeResource = context.resources.lake
    clock: ClockResource = context.resources.clock
    run_id, instance = context.run.run_id, context.instance

    def is_being_cancelled() -> bool:
        run = instance.get_run_by_id(run_id)
        return run is not None and run.status is dg.DagsterRunStatus.CANCELING

    return RunPorts(
        run_id=run_id,
        ledger=ledger,
        lake=lake.open(),
        clock=clock,
        settings=load_settings(),
        log=context.log,
        events=BrandEvents(context),
        is_being_cancelled=is_being_cancelled,
    )
