"""SQL over the lake: DuckDB in memory over the Parquet files, read-only."""

from collections.abc import Sequence
from tempfile import TemporaryDirectory
from typing import Literal, cast
from urllib.parse import urlsplit

import duckdb
import polars as pl
from obstore.fsspec import FsspecStore
from obstore.store import LocalStore

from brandbrain_dagster.domain.normalization.evidence_frame import EVIDENCE_SCHEMA
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.stores.lake.lake import EVIDENCE_PREFIX, RAW_ITEMS_PREFIX, RAW_ITEMS_SCHEMA, Lake

_READING = frozenset({duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN})
_DATASETS = {"evidence": (EVIDENCE_PREFIX, EVIDENCE_SCHEMA), "raw_items": (RAW_ITEMS_PREFIX, RAW_ITEMS_SCHEMA)}


class LakeScan:
    """A DuckDB connection with the views ``evidence``, ``raw_items`` and ``actor_runs``.

    Opening one costs about 15 ms, so open one for many questions, not one a brand.

    Args:
        lake: the lake to read.
        actor_runs: the ledger's actor runs as a frame.
    """

    def __init__(self, lake: Lake, *, actor_runs: pl.DataFrame) -> None:
        self._connection = duckdb.connect()
        root = self._mount(lake)
        for view, (prefix, schema) in _DATASETS.items():
            self._create_view(view, f"{root}/{prefix}", schema, has_files=bool(lake.list_paths(prefix)))
        self._create_table("actor_runs", actor_runs)
        self._confine(lake)

    def query(self, sql: str) -> tuple[Sequence[str], list[tuple[object, ...]]]:
        """Returns the column names and rows of one SELECT.

        Raises:
            InvalidInputError: the SQL is not valid, or is something else than one reading statement.
        """
        try:
            statements = self._connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in _READING:
                raise InvalidInputError("The lake is read-only here; give one SELECT statement.")
            cursor = self._connection.execute(statements[0])
            rows = cursor.fetchall()
        except duckdb.Error as error:
            raise InvalidInputError(f"The query failed: {str(error).strip()}") from error
        return [column[0] for column in cursor.description or []], rows

    def close(self) -> None:
        """Gives the memory back."""
        self._connection.close()

    def _mount(self, lake: Lake) -> str:
        if isinstance(lake.store, LocalStore):
            return str(lake.store.prefix)
        scheme = cast("Literal['s3', 'gs', 'az']", urlsplit(lake.url).scheme)
        self._connection.register_filesystem(FsspecStore(scheme))
        return lake.url.rstrip("/")

    def _confine(self, lake: Lake) -> None:
        """Keeps a query inside the lake; an object store is reached through our own file system only."""
        if isinstance(lake.store, LocalStore):
            folder = _quoted(f"{lake.store.prefix}/")
            self._connection.execute(f"SET allowed_directories = [{folder}]").fetchall()
            self._connection.execute("SET enable_external_access = false").fetchall()
        self._connection.execute("SET lock_configuration = true").fetchall()

    def _create_view(self, view: str, folder: str, schema: pl.Schema, *, has_files: bool) -> None:
        if not has_files:
            self._create_table(view, pl.DataFrame(schema=schema))
            return
        files = _quoted(f"{folder}/**/*.parquet")
        self._connection.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet({files})").fetchall()  # noqa: S608

    def _create_table(self, name: str, frame: pl.DataFrame) -> None:
        """Copies a frame by way of a file: DuckDB takes frames from memory only with pyarrow installed."""
        with TemporaryDirectory() as folder:
            path = f"{folder}/{name}.parquet"
            frame.write_parquet(path)
            self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet({_quoted(path)})").fetchall()  # noqa: S608


def _quoted(text: str) -> str:
    """Writes a text as an SQL literal; DuckDB takes no parameters in the statements that need one here."""
    return "'" + text.replace("'", "''") + "'"
