"""One brand's part of a Dagster run: its lock, the compile run it carries out, and what happens when it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import COMPILE_RUN_TAG
from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs
from brandbrain_dagster.errors import BrandBrainError, CompileInterruptedError, LeaseLostError
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.settings import Settings, load_settings
from brandbrain_dagster.stores.ledger import compile_progress
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.attempt_compile import AttemptRules, begin_attempt, begin_own_attempt, fail_attempt
from brandbrain_dagster.use_cases.brand_inputs import read_brand_inputs
from brandbrain_dagster.use_cases.compiler_choice import COMPILER

_INTERRUPTED = "The compile was stopped before it was done; the next attempt goes on where it was."
SNAPSHOT_KEY = dg.AssetKey("brandbrain_snapshot")


@dataclass(frozen=True, kw_only=True)
class BrandWork:
    """What an asset works with; ``compile_run`` is None when the run ends before the snapshot: it is no compile."""

    brand_id: UUID
    ledger: Ledger
    inputs: BrandInputs
    settings: Settings
    lease_token: UUID
    compile_run: CompileRun | None

    def enter_stage(self, stage: CompileStage, *, sources_completed: int, sources_total: int) -> None:
        """Shows how far the compile is, if this is one."""
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


@contextmanager
def brand_work(context: dg.AssetExecutionContext, ledger: LedgerResource, clock: ClockResource) -> Iterator[BrandWork]:
    """Yields the work on the run's brand; a failure inside ends the compile's attempt and fails the step in words.

    Raises:
        dagster.Failure: something went wrong; the text says what to do.
    """
    settings = load_settings()
    rules = AttemptRules(
        lease_seconds=settings.lease_seconds,
        max_attempts=settings.compile_max_attempts,
        backoff_seconds=settings.compile_backoff_seconds,
        compiler=COMPILER.identity,
        disabled_capabilities=settings.disabled_capabilities,
    )
    brand_id = UUID(context.partition_key)
    lease_token = UUID(context.run.run_id)
    compile_run: CompileRun | None = None
    try:
        ledger.hold_brand(brand_id)
        compile_run = _compile_run(context, ledger.ledger, clock, brand_id, rules)
        inputs = _inputs(compile_run, ledger.ledger, brand_id, settings)
        yield BrandWork(
            brand_id=brand_id,
            ledger=ledger.ledger,
            inputs=inputs,
            settings=settings,
            lease_token=lease_token,
            compile_run=compile_run,
        )
    except BaseException as error:  # the step's boundary: whatever it was, the ledger must know
        if compile_run is not None and not isinstance(error, LeaseLostError):
            fail_attempt(
                compile_run,
                error if isinstance(error, Exception) else CompileInterruptedError(_INTERRUPTED),
                lease_token=lease_token,
                ledger=ledger.ledger,
                rules=rules,
                now=clock.now(),
                jitter=clock.jitter,
            )
        if isinstance(error, BrandBrainError):
            raise dg.Failure(description=str(error), allow_retries=False) from error
        raise


def _inputs(compile_run: CompileRun | None, ledger: Ledger, brand_id: UUID, settings: Settings) -> BrandInputs:
    """The inputs as the compile recorded them; as they are now when this is none."""
    if compile_run is not None:
        return BrandInputs.from_json(compile_run.inputs_json)
    with ledger.read() as conn:
        return read_brand_inputs(conn, brand_id=brand_id, disabled_capabilities=settings.disabled_capabilities)


def _compile_run(
    context: dg.AssetExecutionContext, ledger: Ledger, clock: ClockResource, brand_id: UUID, rules: AttemptRules
) -> CompileRun | None:
    lease_token = UUID(context.run.run_id)
    tag = context.run.tags.get(COMPILE_RUN_TAG)
    if tag is not None:
        return begin_attempt(
            UUID(tag),
            lease_token=lease_token,
            dagster_run_id=context.run.run_id,
            ledger=ledger,
            rules=rules,
            now=clock.now(),
        )
    selection = context.run.asset_selection  # None or empty: the whole job
    if selection and SNAPSHOT_KEY not in selection:
        return None
    return begin_own_attempt(
        brand_id,
        lease_token=lease_token,
        dagster_run_id=context.run.run_id,
        ledger=ledger,
        rules=rules,
        now=clock.now(),
        new_id=clock.new_id,
    )
