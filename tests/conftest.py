"""Fixtures that more than one folder of tests uses: a real PostgreSQL, and a fresh ledger for each test."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url

from brandbrain_dagster.stores.ledger.embedded_server import embedded_database_url, release_embedded_server
from brandbrain_dagster.stores.ledger.engine import Ledger, open_ledger
from brandbrain_dagster.stores.ledger.migrate import upgrade_ledger

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def ledger_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for the whole test run: parallel workers share its home, as any two processes may."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "ledger-server"
    url = embedded_database_url(home)
    _execute(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield url
    release_embedded_server(home)


@pytest.fixture(scope="session")
def migrated_template(ledger_server_url: str) -> str:
    """The name of a database with all migrations and no rows."""
    name = f"template_{uuid4().hex}"
    _execute(ledger_server_url, f"CREATE DATABASE {name}")
    ledger = open_ledger(_with_database(ledger_server_url, name))
    upgrade_ledger(ledger)
    ledger.close()
    return name


@pytest.fixture
def empty_database_url(ledger_server_url: str) -> Iterator[str]:
    """A database without any tables."""
    yield from _new_database(ledger_server_url, "template1")


@pytest.fixture
def ledger_url(ledger_server_url: str, migrated_template: str) -> Iterator[str]:
    """The URL of a migrated ledger of this test alone."""
    yield from _new_database(ledger_server_url, migrated_template)


@pytest.fixture(scope="module")
def large_database_url(ledger_server_url: str, migrated_template: str) -> Iterator[str]:
    """The URL of a migrated ledger that the tests of one module fill once and then only read."""
    yield from _new_database(ledger_server_url, migrated_template)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A migrated ledger of this test alone."""
    ledger = open_ledger(ledger_url)
    yield ledger
    ledger.close()


def _new_database(server_url: str, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    _execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _with_database(server_url, name)
    _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        for statement in statements:
            conn.exec_driver_sql(statement)
    engine.dispose()
