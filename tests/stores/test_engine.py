from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import InternalError, ProgrammingError

from brandbrain_dagster.errors import ConfigurationError, LedgerUnavailableError
from brandbrain_dagster.stores.ledger.engine import Ledger, dagster_postgres_url, open_ledger


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_ledger_opens_by_every_spelling_of_the_scheme(ledger_url: str, scheme: str) -> None:
    ledger = open_ledger(ledger_url.replace("postgresql+psycopg", scheme))
    with ledger.read() as conn:
        assert conn.exec_driver_sql("SELECT current_setting('application_name')").scalar() == "brandbrain"
    ledger.close()


def test_sessions_are_in_utc_and_keep_options_of_the_url(ledger_url: str) -> None:
    given = make_url(ledger_url).update_query_dict({"options": "-c work_mem=8MB"})
    ledger = open_ledger(given.render_as_string(hide_password=False))
    with ledger.read() as conn:
        settings = conn.exec_driver_sql("SELECT current_setting('timezone'), current_setting('work_mem')").one()
    ledger.close()
    assert tuple(settings) == ("UTC", "8MB")


@pytest.mark.parametrize("url", ["mysql://user:hunter2@host/db", "user:hunter2@host", "postgresql://u:hunter2@h:x/db"])
def test_url_of_something_else_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="BRANDBRAIN_DATABASE_URL") as caught:
        open_ledger(url)
    assert "hunter2" not in str(caught.value)


def test_unreachable_server_is_told_without_the_password(tmp_path: Path) -> None:
    ledger = open_ledger(f"postgresql://someone:hunter2@/brandbrain?host={tmp_path}")
    with pytest.raises(LedgerUnavailableError, match="check that it is up") as caught, ledger.begin():
        pass
    assert "hunter2" not in str(caught.value)
    assert caught.value.is_transient


def test_connection_that_is_cut_is_told_and_then_replaced(ledger: Ledger) -> None:
    with pytest.raises(LedgerUnavailableError), ledger.begin() as conn:
        conn.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    with ledger.read() as conn:
        assert conn.exec_driver_sql("SELECT 1").scalar() == 1


def test_transaction_is_rolled_back_when_an_error_passes(ledger: Ledger) -> None:
    with pytest.raises(ProgrammingError), ledger.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE scratch (id int); SELECT * FROM nowhere")
    with ledger.read() as conn:
        assert conn.exec_driver_sql("SELECT to_regclass('scratch')").scalar() is None


def test_reading_connection_refuses_writes_and_leaves_the_next_one_writable(ledger: Ledger) -> None:
    with pytest.raises(InternalError, match="read-only"), ledger.read() as conn:
        conn.exec_driver_sql("CREATE TABLE scratch (id int)")
    with ledger.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE scratch (id int)")


def test_dagster_url_leads_to_its_own_schema_of_the_same_database(ledger_url: str) -> None:
    url = make_url(dagster_postgres_url(ledger_url))
    assert url.drivername == "postgresql+psycopg2"
    engine = create_engine(url)
    with engine.connect() as conn:
        seen = conn.exec_driver_sql("SELECT current_schema(), current_database()").one()
    engine.dispose()
    assert tuple(seen) == ("dagster", make_url(ledger_url).database)


def test_dagster_url_keeps_host_port_password_and_options() -> None:
    url = make_url(dagster_postgres_url("postgres://u:p%40ss@db.example:6543/brandbrain?options=-c%20work_mem%3D8MB"))
    assert (url.host, url.port, url.password, url.database) == ("db.example", 6543, "p@ss", "brandbrain")
    assert url.query["options"] == "-c work_mem=8MB -c search_path=dagster -c synchronous_commit=off"
