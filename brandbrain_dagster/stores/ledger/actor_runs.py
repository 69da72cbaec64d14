"""Actor runs: every intent to start one, what became of it, and what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select, true, union_all, update
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, ActorRunStatus, UsageCertainty
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.errors import ConflictError, NotFoundError
from brandbrain_dagster.stores.ledger.tables import (
    HAS_ESTIMATED_USAGE,
    IS_LIVE_COMPILE,
    IS_LIVE_RUN,
    IS_SUCCEEDED_RUN,
    apify_run,
    compile_run,
    source_connection,
)


@dataclass(frozen=True, kw_only=True)
class NewestRuns:
    """What the freshness verdict on a source rests on."""

    newest_succeeded: ActorRun | None = None
    live: ActorRun | None = None


def insert_intent(
    conn: Connection,
    *,
    run_id: UUID,
    source: SourceConnection,
    compile_run_id: UUID | None,
    actor_id: str,
    input_json: Mapping[str, Any],
    start_nonce: str,
    now: datetime,
) -> ActorRun:
    """Writes down that a run is about to be started; commit it before the start.

    Raises:
        ConflictError: the source has a live run already, which must be attached to instead of paying for a second.
    """
    statement = (
        insert(apify_run)
        .values(
            id=run_id,
            source_connection_id=source.id,
            brand_id=source.brand_id,
            compile_run_id=compile_run_id,
            actor_id=actor_id,
            input_json=dict(input_json),
            start_nonce=start_nonce,
            status=ActorRunStatus.STARTING,
            started_at=now,
            usage_certainty=UsageCertainty.UNKNOWN,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[apify_run.c.source_connection_id], index_where=IS_LIVE_RUN)
        .returning(apify_run)
    )
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise ConflictError(f"The source {source.name} ({source.id}) has a run going on already; attach to that one.")
    return ActorRun(**row)


def record_started(
    conn: Connection,
    *,
    run_id: UUID,
    apify_run_id: str,
    dataset_id: str | None,
    status: ActorRunStatus,
    started_at: datetime,
) -> ActorRun:
    """Writes down what Apify said of the run, at its start or later while it is live.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: the run is over already.
    """
    values = {"apify_run_id": apify_run_id, "dataset_id": dataset_id, "status": status, "started_at": started_at}
    return _update_live(conn, run_id, values)


def record_finished(
    conn: Connection,
    *,
    run_id: UUID,
    status: ActorRunStatus,
    finished_at: datetime,
    error_summary: str | None,
    raw_item_count: int | None,
    has_usable_rows: bool | None,
    usage_usd: Decimal | None,
    usage_certainty: UsageCertainty,
) -> ActorRun:
    """Ends a live run; one that has ended in this status before is returned as it is.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: the run ended in another status.
    """
    values = {
        "status": status,
        "finished_at": finished_at,
        "error_summary": error_summary,
        "raw_item_count": raw_item_count,
        "has_usable_rows": has_usable_rows,
        "usage_usd": usage_usd,
        "usage_certainty": usage_certainty,
    }
    return _update_live(conn, run_id, values)


def record_normalized(conn: Connection, *, apify_run_id: str, normalized_item_count: int) -> ActorRun:
    """Writes down how many evidence items the run's rows gave.

    Raises:
        NotFoundError: there is no such run.
    """
    statement = (
        update(apify_run)
        .where(apify_run.c.apify_run_id == apify_run_id)
        .values(normalized_item_count=normalized_item_count)
        .returning(apify_run)
    )
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"The ledger knows no Apify run {apify_run_id}; refresh its source to make a new one.")
    return ActorRun(**row)


def record_usage(
    conn: Connection, *, run_id: UUID, usage_usd: Decimal | None, usage_certainty: UsageCertainty
) -> ActorRun:
    """Writes down a run's cost as far as it is known now.

    Raises:
        NotFoundError: there is no such run.
    """
    statement = (
        update(apify_run)
        .where(apify_run.c.id == run_id)
        .values(usage_usd=usage_usd, usage_certainty=usage_certainty)
        .returning(apify_run)
    )
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise _no_run(run_id)
    return ActorRun(**row)


def get_actor_run(conn: Connection, *, run_id: UUID) -> ActorRun:
    """Returns a run by our own id.

    Raises:
        NotFoundError: there is no such run.
    """
    row = conn.execute(select(apify_run).where(apify_run.c.id == run_id)).mappings().one_or_none()
    if row is None:
        raise _no_run(run_id)
    return ActorRun(**row)


def find_newest_succeeded(conn: Connection, *, source_id: UUID) -> ActorRun | None:
    """Returns the source's run that succeeded last."""
    row = conn.execute(_newest_succeeded.where(apify_run.c.source_connection_id == source_id)).mappings().one_or_none()
    return None if row is None else ActorRun(**row)


def find_live(conn: Connection, *, source_id: UUID) -> ActorRun | None:
    """Returns the source's run that is not over as far as the ledger knows; there is at most one."""
    row = conn.execute(_live.where(apify_run.c.source_connection_id == source_id)).mappings().one_or_none()
    return None if row is None else ActorRun(**row)


def list_newest_by_source(conn: Connection, *, brand_id: UUID) -> dict[UUID, NewestRuns]:
    """Returns, in one query, the newest succeeded and the live run of each source; every source of the brand is in."""
    is_of_source = apify_run.c.source_connection_id == source_connection.c.id
    newest = union_all(
        _newest_succeeded.where(is_of_source).correlate(source_connection).subquery().select(),
        _live.where(is_of_source).correlate(source_connection).subquery().select(),
    ).lateral()
    statement = (
        select(source_connection.c.id.label("of_source"), newest)
        .select_from(source_connection.join(newest, true(), isouter=True))
        .where(source_connection.c.brand_id == brand_id)
    )
    found: dict[UUID, NewestRuns] = {}
    for row in conn.execute(statement).mappings():
        columns = dict(row)
        source_id = columns.pop("of_source")
        runs = found.setdefault(source_id, NewestRuns())
        if columns["id"] is not None:
            run = ActorRun(**columns)
            found[source_id] = replace(runs, live=run) if run.is_live else replace(runs, newest_succeeded=run)
    return found


def list_latest_by_source(conn: Connection, *, brand_id: UUID) -> dict[UUID, ActorRun]:
    """Returns the latest run of each source that was ever collected, whatever became of it."""
    latest = (
        select(apify_run)
        .where(apify_run.c.source_connection_id == source_connection.c.id)
        .order_by(apify_run.c.created_at.desc(), apify_run.c.id)
        .limit(1)
        .lateral()
    )
    statement = (
        select(latest)
        .select_from(source_connection.join(latest, true()))
        .where(source_connection.c.brand_id == brand_id)
    )
    runs = [ActorRun(**row) for row in conn.execute(statement).mappings()]
    return {run.source_connection_id: run for run in runs}


def list_runs(conn: Connection, *, brand_id: UUID, limit: int | None = None) -> list[ActorRun]:
    """Returns the brand's runs, newest first."""
    statement = (
        select(apify_run)
        .where(apify_run.c.brand_id == brand_id)
        .order_by(apify_run.c.created_at.desc(), apify_run.c.id)
        .limit(limit)
    )
    return [ActorRun(**row) for row in conn.execute(statement).mappings()]


def list_live_runs(conn: Connection, *, brand_id: UUID) -> list[ActorRun]:
    """Returns the brand's runs that are not over as far as the ledger knows, oldest first."""
    statement = select(apify_run).where(apify_run.c.brand_id == brand_id, IS_LIVE_RUN)
    return [
        ActorRun(**row) for row in conn.execute(statement.order_by(apify_run.c.created_at, apify_run.c.id)).mappings()
    ]


def list_brands_with_orphans(conn: Connection, *, created_before: datetime) -> list[UUID]:
    """Returns brands with a live run that was started for a compile, and no live compile that could attach to it."""
    has_compile = select(compile_run.c.id).where(compile_run.c.brand_id == apify_run.c.brand_id, IS_LIVE_COMPILE)
    is_orphaned = IS_LIVE_RUN & (apify_run.c.created_at < created_before) & ~has_compile.exists()
    statement = select(apify_run.c.brand_id).where(is_orphaned, apify_run.c.compile_run_id.is_not(None)).distinct()
    return list(conn.scalars(statement.order_by(apify_run.c.brand_id)))


def list_unsettled(conn: Connection, *, brand_id: UUID) -> list[ActorRun]:
    """Returns the brand's runs whose cost is an estimate so far, oldest first."""
    statement = select(apify_run).where(apify_run.c.brand_id == brand_id, HAS_ESTIMATED_USAGE)
    return [
        ActorRun(**row) for row in conn.execute(statement.order_by(apify_run.c.created_at, apify_run.c.id)).mappings()
    ]


_newest_succeeded: Select[Any] = (
    select(apify_run).where(IS_SUCCEEDED_RUN).order_by(apify_run.c.created_at.desc()).limit(1)
)
_live: Select[Any] = select(apify_run).where(IS_LIVE_RUN)


def _update_live(conn: Connection, run_id: UUID, values: Mapping[str, Any]) -> ActorRun:
    statement = update(apify_run).where(apify_run.c.id == run_id, IS_LIVE_RUN).values(**values).returning(apify_run)
    row = conn.execute(statement).mappings().one_or_none()
    if row is not None:
        return ActorRun(**row)
    run = get_actor_run(conn, run_id=run_id)
    if run.status != values["status"]:
        raise ConflictError(f"The actor run {run_id} is {run.status} already and stays so; look at it again.")
    return run


def _no_run(run_id: UUID) -> NotFoundError:
    return NotFoundError(f"The ledger knows no actor run with the id {run_id}; its brand may have been deleted.")
