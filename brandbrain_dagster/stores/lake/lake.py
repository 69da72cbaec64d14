"""The lake: Parquet files per actor run (raw items) and per brand (evidence), in a folder or an object store.

A file is replaced whole and atomically: a reader sees the old or the new one, never half. Not here: what the rows mean.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname
from uuid import UUID

import polars as pl
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from brandbrain_dagster.errors import ConfigurationError, LakeError

RAW_ITEMS_PREFIX = "raw_apify_items"
EVIDENCE_PREFIX = "normalized_evidence"
_PROBE = "probe.txt"

_RAW_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "apify_run_id": pl.String,
    "source_connection_id": pl.String,
    "actor_id": pl.String,
    "item_index": pl.Int64,
    "fetched_at": pl.Datetime("us", "UTC"),
    "raw_json": pl.String,
}
RAW_ITEMS_SCHEMA = pl.Schema(_RAW_COLUMNS)
"""Columns of ``raw_apify_items``; ``raw_json`` is the dataset item exactly as received."""


@dataclass(frozen=True, kw_only=True)
class RawRunFile:
    """The stored rows of one actor run, in dataset order."""

    source_connection_id: UUID
    apify_run_id: str
    actor_id: str
    fetched_at: datetime
    rows: Sequence[bytes]


class Lake:
    """Reads and writes the lake at ``url``: a local path, ``file://…``, or an object store such as ``s3://bucket/prefix``.

    Raises:
        ConfigurationError: the URL names no store that is supported.
        LakeError: (any method) a file cannot be read or written.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self.store = _open_store(url)
        except (BaseError, OSError, ValueError) as error:
            raise ConfigurationError(
                f"The lake at '{urlsplit(url).scheme or url}' cannot be opened ({_gist(error)}); set "
                "BRANDBRAIN_LAKE_URL to a folder or to an object-store URL such as s3://bucket/prefix."
            ) from error

    def write_raw_run(
        self,
        *,
        brand_id: UUID,
        source_connection_id: UUID,
        apify_run_id: str,
        actor_id: str,
        fetched_at: datetime,
        rows: Sequence[bytes],
    ) -> None:
        """Stores the rows of a run, once: a run that is stored already keeps the file it has."""
        count = len(rows)
        frame = pl.DataFrame(
            {
                "apify_run_id": [apify_run_id] * count,
                "source_connection_id": [str(source_connection_id)] * count,
                "actor_id": [actor_id] * count,
                "item_index": range(count),
                "fetched_at": [fetched_at] * count,
                "raw_json": [row.decode() for row in rows],
            },
            schema=RAW_ITEMS_SCHEMA,
        )
        self._put(_raw_path(brand_id, source_connection_id, apify_run_id), frame, mode="create")

    def read_raw_run(self, *, brand_id: UUID, source_connection_id: UUID, apify_run_id: str) -> RawRunFile | None:
        """Returns the stored rows of one run, or None when none are stored."""
        frame = self._get(_raw_path(brand_id, source_connection_id, apify_run_id))
        if frame is None or frame.is_empty():
            return None
        return RawRunFile(
            source_connection_id=source_connection_id,
            apify_run_id=apify_run_id,
            actor_id=frame["actor_id"][0],
            fetched_at=frame["fetched_at"][0],
            rows=[text.encode() for text in frame["raw_json"]],
        )

    def iter_raw_runs(self, *, brand_id: UUID) -> Iterator[RawRunFile]:
        """Yields every stored run of a brand in the order of (fetched_at, run id), one in memory at a time."""
        fetched = []
        for path in self.list_paths(_raw_prefix(brand_id)):
            source, _, run = path.rpartition("/source=")[2].partition("/run=")
            times = self._get(path, columns=["fetched_at"])
            if times is not None and not times.is_empty():
                fetched.append((times["fetched_at"][0], run.removesuffix(".parquet"), UUID(source)))
        for _, apify_run_id, source_id in sorted(fetched):
            found = self.read_raw_run(brand_id=brand_id, source_connection_id=source_id, apify_run_id=apify_run_id)
            if found is not None:
                yield found

    def read_evidence(self, *, brand_id: UUID) -> pl.DataFrame | None:
        """Returns the brand's evidence frame, or None when it has none yet."""
        return self._get(_evidence_path(brand_id))

    def write_evidence(self, *, brand_id: UUID, frame: pl.DataFrame) -> None:
        """Replaces the brand's evidence file."""
        self._put(_evidence_path(brand_id), frame, mode="overwrite")

    def delete_brand(self, *, brand_id: UUID) -> int:
        """Deletes every file of a brand, what a killed write left behind too, and returns how many there were."""
        prefixes = (_raw_prefix(brand_id), _evidence_prefix(brand_id))
        try:
            paths = [entry["path"] for prefix in prefixes for batch in self.store.list(prefix) for entry in batch]
            if paths:
                self.store.delete(paths)
            if isinstance(self.store, LocalStore):
                for prefix in prefixes:
                    _remove_folder(Path(str(self.store.prefix)) / prefix)
        except (BaseError, OSError) as error:
            raise self._failure("delete the files of a brand in", error) from error
        return len(paths)

    def probe(self) -> None:
        """Proves that the lake can be written, read and deleted from."""
        try:
            self.store.put(_PROBE, b"brandbrain")
            self.store.get(_PROBE).bytes()
            self.store.delete(_PROBE)
        except (BaseError, OSError) as error:
            raise self._failure("write and read a file in", error) from error

    def list_paths(self, prefix: str) -> list[str]:
        """Returns the paths of the Parquet files under a prefix, sorted."""
        try:
            listed = [entry["path"] for batch in self.store.list(prefix) for entry in batch]
        except BaseError as error:
            raise self._failure("list", error) from error
        return sorted(path for path in listed if path.endswith(".parquet"))

    def _get(self, path: str, *, columns: list[str] | None = None) -> pl.DataFrame | None:
        try:
            content = self.store.get(path).bytes()
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise self._failure(f"read {path} in", error) from error
        try:
            return pl.read_parquet(BytesIO(content), columns=columns)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise self._failure(f"read {path} (damaged; delete it to have it rebuilt) in", error) from error

    def _put(self, path: str, frame: pl.DataFrame, *, mode: Literal["create", "overwrite"]) -> None:
        buffer = BytesIO()
        frame.write_parquet(buffer, compression="zstd", statistics=False)
        try:
            self.store.put(path, buffer.getvalue(), mode=mode)
        except AlreadyExistsError:
            return
        except (BaseError, OSError) as error:
            raise self._failure(f"write {path} in", error) from error

    def _failure(self, action: str, error: Exception) -> LakeError:
        cause = _gist(error).rstrip(".")
        return LakeError(f"Could not {action} the lake: {cause}. Check its space, rights and address, then try again.")


def _open_store(url: str) -> ObjectStore:
    scheme, separator, path = url.partition("://")
    if separator and scheme != "file":
        return from_url(url)
    folder = Path(url2pathname(path)) if separator else Path(url).expanduser()
    return LocalStore(folder.resolve(), mkdir=True)


def _remove_folder(folder: Path) -> None:
    """Removes a folder with half-written files in it, which a store does not list."""
    if folder.exists():
        shutil.rmtree(folder)


def _gist(error: Exception) -> str:
    """The first line: the rest is for debugging obstore."""
    return str(error).strip().partition("\n")[0]


def _raw_prefix(brand_id: UUID) -> str:
    return f"{RAW_ITEMS_PREFIX}/brand_id={brand_id}"


def _raw_path(brand_id: UUID, source_connection_id: UUID, apify_run_id: str) -> str:
    return f"{_raw_prefix(brand_id)}/source={source_connection_id}/run={apify_run_id}.parquet"


def _evidence_prefix(brand_id: UUID) -> str:
    return f"{EVIDENCE_PREFIX}/brand_id={brand_id}"


def _evidence_path(brand_id: UUID) -> str:
    return f"{_evidence_prefix(brand_id)}/evidence.parquet"
