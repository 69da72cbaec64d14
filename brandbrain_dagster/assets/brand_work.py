"""One brand's part of a Dagster run: its lock, the compile run it carries out, and what happens when it fails."""

from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from brandbrain_dagster.assets.compile_ports import CompilePorts
from brandbrain_dagster.assets.run_ports import INTERRUPTED
from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.domain.bundling.selection import EvidenceBundle
from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.errors import LeaseLostError, WorkCancelledError, WorkInterruptedError
from brandbrain_dagster.resources.compile_rules import attempt_rules
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger import compile_progress, compile_runs
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES, CompileRun
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.attempt_compile import begin_attempt, begin_own_attempt, fail_attempt
from brandbrain_dagster.use_cases.brand_inputs import read_brand_inputs
from brandbrain_dagster.use_cases.collect_ports import ApifySlots

Collected = TypeVar("Collected")


@dataclass(kw_only=True)
class BrandWork:
    """What a step works with; ``compile_run`` is None when the run ends before the snapshot: it is no compile.

    ``evidence_status`` and ``bundle`` are what one step hands to the next, so that it need not be read again.
    """

    brand_id: UUID
    inputs: BrandInputs
    lease_token: UUID
    compile_run: CompileRun | None
    ports: CompilePorts
    bundle: EvidenceBundle | None = None
    evidence_status: EvidenceStatus | None = None
    collecting: "Future[Any] | None" = None

    @property
    def ledger(self) -> Ledger:
        """The open ledger."""
        return self.ports.ledger.ledger

    @property
    def settings(self) -> Settings:
        """The settings, as they were when the run started."""
        return self.ports.settings

    def enter_stage(self, stage: CompileStage, *, sources_completed: int, sources_total: int) -> None:
        """Shows how far the compile is, if this is one.

        Raises:
            WorkInterruptedError: the run is asked to end.
            LeaseLostError: the compile was cancelled or taken over.
        """
        if self.ports.stopping.is_set():
            raise WorkInterruptedError(INTERRUPTED)
        if self.compile_run is not None:
            with self.ledger.begin() as conn:
                compile_progress.record_stage(
                    conn,
                    compile_run_id=self.compile_run.id,
                    lease_token=self.lease_token,
                    stage=stage,
                    sources_completed=sources_completed,
                    sources_total=sources_total,
                )

    def record_evidence_status(self, status: EvidenceStatus) -> None:
        """Keeps what became of each source, and writes it down if this is a compile.

        Raises:
            LeaseLostError: the compile was cancelled or taken over.
        """
        self.evidence_status = status
        if self.compile_run is not None:
            with self.ledger.begin() as conn:
                compile_progress.record_evidence_status(
                    conn,
                    compile_run_id=self.compile_run.id,
                    lease_token=self.lease_token,
                    evidence_status_json=status.to_json(),
                )

    def now(self) -> datetime:
        """Returns the time, in UTC."""
        return self.ports.clock.now()

    def report(self, source: SourceConnection, step: str) -> None:
        """Says in the run's log what happens to a source."""
        self.ports.log.info("%s %s: %s", source.name, source.identifier, step)

    def collected(self, collect: Callable[[ApifyClient, ApifySlots], Coroutine[Any, Any, Collected]]) -> Collected:
        """Returns what ``collect`` brings, from Apify's event loop; it can be stopped from another thread.

        Raises:
            CancelledError: it was stopped.
        """
        self.collecting = future = self.ports.apify.submit(collect)
        if self.ports.stopping.is_set():
            future.cancel()
        return future.result()

    def stop_collecting(self) -> None:
        """Stops waiting for actor runs; they go on, unless somebody aborts them."""
        if self.collecting is not None:
            self.collecting.cancel()


@contextmanager
def brand_work(
    brand_id: UUID, *, compile_run_id: UUID | None, publishes: bool, ports: CompilePorts
) -> Iterator[BrandWork]:
    """Yields the work on a brand; a failure inside ends the compile's attempt, and is raised on.

    ``compile_run_id`` names the compile that was enqueued. Without one, a run that ``publishes`` is a compile too, and
    any other is none.

    Raises:
        BrandBrainError: something went wrong; the text says what to do.
    """
    ports.ledger.hold_brand(brand_id)
    try:
        work = _begin(brand_id, compile_run_id=compile_run_id, publishes=publishes, ports=ports)
        ports.under_way[brand_id] = work
        if work.compile_run is None:
            yield work
            return
        try:
            with ports.ledger.leases.kept(
                COMPILES, work.compile_run.id, work.lease_token, on_loss=work.stop_collecting
            ):
                yield work
        except BaseException as error:  # the attempt's boundary: whatever it was, the ledger must know
            raise _end_attempt(work, work.compile_run, error) from error
    finally:
        ports.under_way.pop(brand_id, None)
        ports.ledger.release_brand(brand_id)


def _begin(brand_id: UUID, *, compile_run_id: UUID | None, publishes: bool, ports: CompilePorts) -> BrandWork:
    ledger, lease_token = ports.ledger.ledger, ports.clock.new_id()
    claim = {
        "lease_token": lease_token,
        "dagster_run_id": ports.run_id,
        "ledger": ledger,
        "rules": attempt_rules(ports.settings),
        "now": ports.clock.now(),
    }
    run: CompileRun | None = None
    if compile_run_id is not None:
        run = begin_attempt(compile_run_id, **claim)  # type: ignore[arg-type]
    elif publishes:
        run = begin_own_attempt(brand_id, new_id=ports.clock.new_id, **claim)  # type: ignore[arg-type]
    return BrandWork(
        brand_id=brand_id,
        inputs=_inputs(run, ledger, brand_id, ports.settings),
        lease_token=lease_token,
        compile_run=run,
        ports=ports,
    )


def _inputs(compile_run: CompileRun | None, ledger: Ledger, brand_id: UUID, settings: Settings) -> BrandInputs:
    """The inputs as the compile recorded them; as they are now when this is none."""
    if compile_run is not None:
        return BrandInputs.from_json(compile_run.inputs_json)
    with ledger.read() as conn:
        return read_brand_inputs(conn, brand_id=brand_id, disabled_capabilities=settings.disabled_capabilities)


def _end_attempt(work: BrandWork, run: CompileRun, error: BaseException) -> Exception:
    """Tells the ledger how the attempt ended, and returns the error to go on with."""
    ports = work.ports
    error = ports.why_ended(error)
    with ports.ledger.ledger.read() as conn:
        standing = compile_runs.get_compile_run(conn, compile_run_id=run.id)
    if standing.lease_token == work.lease_token:
        fail_attempt(
            run,
            error,
            lease_token=work.lease_token,
            ledger=ports.ledger.ledger,
            rules=attempt_rules(ports.settings),
            now=ports.clock.now(),
            jitter=ports.clock.jitter,
        )
    elif standing.status is WorkStatus.FAILED:
        error = WorkCancelledError()
    else:
        return LeaseLostError(f"The compile run {run.id} was taken over by another process; this one stops.")
    if isinstance(error, WorkCancelledError):
        ports.abort_orphaned_runs(run.brand_id)
    return error
