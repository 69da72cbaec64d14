"""Following an actor run to its end: wait, give up in time, copy its rows into the lake before it counts as done."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from brandbrain_dagster.clients.apify.costs import cost_of
from brandbrain_dagster.clients.apify.responses import Run
from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, ActorRunStatus
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.domain.normalization.row_reader import Refusal, RefusalKind, RowReader
from brandbrain_dagster.domain.platforms.capability import Capability, Sighting
from brandbrain_dagster.errors import ApifyNotFoundError, ApifyPollTimeoutError, ApifyRequestError
from brandbrain_dagster.use_cases.collect_ports import CollectPorts
from brandbrain_dagster.use_cases.start_actor_run import record_end


@dataclass(frozen=True, kw_only=True)
class RowsVerdict:
    """Whether rows are evidence at all; ``reason`` says why not, in the actor's words where it has any."""

    has_usable_rows: bool
    reason: str | None = None


async def follow_actor_run(
    run: ActorRun,
    *,
    source: SourceConnection,
    capability: Capability,
    cap: int,
    is_new: bool,
    ports: CollectPorts,
) -> ActorRun:
    """Waits for a run that Apify knows, stores its rows, and returns it as recorded, however it ended.

    A run that is not over in time is aborted, so that it stops costing, and recorded as TIMED-OUT. Being cancelled
    leaves a run as it is, so the next compile attaches to it; so does an Apify that cannot be reached.

    Raises:
        ApifyNotFoundError, ApifyRequestError: the run is gone, or its rows cannot be had; recorded as FAILED, except
            that a new run which cannot be seen yet stays live.
        ApifyError: any other failure; the run is still live.
    """
    ports.report(source, f"waiting for run {run.apify_run_id}")
    try:
        ended, gave_up = await _end_of(run, is_new, ports)
        usage_read_at = ports.now()
        if ended.status != ActorRunStatus.SUCCEEDED:
            return await _record_bad_end(run, ended, gave_up, ports)
        ports.report(source, f"reading the rows of run {ended.id}")
        rows = [row async for row in ports.apify.stream_items(ended.default_dataset_id, limit=cap)]
    except (ApifyNotFoundError, ApifyRequestError) as error:
        if is_new and isinstance(error, ApifyNotFoundError):  # it was there a moment ago: the next attempt looks again
            raise
        await record_end(run, status=ActorRunStatus.FAILED, error_summary=str(error), ports=ports)
        raise
    await _store(rows, run, source, ports)
    verdict = judge_rows(rows, capability, source.identifier)
    return await record_end(
        run,
        status=ActorRunStatus.SUCCEEDED,
        error_summary=verdict.reason,
        finished_at=ended.finished_at,
        raw_item_count=len(rows),
        has_usable_rows=verdict.has_usable_rows,
        usage=cost_of(ended, row_count=len(rows), now=usage_read_at),
        ports=ports,
    )


def judge_rows(rows: Sequence[bytes], capability: Capability, identifier: str) -> RowsVerdict:
    """Decides whether a run brought any evidence: one row that its platform can read is enough."""
    reader = RowReader(capability.rows, identifier)
    refusals: list[Refusal] = []
    for row in rows:
        for entry in reader.read(row):
            if isinstance(entry, Sighting):
                return RowsVerdict(has_usable_rows=True)
            refusals.append(entry)
    if not refusals:
        return RowsVerdict(has_usable_rows=False, reason="the actor returned no rows")
    told = next((entry for entry in refusals if entry.kind is RefusalKind.ERROR_ROW), refusals[0])
    return RowsVerdict(has_usable_rows=False, reason=told.reason)


async def _end_of(run: ActorRun, is_new: bool, ports: CollectPorts) -> tuple[Run, str | None]:
    """Returns the run once it is over, and why it was given up if it was."""
    run_id = str(run.apify_run_id)
    try:
        return await ports.apify.wait_for_run(
            run_id, timeout_seconds=ports.limits.poll_timeout_seconds, is_new=is_new
        ), None
    except ApifyPollTimeoutError as error:
        return await ports.apify.abort_run(run_id), str(error)


async def _record_bad_end(run: ActorRun, ended: Run, gave_up: str | None, ports: CollectPorts) -> ActorRun:
    return await record_end(
        run,
        status=ActorRunStatus.TIMED_OUT if gave_up else ActorRunStatus(ended.status),
        error_summary=gave_up or ended.status_message or "the actor gives no reason",
        finished_at=ended.finished_at,
        usage=cost_of(ended, row_count=0, now=ports.now()),
        ports=ports,
    )


async def _store(rows: Sequence[bytes], run: ActorRun, source: SourceConnection, ports: CollectPorts) -> None:
    if rows:
        await asyncio.to_thread(
            ports.lake.write_raw_run,
            brand_id=source.brand_id,
            source_connection_id=source.id,
            apify_run_id=str(run.apify_run_id),
            actor_id=run.actor_id,
            fetched_at=ports.now(),
            rows=rows,
        )
