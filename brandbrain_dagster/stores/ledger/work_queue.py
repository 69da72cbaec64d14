"""Work that waits in a table of the ledger: taken under a lease, tried several times, ended once.

A process that works on a row holds its lease token. Every write of such a process names the token and raises
LeaseLostError when the row no longer carries it: the work was finished, handed back or taken over. A table of work has
the columns of `columns.work_columns`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, exists, func, select, tuple_, update

from brandbrain_dagster.errors import ConflictError, LeaseLostError, NotFoundError
from brandbrain_dagster.stores.ledger.columns import one_of
from brandbrain_dagster.stores.ledger.tables import brand
from brandbrain_dagster.stores.ledger.work_status import LIVE, WorkStatus

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class DueWork:
    """PENDING work that may start; ``attempts`` counts those that were made."""

    id: UUID
    brand_id: UUID
    attempts: int
    available_at: datetime


@dataclass(frozen=True, eq=False)
class WorkQueue(Generic[Row]):
    """One table of work; ``row_of`` makes a row of its columns, ``noun`` is what people call one.

    Work is not due while the brand has RUNNING work in the table that it is ``behind``.
    """

    table: Table
    row_of: Callable[..., Row]
    noun: str
    behind: Table | None = None

    def get(self, conn: Connection, *, work_id: UUID) -> Row:
        """Returns a piece of work.

        Raises:
            NotFoundError: there is none with this id.
        """
        row = conn.execute(select(self.table).where(self.table.c.id == work_id)).mappings().one_or_none()
        if row is None:
            raise self._absent(work_id)
        return self.row_of(**row)

    def find_live(self, conn: Connection, *, brand_id: UUID) -> Row | None:
        """Returns the brand's work that is PENDING or RUNNING; there is at most one."""
        is_live = one_of(self.table.c.status, LIVE)
        row = conn.execute(select(self.table).where(self.table.c.brand_id == brand_id, is_live)).mappings()
        found = row.one_or_none()
        return None if found is None else self.row_of(**found)

    def list_due(self, conn: Connection, *, now: datetime, limit: int) -> list[DueWork]:
        """Returns PENDING work that may start, oldest first within a tenant and the tenants in turn."""
        work = self.table.c
        is_due = (work.status == WorkStatus.PENDING) & (work.available_at <= now)
        if self.behind is not None:
            before = self.behind.c
            is_due &= ~exists().where(before.brand_id == work.brand_id, before.status == WorkStatus.RUNNING)
        turn = func.row_number().over(partition_by=brand.c.tenant_id, order_by=[work.available_at, work.id])
        statement = (
            select(work.id, work.brand_id, work.attempts, work.available_at)
            .join(brand, brand.c.id == work.brand_id)
            .where(is_due)
            .order_by(turn, work.available_at, work.id)
            .limit(limit)
        )
        return [DueWork(**row) for row in conn.execute(statement).mappings()]

    def find_newest_start(self, conn: Connection) -> datetime | None:
        """Returns when the work that was taken last, of what is under way, was taken first."""
        statement = select(func.max(self.table.c.started_at)).where(self.table.c.status == WorkStatus.RUNNING)
        newest: datetime | None = conn.scalars(statement).one()
        return newest

    def list_expired(self, conn: Connection, *, now: datetime, limit: int) -> list[Row]:
        """Returns RUNNING work whose lease ended without being renewed, longest ago first."""
        work = self.table.c
        has_expired = (work.status == WorkStatus.RUNNING) & (work.lease_expires_at <= now)
        statement = select(self.table).where(has_expired).order_by(work.lease_expires_at).limit(limit)
        return [self.row_of(**row) for row in conn.execute(statement).mappings()]

    def list_of_dagster_run(self, conn: Connection, *, dagster_run_id: str) -> list[Row]:
        """Returns the RUNNING work that a Dagster run has taken."""
        work = self.table.c
        is_its_own = (work.status == WorkStatus.RUNNING) & (work.dagster_run_id == dagster_run_id)
        return [self.row_of(**row) for row in conn.execute(select(self.table).where(is_its_own)).mappings()]

    def claim(
        self,
        conn: Connection,
        *,
        work_id: UUID,
        lease_token: UUID,
        now: datetime,
        lease_seconds: float,
        dagster_run_id: str | None,
    ) -> Row | None:
        """Starts the next attempt at PENDING work under a lease; None when it is not PENDING (any more)."""
        return self._start_attempt(
            conn,
            (self.table.c.id == work_id) & (self.table.c.status == WorkStatus.PENDING),
            lease_token=lease_token,
            now=now,
            lease_seconds=lease_seconds,
            dagster_run_id=dagster_run_id,
        )

    def take_over(
        self,
        conn: Connection,
        *,
        work_id: UUID,
        lease_token: UUID,
        now: datetime,
        lease_seconds: float,
        dagster_run_id: str | None,
    ) -> Row | None:
        """Starts the next attempt at RUNNING work whose process is known to be dead (its brand lock is free).

        From here on the dead process, should it live after all, can write nothing. None when the work is not RUNNING or
        has no attempts left: finish it as FAILED then.
        """
        return self._start_attempt(
            conn,
            (self.table.c.id == work_id) & (self.table.c.status == WorkStatus.RUNNING),
            lease_token=lease_token,
            now=now,
            lease_seconds=lease_seconds,
            dagster_run_id=dagster_run_id,
        )

    def renew_leases(
        self, conn: Connection, *, leases: Mapping[UUID, UUID], now: datetime, lease_seconds: float
    ) -> frozenset[UUID]:
        """Makes leases, given as id → token, last ``lease_seconds`` from now; returns the ids that still hold.

        One that is not among them was finished, cancelled or taken over.
        """
        expires_at = now + timedelta(seconds=lease_seconds)
        statement = update(self.table).where(self._is_held(leases)).values(lease_expires_at=expires_at)
        return frozenset(conn.scalars(statement.returning(self.table.c.id)))

    def list_held_leases(self, conn: Connection, *, leases: Mapping[UUID, UUID]) -> frozenset[UUID]:
        """Returns which of the leases, given as id → token, still hold."""
        return frozenset(conn.scalars(select(self.table.c.id).where(self._is_held(leases))))

    def requeue(
        self, conn: Connection, *, work_id: UUID, lease_token: UUID, available_at: datetime, last_error: str | None
    ) -> Row:
        """Ends an attempt and hands the work back to the queue, due at ``available_at``.

        Raises:
            LeaseLostError: another process has it now.
        """
        values = {
            "status": WorkStatus.PENDING,
            "available_at": available_at,
            "last_error": last_error,
            **self._no_lease,
        }
        return self.update_leased(conn, work_id, lease_token, values)

    def hand_back(self, conn: Connection, *, work_id: UUID, lease_token: UUID, now: datetime) -> Row:
        """Returns unfinished work to the queue, due at once; the attempt that could not be finished is given again.

        Raises:
            LeaseLostError: another process has it now.
        """
        one_more = self.table.c.max_attempts + 1
        values = {"status": WorkStatus.PENDING, "available_at": now, "max_attempts": one_more}
        return self.update_leased(conn, work_id, lease_token, values | self._no_lease)

    def finish_succeeded(self, conn: Connection, *, work_id: UUID, lease_token: UUID, now: datetime) -> Row:
        """Ends the work as SUCCEEDED; call it in the transaction that writes down what came of it.

        Raises:
            LeaseLostError: another process has it now.
        """
        values = {"status": WorkStatus.SUCCEEDED, "finished_at": now}
        return self.update_leased(conn, work_id, lease_token, values | self._no_lease)

    def finish_failed(
        self, conn: Connection, *, work_id: UUID, lease_token: UUID | None, now: datetime, error: str
    ) -> Row:
        """Ends the work as FAILED; without a token whoever works on it loses its lease (cancelled, given up).

        Raises:
            LeaseLostError: another process has it now.
            ConflictError: it is over already.
            NotFoundError: there is no such work.
        """
        values = {"status": WorkStatus.FAILED, "finished_at": now, "error": error} | self._no_lease
        if lease_token is not None:
            return self.update_leased(conn, work_id, lease_token, values)
        is_live = one_of(self.table.c.status, LIVE)
        statement = update(self.table).where(self.table.c.id == work_id, is_live).values(**values)
        row = conn.execute(statement.returning(self.table)).mappings().one_or_none()
        if row is not None:
            return self.row_of(**row)
        over = conn.scalar(select(self.table.c.status).where(self.table.c.id == work_id))
        if over is None:
            raise self._absent(work_id)
        raise ConflictError(f"The {self.noun} {work_id} is over already: {over}; start a new one if need be.")

    def update_leased(self, conn: Connection, work_id: UUID, lease_token: UUID, values: Mapping[str, Any]) -> Row:
        """Changes the row if it carries the token.

        Raises:
            LeaseLostError: it does not, or there is no such work (any more).
        """
        is_ours = (self.table.c.id == work_id) & (self.table.c.lease_token == lease_token)
        statement = update(self.table).where(is_ours).values(**values).returning(self.table)
        row = conn.execute(statement).mappings().one_or_none()
        if row is None:
            raise LeaseLostError(
                f"The {self.noun} {work_id} was finished or taken over by another process; this one stops."
            )
        return self.row_of(**row)

    def _absent(self, work_id: UUID) -> NotFoundError:
        return NotFoundError(f"There is no {self.noun} with the id {work_id}; start one for its brand.")

    @property
    def _no_lease(self) -> dict[str, Any]:
        return {"lease_token": None, "lease_expires_at": None, "stage": None}

    def _is_held(self, leases: Mapping[UUID, UUID]) -> ColumnElement[bool]:
        return tuple_(self.table.c.id, self.table.c.lease_token).in_(sorted(leases.items()))

    def _start_attempt(
        self,
        conn: Connection,
        is_startable: ColumnElement[bool],
        *,
        lease_token: UUID,
        now: datetime,
        lease_seconds: float,
        dagster_run_id: str | None,
    ) -> Row | None:
        work = self.table.c
        statement = (
            update(self.table)
            .where(is_startable, work.attempts < work.max_attempts)
            .values(
                status=WorkStatus.RUNNING,
                attempts=work.attempts + 1,
                lease_token=lease_token,
                lease_expires_at=now + timedelta(seconds=lease_seconds),
                dagster_run_id=dagster_run_id,
                started_at=func.coalesce(work.started_at, now),
            )
            .returning(self.table)
        )
        row = conn.execute(statement).mappings().one_or_none()
        return None if row is None else self.row_of(**row)
