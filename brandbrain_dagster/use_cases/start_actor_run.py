"""Starting an actor run so that it is never paid for twice: the intent first, then the call, then its id.

crash before the call      the intent stays, no run carries its nonce    a new run is started
crash after the call       the intent stays, a run carries its nonce     it is attached to
the answer was lost        the same, found at once                       it is attached to
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from brandbrain_dagster.clients.apify.responses import Run
from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, ActorRunStatus, UsageCertainty
from brandbrain_dagster.domain.ingestion.lost_run import find_lost_run
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.errors import ApifyError, ApifyPaymentError, ApifyStartUnknownError
from brandbrain_dagster.stores.ledger import actor_runs
from brandbrain_dagster.use_cases.collect_ports import CollectPorts

CLOCK_SKEW = timedelta(minutes=5)
"""How far Apify's clock may be behind ours when the runs since an intent are listed."""
LISTING_WAITS_SECONDS = (0.0, 2.0, 4.0)
"""When the runs are listed again: a run may be missing from the list for a few seconds after its start."""
STARTS_AT_MOST = 2
"""How often one compile starts a run whose answer gets lost without a trace."""

_NEVER_STARTED = "the run was never started: Apify knows of no run with its nonce"


async def start_actor_run(
    source: SourceConnection,
    *,
    actor_id: str,
    actor_input: Mapping[str, Any],
    cap: int,
    compile_run_id: UUID | None,
    ports: CollectPorts,
) -> ActorRun:
    """Starts a run and returns it with its Apify id.

    Raises:
        ApifyError: no run was started; the intent is finished as FAILED, or stays live if Apify could not be asked.
    """
    for _ in range(STARTS_AT_MOST):
        if ports.slots.payment_error is not None:
            raise ports.slots.payment_error
        intent = await _record_intent(source, actor_id, actor_input, compile_run_id, ports)
        ports.report(source, f"starting {actor_id}")
        run = await _start(intent, cap, ports)
        if run is not None:
            return run
    raise ApifyStartUnknownError(
        f"Started {actor_id} {STARTS_AT_MOST} times and Apify neither answered nor knows of a run; try again later."
    )


async def find_started_run(intent: ActorRun, *, ports: CollectPorts) -> ActorRun | None:
    """Looks at Apify for the run of an intent; None when there is none, the intent is then finished as FAILED.

    Raises:
        ApifyError: Apify could not be asked; the intent stays as it is.
    """
    for wait_seconds in LISTING_WAITS_SECONDS:
        await ports.sleep(wait_seconds)
        listed = await ports.apify.list_runs_since(intent.actor_id, intent.created_at - CLOCK_SKEW)
        lost = find_lost_run(listed, intent.start_nonce)
        if lost is not None:
            return await _record_started(intent, lost, ports)
    await record_end(intent, status=ActorRunStatus.FAILED, error_summary=_NEVER_STARTED, ports=ports)
    return None


async def record_end(
    run: ActorRun,
    *,
    status: ActorRunStatus,
    ports: CollectPorts,
    error_summary: str | None,
    finished_at: datetime | None = None,
    raw_item_count: int = 0,
    has_usable_rows: bool = False,
    usage: tuple[Decimal | None, UsageCertainty] = (None, UsageCertainty.UNKNOWN),
) -> ActorRun:
    """Records the end of a run, by default of one that brought no rows, and returns the run as it is now."""
    done = replace(
        run,
        status=status,
        finished_at=finished_at or ports.now(),
        error_summary=error_summary,
        raw_item_count=raw_item_count,
        has_usable_rows=has_usable_rows,
        usage_usd=usage[0],
        usage_certainty=usage[1],
    )
    await ports.record(
        lambda conn: actor_runs.record_finished(
            conn,
            run_id=done.id,
            status=done.status,
            finished_at=done.finished_at or ports.now(),
            error_summary=done.error_summary,
            raw_item_count=done.raw_item_count,
            has_usable_rows=done.has_usable_rows,
            usage_usd=done.usage_usd,
            usage_certainty=done.usage_certainty,
        )
    )
    return done


async def _start(intent: ActorRun, cap: int, ports: CollectPorts) -> ActorRun | None:
    """Calls Apify for an intent; None when the answer was lost and Apify knows of no such run."""
    try:
        started = await ports.apify.start_run(
            intent.actor_id,
            intent.input_json,
            nonce=intent.start_nonce,
            max_items=cap,
            max_total_charge_usd=ports.limits.max_run_usd,
        )
    except ApifyStartUnknownError:
        return await find_started_run(intent, ports=ports)
    except ApifyError as error:
        if isinstance(error, ApifyPaymentError):
            ports.slots.payment_error = error
        await record_end(intent, status=ActorRunStatus.FAILED, error_summary=str(error), ports=ports)
        raise
    return await _record_started(intent, started, ports)


async def _record_intent(
    source: SourceConnection,
    actor_id: str,
    actor_input: Mapping[str, Any],
    compile_run_id: UUID | None,
    ports: CollectPorts,
) -> ActorRun:
    run_id = ports.new_id()
    return await ports.record(
        lambda conn: actor_runs.insert_intent(
            conn,
            run_id=run_id,
            source=source,
            compile_run_id=compile_run_id,
            actor_id=actor_id,
            input_json=actor_input,
            start_nonce=run_id.hex,
            now=ports.now(),
        )
    )


async def _record_started(intent: ActorRun, started: Run, ports: CollectPorts) -> ActorRun:
    status = ActorRunStatus.READY if started.status == ActorRunStatus.READY else ActorRunStatus.RUNNING
    running = replace(
        intent,
        apify_run_id=started.id,
        dataset_id=started.default_dataset_id,
        status=status,
        started_at=started.started_at or intent.started_at,
    )
    await ports.record(
        lambda conn: actor_runs.record_started(
            conn,
            run_id=intent.id,
            apify_run_id=started.id,
            dataset_id=started.default_dataset_id,
            status=status,
            started_at=running.started_at,
        )
    )
    return running
