"""SQL over the lake: DuckDB in memory over the Parquet files, read-only."""

from collections.abc import Collection, Sequence
from tempfile import TemporaryDirectory
from typing import Literal, cast
from urllib.parse import urlsplit

import duckdb
import polars as pl
from obstore.fsspec import FsspecStore
from obstore.store import LocalStore

from brandbrain_dagster.domain.normalization.evidence_frame import EVIDENCE_SCHEMA
from brandbrain_dagster.errors import InvalidInputError, LakeError
from brandbrain_dagster.stores.lake.lake import EVIDENCE_PREFIX, RAW_ITEMS_PREFIX, RAW_ITEMS_SCHEMA, Lake

_RAW_VIEW_SCHEMA = pl.Schema([*RAW_ITEMS_SCHEMA.items(), ("brand_id", pl.String()), ("source", pl.String())])
"""The raw items' columns and those that DuckDB reads from their paths."""
_DATASETS = {"evidence": (EVIDENCE_PREFIX, EVIDENCE_SCHEMA), "raw_items": (RAW_ITEMS_PREFIX, _RAW_VIEW_SCHEMA)}


class LakeScan:
    """A DuckDB connection with the views ``evidence``, ``raw_items`` and ``actor_runs``.

    Opening one costs about 15 ms, so open one for many questions, not one a brand.

    Args:
        lake: the lake to read.
        actor_runs: the ledger's actor runs as a frame; without it that view is not there.
        views: those of ``evidence`` and ``raw_items`` that are wanted: listing the files of a large lake takes a while.

    Raises:
        LakeError: the lake cannot be listed, or its first file of a kind cannot be read.
    """

    def __init__(
        self, lake: Lake, *, actor_runs: pl.DataFrame | None = None, views: Collection[str] = tuple(_DATASETS)
    ) -> None:
        self._connection = duckdb.connect()
        root = self._mount(lake)
        try:
            for view in views:
                prefix, schema = _DATASETS[view]
                self._create_view(view, [f"{root}/{path}" for path in lake.list_paths(prefix)], schema)
        except duckdb.Error as error:
            raise LakeError(f"Could not scan the lake: {_gist(error)}; repair or delete that file.") from error
        if actor_runs is not None:
            self._create_table("actor_runs", actor_runs)
        self._confine(root)

    def query(self, sql: str) -> tuple[Sequence[str], list[tuple[object, ...]]]:
        """Returns the column names and rows of one SELECT.

        Raises:
            InvalidInputError: the SQL is not valid, or is something else than one reading statement.
        """
        try:
            statements = self._connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type is not duckdb.StatementType.SELECT:
                raise InvalidInputError("The lake is read-only here; give one SELECT statement.")
            cursor = self._connection.execute(statements[0])
            rows = cursor.fetchall()
        except duckdb.Error as error:
            raise InvalidInputError(f"The query failed: {_gist(error)}") from error
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

    def _confine(self, root: str) -> None:
        """Keeps a query inside the lake."""
        self._connection.execute(f"SET allowed_directories = [{_quoted(f'{root}/')}]").fetchall()
        self._connection.execute("SET enable_external_access = false").fetchall()
        self._connection.execute("SET lock_configuration = true").fetchall()

    def _create_view(self, view: str, files: Sequence[str], schema: pl.Schema) -> None:
        if not files:
            self._create_table(view, pl.DataFrame(schema=schema))
            return
        listed = ", ".join(map(_quoted, files))
        self._connection.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet([{listed}])").fetchall()  # noqa: S608

    def _create_table(self, name: str, frame: pl.DataFrame) -> None:
        """Copies a frame by way of a file: DuckDB takes frames from memory only with pyarrow installed."""
        with TemporaryDirectory() as folder:
            path = f"{folder}/{name}.parquet"
            frame.write_parquet(path)
            self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet({_quoted(path)})").fetchall()  # noqa: S608


def _gist(error: duckdb.Error) -> str:
    """The first line: the rest repeats the statement."""
    return str(error).strip().partition("\n")[0]


def _quoted(text: str) -> str:
    """Writes a text as an SQL literal; DuckDB takes no parameters in the statements that need one here."""
    return "'" + text.replace("'", "''") + "'"
