"""The asyncpg way into the ledger: values in and out, transactions, and a server that goes away and comes back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import Integer, Text, Uuid, bindparam, cast, func, make_url, select, update
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.errors import ConfigurationError, LedgerUnavailableError
from brandbrain_dagster.stores.ledger.async_ledger import AsyncLedger
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.tables import brand, brand_overrides, compile_run
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.stores.ledger_rows import NOW, add_brand, add_compile

ADD_OVERRIDES = (
    insert(brand_overrides)
    .values(
        brand_id=bindparam("of_brand"),
        overrides_json=bindparam("given"),
        pinned_paths=bindparam("pins"),
        pinned_values_json={"kept": [1]},
        updated_at=bindparam("now"),
    )
    .returning(brand_overrides)
)
RENAME = update(brand).where(brand.c.id == bindparam("of_brand", type_=Uuid())).values(name=bindparam("new_name"))
NAME = select(brand.c.name).where(brand.c.id == bindparam("of_brand", type_=Uuid()))
BACKEND = select(func.pg_backend_pid().label("pid"))


@asynccontextmanager
async def opened(url: str, *, pool_size: int = 8) -> AsyncIterator[AsyncLedger]:
    ledger = AsyncLedger(url, pool_size=pool_size)
    await ledger.open()
    yield ledger
    await ledger.close()


def run(url: str, act: Callable[[AsyncLedger], Awaitable[None]], *, pool_size: int = 8) -> None:
    async def main() -> None:
        async with opened(url, pool_size=pool_size) as ledger:
            await act(ledger)

    asyncio.run(main())


def test_json_goes_in_and_comes_out_as_text(ledger: Ledger, ledger_url: str) -> None:
    with ledger.begin() as conn:
        brand_id = add_brand(conn).id

    async def act(async_ledger: AsyncLedger) -> None:
        row = await async_ledger.fetch_one(ADD_OVERRIDES, of_brand=brand_id, given='{"é": 1.0}', pins=["a"], now=NOW)
        assert row is not None
        assert dict(row) == {
            "brand_id": brand_id,
            "overrides_json": '{"é": 1.0}',
            "pinned_paths": ["a"],
            "pinned_values_json": '{"kept": [1]}',
            "updated_at": NOW,
        }

    run(ledger_url, act)


def test_values_of_the_statement_and_of_the_caller_are_both_used(ledger: Ledger, ledger_url: str) -> None:
    with ledger.begin() as conn:
        found = add_brand(conn)
        compile_id = add_compile(conn, found).id
    statement = select(compile_run.c.id).where(
        compile_run.c.status == WorkStatus.PENDING,
        compile_run.c.available_at < bindparam("now"),
    )

    async def act(async_ledger: AsyncLedger) -> None:
        rows = await async_ledger.fetch(statement, now=NOW + timedelta(seconds=1))
        assert [row["id"] for row in rows] == [compile_id]
        assert await async_ledger.fetch(statement, now=NOW) == []
        with pytest.raises(KeyError, match="now"):
            await async_ledger.fetch(statement)

    run(ledger_url, act)


def test_sessions_are_in_utc_and_options_of_libpq_do_not_hurt(ledger_url: str) -> None:
    options = {"options": "-c work_mem=8MB", "connect_timeout": "3", "keepalives": "1"}
    url = make_url(ledger_url).update_query_dict(options).render_as_string(hide_password=False)
    setting = [func.current_setting(name) for name in ("timezone", "work_mem", "application_name")]

    async def act(async_ledger: AsyncLedger) -> None:
        assert [tuple(row) for row in await async_ledger.fetch(select(*setting))] == [("UTC", "8MB", "brandbrain")]

    run(url, act)


def test_queries_are_counted(ledger_url: str) -> None:
    async def act(async_ledger: AsyncLedger) -> None:
        await async_ledger.fetch(BACKEND)
        async with async_ledger.begin() as transaction:
            await transaction.execute(BACKEND)
        assert async_ledger.query_count == 2

    run(ledger_url, act)


def test_transaction_ends_whole_or_not_at_all(ledger: Ledger, ledger_url: str) -> None:
    with ledger.begin() as conn:
        brand_id = add_brand(conn).id

    async def rename_and_fail(async_ledger: AsyncLedger) -> None:
        async with async_ledger.begin() as transaction:
            await transaction.execute(RENAME, of_brand=brand_id, new_name="Half")
            raise ZeroDivisionError

    async def act(async_ledger: AsyncLedger) -> None:
        with pytest.raises(ZeroDivisionError):
            await rename_and_fail(async_ledger)
        assert [row["name"] for row in await async_ledger.fetch(NAME, of_brand=brand_id)] == ["Acme"]
        async with async_ledger.begin() as transaction:
            await transaction.execute(RENAME, of_brand=brand_id, new_name="Whole")
        assert [row["name"] for row in await async_ledger.fetch(NAME, of_brand=brand_id)] == ["Whole"]

    run(ledger_url, act)


def test_more_requests_than_connections_take_turns(ledger_url: str) -> None:
    async def act(async_ledger: AsyncLedger) -> None:
        rows = await asyncio.gather(*(async_ledger.fetch_one(BACKEND) for _ in range(50)))
        assert len({row["pid"] for row in rows if row is not None}) <= 2

    run(ledger_url, act, pool_size=2)


class RecordedPool:
    """Has a connection for everybody, and remembers who had one and how many had one at once."""

    def __init__(self) -> None:
        self.granted: list[int] = []
        self.most_at_once = 0
        self._in_use = 0

    async def acquire(self) -> "RecordedPool":
        self._in_use += 1
        self.most_at_once = max(self.most_at_once, self._in_use)
        return self

    async def release(self, _: "RecordedPool", **__: Any) -> None:
        self._in_use -= 1

    async def fetch(self, _statement: str, number: int) -> list[Any]:
        self.granted.append(number)
        for _ in range(number % 5):
            await asyncio.sleep(0)
        return []


def test_whoever_waits_longest_is_next(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, asked = RecordedPool(), []

    async def create_pool(*_: Any, **__: Any) -> RecordedPool:
        return pool

    async def main() -> None:
        ledger = AsyncLedger("postgresql://nobody@nowhere/nothing", pool_size=3)
        await ledger.open()

        async def ask(number: int) -> None:
            for _ in range(10):
                asked.append(number)
                await ledger.fetch(select(bindparam("number", type_=Integer())), number=number)

        await asyncio.gather(*map(ask, range(16)))

    monkeypatch.setattr(asyncpg, "create_pool", create_pool)
    asyncio.run(main())
    assert pool.granted == asked
    assert pool.most_at_once == 3


def test_request_that_waits_while_the_ledger_is_closed_is_told_that_it_is_away(ledger_url: str) -> None:
    async def main() -> None:
        ledger = AsyncLedger(ledger_url, pool_size=1)
        await ledger.open()
        async with ledger.begin():
            waiting = asyncio.create_task(ledger.fetch(BACKEND))
            await asyncio.sleep(0)
            closing = asyncio.create_task(ledger.close())
            await asyncio.sleep(0)
        await closing
        with pytest.raises(LedgerUnavailableError):
            await waiting

    asyncio.run(main())


def test_cut_connection_is_replaced(ledger_url: str) -> None:
    async def act(async_ledger: AsyncLedger) -> None:
        with pytest.raises(LedgerUnavailableError):
            await async_ledger.fetch(select(func.pg_terminate_backend(func.pg_backend_pid())))
        assert await async_ledger.fetch_one(BACKEND) is not None

    run(ledger_url, act, pool_size=1)


@pytest.mark.parametrize("host", ["127.0.0.1:1", "?host=/nowhere"])
def test_server_that_is_away_is_told_without_the_password(host: str) -> None:
    url = f"postgresql://someone:hunter2@{host}/db" if ":" in host else f"postgresql://someone:hunter2@/db{host}"

    async def act(async_ledger: AsyncLedger) -> None:
        for _ in range(2):
            with pytest.raises(LedgerUnavailableError, match="check that it is up") as caught:
                await async_ledger.fetch(BACKEND)
            assert "hunter2" not in str(caught.value)

    run(url, act)


def test_database_that_comes_back_is_used_again(ledger_url: str, tmp_path: Path) -> None:
    """The socket's folder is what goes away, since the server serves other tests too."""
    here = make_url(ledger_url)
    folder = tmp_path / "sockets"
    url = here.update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)

    async def act(async_ledger: AsyncLedger) -> None:
        with pytest.raises(LedgerUnavailableError):
            await async_ledger.fetch(BACKEND)
        folder.symlink_to(str(here.query["host"]))
        assert await async_ledger.fetch_one(BACKEND) is not None

    run(url, act)


def test_closed_ledger_says_so(ledger_url: str) -> None:
    async def main() -> None:
        async with opened(ledger_url) as async_ledger:
            await async_ledger.fetch(BACKEND)
        with pytest.raises(LedgerUnavailableError, match="not open"):
            await async_ledger.fetch(BACKEND)

    asyncio.run(main())


def test_mistake_in_a_value_is_no_failure_of_the_server(ledger_url: str) -> None:
    async def act(async_ledger: AsyncLedger) -> None:
        with pytest.raises(asyncpg.DataError):
            await async_ledger.fetch(select(cast(bindparam("number", type_=Text()), Text)), number=3)

    run(ledger_url, act)


def test_url_of_something_else_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="BRANDBRAIN_DATABASE_URL"):
        AsyncLedger("mysql://host/db")


def test_unknown_brand_is_no_row(ledger_url: str) -> None:
    async def act(async_ledger: AsyncLedger) -> None:
        assert await async_ledger.fetch_one(NAME, of_brand=uuid4()) is None

    run(ledger_url, act)
