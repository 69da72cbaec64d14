"""The way into the ledger: connections, transactions, and failures that say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from brandbrain_dagster.errors import ConfigurationError, LedgerUnavailableError

_APPLICATION_NAME = "brandbrain"
_CONNECT_TIMEOUT_SECONDS = 10
_POOL_SIZE = 5
_POOL_OVERFLOW = 10
_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")

_LIBPQ_OPTIONS = (
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "fallback_application_name",
    "gssencmode",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "tcp_user_timeout",
)
"""Options of a URL that are libpq's own: neither asyncpg nor the server knows them."""

DAGSTER_SCHEMA = "dagster"
"""The schema of Dagster's own tables, in the ledger's database."""


class Ledger:
    """A PostgreSQL database that holds the ledger; cheap to keep, connects when it is first used."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yields a connection in a transaction: committed at the end, rolled back when an error passes.

        Raises:
            LedgerUnavailableError: PostgreSQL cannot be reached, or could not finish the transaction.
        """
        with self._failures_told(), self.engine.begin() as conn:
            yield conn

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yields a connection that refuses writes and sees one state of the ledger for all its queries.

        Raises:
            LedgerUnavailableError: PostgreSQL cannot be reached.
        """
        with self._failures_told(), self.engine.connect() as conn:
            yield conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """Yields a connection of its own, outside any pool and any transaction, for locks that a session holds.

        Raises:
            LedgerUnavailableError: PostgreSQL cannot be reached.
        """
        with self._failures_told(), self.engine.connect() as conn:
            conn.execution_options(isolation_level="AUTOCOMMIT")
            conn.detach()
            yield conn

    def close(self) -> None:
        """Closes the connections that are not in use."""
        self.engine.dispose()

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            raise LedgerUnavailableError(unavailable_text(str(error.orig))) from error
        except PoolTimeoutError as error:
            raise LedgerUnavailableError(unavailable_text("all its connections are in use")) from error


def open_ledger(database_url: str) -> Ledger:
    """Returns the ledger at a ``postgresql://`` (or ``postgres://``) URL; does not connect yet.

    Raises:
        ConfigurationError: it is not such a URL.
    """
    url = _parsed(database_url).set(drivername="postgresql+psycopg")
    engine = create_engine(
        _with_option(url, "timezone", "UTC"),
        pool_pre_ping=True,
        pool_size=_POOL_SIZE,
        max_overflow=_POOL_OVERFLOW,
        hide_parameters=True,
        connect_args={
            "application_name": url.query.get("application_name", _APPLICATION_NAME),
            "connect_timeout": url.query.get("connect_timeout", _CONNECT_TIMEOUT_SECONDS),
        },
    )
    return Ledger(engine)


def unavailable_text(cause: str) -> str:
    """Returns the sentence for a ledger that cannot be reached; ``cause`` is what the driver says."""
    reason = cause.strip().partition("\n")[0].rstrip(".")
    return f"Talking to the ledger's PostgreSQL failed: {reason}; check that it is up, then try again."


def asyncpg_url(database_url: str) -> str:
    """Returns the URL as asyncpg takes it, which hands every option that it does not know to the server.

    The text holds the password, if there is one.

    Raises:
        ConfigurationError: it is not a PostgreSQL URL.
    """
    url = _with_option(_parsed(database_url).set(drivername="postgresql"), "timezone", "UTC")
    named = {"application_name": url.query.get("application_name", _APPLICATION_NAME)}
    return url_text(url.difference_update_query(_LIBPQ_OPTIONS).update_query_dict(named))


def dagster_postgres_url(database_url: str) -> str:
    """Returns the URL for Dagster's storage: the same database, its own schema, and the driver that Dagster needs.

    Its commits do not wait for the disk: a crash of PostgreSQL may take back the last moments of what Dagster saw,
    which the ledger does not rest on, and a compile has dozens of events. The text holds the password, if there is one.

    Raises:
        ConfigurationError: it is not a PostgreSQL URL.
    """
    url = _with_option(_parsed(database_url).set(drivername="postgresql+psycopg2"), "search_path", DAGSTER_SCHEMA)
    return url_text(_with_option(url, "synchronous_commit", "off"))


def url_text(url: URL) -> str:
    """Returns the URL with its password, and with spaces as ``%20``: libpq takes SQLAlchemy's ``+`` for a plus."""
    address, mark, query = url.render_as_string(hide_password=False).partition("?")
    return address + mark + query.replace("+", "%20")


def _parsed(database_url: str) -> URL:
    """The error never repeats the URL, which may hold a password."""
    advice = "write it as postgresql://user:password@host:port/database."
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise ConfigurationError(f"BRANDBRAIN_DATABASE_URL cannot be read as a URL; {advice}") from None
    if url.drivername not in _SCHEMES:
        raise ConfigurationError(f"BRANDBRAIN_DATABASE_URL names no PostgreSQL ({url.drivername}); {advice}")
    return url


def _with_option(url: URL, name: str, value: str) -> URL:
    """Adds a session setting to those that the URL sets already."""
    given = url.query.get("options", "")
    options = [given] if isinstance(given, str) else list(given)
    return url.update_query_dict({"options": " ".join([*filter(None, options), f"-c {name}={value}"])})
