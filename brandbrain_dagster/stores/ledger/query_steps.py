"""Work on the ledger that does not care who carries its queries out: a thread with a connection, or the event loop.

Such work is a generator: it yields queries, is sent their rows, and returns what it found or did.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Executable

T = TypeVar("T")


@dataclass(frozen=True)
class Query:
    """A statement, and the parameters that it leaves open; JSONB among them is given as text."""

    statement: Executable
    parameters: Mapping[str, Any]


QuerySteps = Generator[Query, Sequence[Any], T]
"""Is sent rows whose columns are found by name."""


class FetchesRows(Protocol):
    """What carries queries out on the event loop: an `AsyncLedger`, or one of its transactions."""

    async def fetch(self, statement: Executable, **parameters: Any) -> list[Any]:
        """Runs a statement and returns its rows."""


def take_steps(conn: Connection, steps: QuerySteps[T]) -> T:
    """Carries out the queries on a connection, and returns what the steps return."""
    try:
        query = next(steps)
        while True:
            query = steps.send(conn.execute(query.statement, dict(query.parameters)).mappings().all())
    except StopIteration as end:
        returned: T = end.value
        return returned


async def take_steps_async(ledger: FetchesRows, steps: QuerySteps[T]) -> T:
    """Carries out the queries on the event loop, and returns what the steps return."""
    try:
        query = next(steps)
        while True:
            query = steps.send(await ledger.fetch(query.statement, **query.parameters))
    except StopIteration as end:
        returned: T = end.value
        return returned
