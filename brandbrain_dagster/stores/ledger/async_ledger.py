"""The way into the ledger for the API: a pool of asyncpg connections that runs SQLAlchemy Core statements.

Statements keep their parameters open (``bindparam``) and live as long as the process: each is compiled once. JSONB goes
in and comes out as text, so that what is stored is served without being decoded. A list is given as an array, for
``= ANY``; ``IN`` takes literals only.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql.compiler import SQLCompiler

from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.ledger.engine import asyncpg_url, unavailable_text

_POOL_SIZE = 4
_CONNECT_SECONDS = 10.0
_QUERY_SECONDS = 30.0
_TURN_SECONDS = 10.0
"""How long a request may wait for a free connection."""

_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]

_FAILURES = (
    OSError,  # TimeoutError too
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
)


@dataclass(frozen=True)
class _CompiledStatement:
    """SQL text, and its parameters in order: a name that the caller gives, or a value that is part of the statement."""

    text: str
    names: tuple[str, ...]
    own_values: dict[str, Any]

    def arguments(self, parameters: dict[str, Any]) -> list[Any]:
        own = self.own_values
        return [parameters[name] if name in parameters else own[name] for name in self.names]


class AsyncConnection:
    """One connection of the pool, in a transaction."""

    def __init__(self, ledger: "AsyncLedger", connection: Any) -> None:
        self._ledger = ledger
        self._connection = connection

    async def fetch(self, statement: Executable, **parameters: Any) -> list[asyncpg.Record]:
        """Runs a statement and returns its rows."""
        return await _fetch(self._ledger, self._connection, statement, parameters)

    async def fetch_one(self, statement: Executable, **parameters: Any) -> asyncpg.Record | None:
        """Runs a statement and returns its first row, if there is one."""
        rows = await self.fetch(statement, **parameters)
        return rows[0] if rows else None

    async def execute(self, statement: Executable, **parameters: Any) -> None:
        """Runs a statement whose rows nobody needs."""
        await self.fetch(statement, **parameters)


class AsyncLedger:
    """A PostgreSQL database that holds the ledger, for one event loop; ``query_count`` counts the statements run.

    A server that is away at `open` or later is no reason to start again: connections are made when they are needed.
    """

    def __init__(self, database_url: str, *, pool_size: int = _POOL_SIZE) -> None:
        self.query_count = 0
        self._url = asyncpg_url(database_url)
        self._pool_size = pool_size
        self._pool: Any = None
        self._turns = asyncio.Semaphore(pool_size)
        self._compiled: WeakKeyDictionary[Executable, _CompiledStatement] = WeakKeyDictionary()

    async def open(self) -> None:
        """Makes the pool; it does not connect yet."""
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self._pool_size,
            timeout=_CONNECT_SECONDS,
            command_timeout=_QUERY_SECONDS,
            reset=_nothing_to_reset,
        )

    async def close(self) -> None:
        """Waits for the queries under way, and closes all connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def fetch(self, statement: Executable, **parameters: Any) -> list[asyncpg.Record]:
        """Runs a statement in a transaction of its own and returns its rows.

        Raises:
            LedgerUnavailableError: PostgreSQL cannot be reached.
        """
        try:
            async with self._connection() as connection:
                return await _fetch(self, connection, statement, parameters)
        except _FAILURES as error:
            if _is_mistake(error):
                raise
            raise _unavailable(error) from error

    async def fetch_one(self, statement: Executable, **parameters: Any) -> asyncpg.Record | None:
        """Runs a statement in a transaction of its own and returns its first row, if there is one.

        Raises:
            LedgerUnavailableError: PostgreSQL cannot be reached.
        """
        rows = await self.fetch(statement, **parameters)
        return rows[0] if rows else None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Yields a connection in a transaction: committed at the end, rolled back when an error passes.

        Raises:
            LedgerUnavailableError: PostgreSQL cannot be reached, or could not finish the transaction.
        """
        try:
            async with self._connection() as connection, connection.transaction():
                yield AsyncConnection(self, connection)
        except _FAILURES as error:
            if _is_mistake(error):
                raise
            raise _unavailable(error) from error

    def _connection(self) -> "_Turn":
        if self._pool is None:
            raise LedgerUnavailableError(unavailable_text("it is not open"))
        return _Turn(self._pool, self._turns)

    def compiled(self, statement: Executable) -> _CompiledStatement:
        """Returns the statement as asyncpg takes it; compiled once as long as the statement lives."""
        found = self._compiled.get(statement)
        if found is None:
            found = self._compiled[statement] = _compile(statement)
        return found


class _Turn:
    """A connection for as long as the block lasts, first come first served.

    The pool itself would serve whoever asks when a connection comes free before those that wait for one. A class, as
    every request pays for this.
    """

    __slots__ = ("_connection", "_pool", "_turns")

    def __init__(self, pool: Any, turns: asyncio.Semaphore) -> None:
        self._pool = pool
        self._turns = turns

    async def __aenter__(self) -> Any:
        if self._turns.locked():
            async with asyncio.timeout(_TURN_SECONDS):
                await self._turns.acquire()
        else:
            await self._turns.acquire()
        try:
            self._connection = await self._pool.acquire()
        except BaseException:
            self._turns.release()
            raise
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._pool.release(self._connection, timeout=_CONNECT_SECONDS)
        finally:
            self._turns.release()


async def _fetch(
    ledger: AsyncLedger, connection: Any, statement: Executable, parameters: dict[str, Any]
) -> list[asyncpg.Record]:
    prepared = ledger.compiled(statement)
    ledger.query_count += 1
    rows: list[asyncpg.Record] = await connection.fetch(prepared.text, *prepared.arguments(parameters))
    return rows


def _compile(statement: Executable) -> _CompiledStatement:
    """Values that are part of the statement are converted here, once; those of the caller are taken as they are."""
    compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)  # noqa: S101
    converters: Mapping[str, Any] = compiled._bind_processors  # noqa: SLF001
    left_open = {name for name, parameter in compiled.binds.items() if parameter.required}
    own_values = {
        name: converters[name](value) if name in converters else value
        for name, value in compiled.construct_params(_check=False).items()
        if name not in left_open
    }
    return _CompiledStatement(str(compiled), tuple(compiled.positiontup or ()), own_values)


async def _nothing_to_reset(_connection: Any) -> None:
    """Replaces the query that asyncpg runs whenever a connection goes back: no session of ours keeps any state."""


def _is_mistake(error: Exception) -> bool:
    """A value that its column cannot hold: asyncpg tells it by the class of errors that it has for connections."""
    return isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)


def _unavailable(error: Exception) -> LedgerUnavailableError:
    return LedgerUnavailableError(unavailable_text(str(error) or "it took too long to answer"))
