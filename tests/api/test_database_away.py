"""The API while its database is away, and after it came back."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, make_url, select, text

from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.operations import OPERATIONS
from tests.api.profile_api import ProfileApi, running_api

TOKEN = {"Authorization": "Bearer of-the-test"}


@pytest.fixture
def sockets(tmp_path: Path) -> Path:
    """The folder in which the API looks for the server's socket; what goes away is the way to the server."""
    return tmp_path / "sockets"


@pytest.fixture
def connect(sockets: Path, ledger_url: str) -> None:
    sockets.symlink_to(str(make_url(ledger_url).query["host"]))


@pytest.fixture
def cut_off(sockets: Path, ledger_url: str, tmp_path: Path) -> Iterator[ProfileApi]:
    """An API that cannot reach its database unless the test uses `connect` first."""
    url = make_url(ledger_url).update_query_dict({"host": str(sockets)})
    with running_api(url.render_as_string(hide_password=False), home=tmp_path, api_tokens="of-the-test") as running:
        yield running


def hang_up(ledger: Ledger) -> None:
    """Ends all other connections to the database."""
    others = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    with ledger.begin() as conn:
        for pid in conn.scalars(others).all():
            conn.execute(select(func.pg_terminate_backend(pid)))


def assert_away(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert set(answer.json()) == {"error"}
    assert "postgres@" not in answer.text


def test_api_starts_without_its_database_and_every_call_says_so(cut_off: ProfileApi) -> None:
    for operation in OPERATIONS:
        answer = operation.request(cut_off.client, headers=TOKEN)
        if operation.path.startswith("/api/schemas/"):
            assert answer.status_code == 200
        else:
            assert_away(answer)


def test_nobody_is_let_in_while_tokens_cannot_be_looked_up(ledger_url: str, sockets: Path) -> None:
    url = make_url(ledger_url).update_query_dict({"host": str(sockets)})
    with running_api(url.render_as_string(hide_password=False)) as running:
        assert_away(running.client.get("/api/brands"))
        assert_away(running.client.get("/api/schemas/snapshot/v1", headers=TOKEN))


@pytest.mark.usefixtures("connect")
def test_api_goes_on_when_the_database_is_back(
    cut_off: ProfileApi, ledger: Ledger, sockets: Path, ledger_url: str, brand: Brand
) -> None:
    paths = ("/api/health", f"/api/brands/{brand.id}", f"/api/brands/{brand.id}/brandbrain/overrides")

    def statuses() -> list[int]:
        return [cut_off.client.get(path, headers=TOKEN).status_code for path in paths]

    assert statuses() == [200, 200, 200]
    sockets.unlink()
    hang_up(ledger)
    assert statuses() == [503, 503, 503]
    assert statuses() == [503, 503, 503]
    sockets.symlink_to(str(make_url(ledger_url).query["host"]))
    assert statuses() == [200, 200, 200]


@pytest.mark.usefixtures("connect")
def test_broken_connections_are_replaced(cut_off: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    """A restart of the server breaks all connections; reads of the thread pool and of the event loop go on."""
    path = f"/api/brands/{brand.id}"
    assert cut_off.client.get(path, headers=TOKEN).status_code == 200
    hang_up(ledger)
    assert cut_off.client.get(path, headers=TOKEN).status_code == 200
    assert cut_off.client.get("/api/health").status_code in {200, 503}
    assert cut_off.client.get("/api/health").status_code == 200
