"""The lake: byte-exact raw runs that are written once, evidence that is replaced whole, in a folder and in S3."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from brandbrain_dagster.errors import ConfigurationError, LakeError
from brandbrain_dagster.stores.lake.lake import EVIDENCE_PREFIX, RAW_ITEMS_PREFIX, Lake
from tests.stores.lake_files import (
    BRAND,
    FETCHED_AT,
    LARGE,
    OTHER_BRAND,
    SOURCE,
    read_run,
    uniform_frame,
    write_run,
)

ODD_ROWS = [
    b'{"b": 1, "a": 2}',
    b'{ "a" :\t2 ,"b":1.0,\r\n "c": 1e3 }',
    '{"caption": "Crème brûlée 🧆👩\u200d🍳 \u2028"}'.encode(),
    b'{"escaped": "\\u00e9\\ud83e\\uddc6\\u0000"}',
    b"null",
]
FRAME = pl.DataFrame({"id": ["a", "b"], "likes": [1, None]})


def bytes_of(lake: Lake, prefix: str) -> list[bytes]:
    return [lake.store.get(path).bytes().to_bytes() for path in lake.list_paths(prefix)]


def test_raw_run_comes_back_byte_for_byte(lake: Lake) -> None:
    write_run(lake, ODD_ROWS)
    found = read_run(lake)
    assert found is not None
    assert found.rows == ODD_ROWS
    assert (found.apify_run_id, found.source_connection_id) == ("run1", SOURCE)
    assert (found.actor_id, found.fetched_at) == ("apify~instagram-scraper", FETCHED_AT)


def test_raw_run_is_written_once(lake: Lake) -> None:
    write_run(lake, [b'{"first": 1}'])
    (before,) = bytes_of(lake, RAW_ITEMS_PREFIX)
    write_run(lake, [b'{"second": 2}'])
    assert bytes_of(lake, RAW_ITEMS_PREFIX) == [before]


def test_raw_run_that_is_not_stored_is_none(lake: Lake) -> None:
    assert read_run(lake, "other") is None
    write_run(lake, ODD_ROWS)
    assert read_run(lake, "other") is None
    assert read_run(lake, brand_id=OTHER_BRAND) is None


def test_same_rows_give_the_same_file(lake: Lake) -> None:
    write_run(lake, ODD_ROWS)
    lake.write_evidence(brand_id=BRAND, frame=FRAME)
    first = bytes_of(lake, RAW_ITEMS_PREFIX) + bytes_of(lake, EVIDENCE_PREFIX)
    assert lake.delete_brand(brand_id=BRAND) == 2
    write_run(lake, ODD_ROWS)
    lake.write_evidence(brand_id=BRAND, frame=FRAME)
    assert bytes_of(lake, RAW_ITEMS_PREFIX) + bytes_of(lake, EVIDENCE_PREFIX) == first


def test_evidence_is_replaced_whole(lake: Lake) -> None:
    assert lake.read_evidence(brand_id=BRAND) is None
    lake.write_evidence(brand_id=BRAND, frame=uniform_frame(1))
    lake.write_evidence(brand_id=BRAND, frame=FRAME)
    found = lake.read_evidence(brand_id=BRAND)
    assert found is not None
    assert_frame_equal(found, FRAME)


def test_runs_are_read_in_the_order_in_which_they_were_fetched(lake: Lake) -> None:
    for source, run_id, hours in ((11, "a", 2), (12, "b", 1), (11, "c", 1), (13, "d", 0)):
        write_run(
            lake, [b"{}"], run_id=run_id, source_id=UUID(int=source), fetched_at=FETCHED_AT + timedelta(hours=hours)
        )
    write_run(lake, [b"{}"], run_id="z", brand_id=OTHER_BRAND)
    listed = [(run.source_connection_id.int, run.apify_run_id) for run in lake.iter_raw_runs(brand_id=BRAND)]
    assert listed == [(13, "d"), (12, "b"), (11, "c"), (11, "a")]


def test_deleting_a_brand_leaves_the_others(lake: Lake) -> None:
    for brand_id in (BRAND, OTHER_BRAND):
        write_run(lake, ODD_ROWS, brand_id=brand_id)
        lake.write_evidence(brand_id=brand_id, frame=FRAME)
    assert lake.delete_brand(brand_id=BRAND) == 2
    assert lake.delete_brand(brand_id=BRAND) == 0
    assert read_run(lake) is None
    assert lake.read_evidence(brand_id=BRAND) is None
    assert read_run(lake, brand_id=OTHER_BRAND) is not None
    assert lake.read_evidence(brand_id=OTHER_BRAND) is not None


def test_deleting_a_brand_takes_half_written_files_along(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    write_run(lake, ODD_ROWS)
    (path,) = lake.list_paths(RAW_ITEMS_PREFIX)
    (tmp_path / f"{path}#1").write_bytes(b"half of a personal")
    assert lake.delete_brand(brand_id=BRAND) == 1
    assert list((tmp_path / RAW_ITEMS_PREFIX).iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"garbage", b"PAR1" * 5, None], ids=["empty", "text", "footer", "cut off"])
def test_damaged_file_is_told_in_a_sentence(lake: Lake, content: bytes | None) -> None:
    lake.write_evidence(brand_id=BRAND, frame=uniform_frame(1))
    (path,) = lake.list_paths(EVIDENCE_PREFIX)
    if content is None:
        whole = lake.store.get(path).bytes().to_bytes()
        content = whole[: len(whole) // 2]
    lake.store.put(path, content)
    with pytest.raises(LakeError, match=r"^Could not read .*evidence\.parquet \(damaged.* again\.$") as raised:
        lake.read_evidence(brand_id=BRAND)
    assert "\n" not in str(raised.value)


def test_probe_leaves_nothing_behind(lake: Lake) -> None:
    lake.probe()
    assert [entry["path"] for batch in lake.store.list() for entry in batch] == []


def test_bucket_that_is_missing_is_a_lake_error(bucket: str) -> None:
    lake = Lake(f"{bucket}-of-nobody")
    for attempt in (lake.probe, lambda: write_run(lake, ODD_ROWS), lambda: lake.list_paths(RAW_ITEMS_PREFIX)):
        with pytest.raises(LakeError, match="then try again"):
            attempt()


def test_folder_that_cannot_hold_the_file_is_a_lake_error(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    (tmp_path / EVIDENCE_PREFIX).write_text("a file where a folder has to be")
    with pytest.raises(LakeError, match=r"^Could not write normalized_evidence"):
        lake.write_evidence(brand_id=BRAND, frame=FRAME)
    write_run(lake, ODD_ROWS)
    assert read_run(lake) is not None


def test_full_disk_is_a_lake_error_and_the_old_file_stays(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.write_evidence(brand_id=BRAND, frame=FRAME)
    command = [sys.executable, "-m", "tests.stores.lake_files", "full disk", str(tmp_path)]
    child = subprocess.run(command, check=True, capture_output=True, text=True)
    assert child.stdout.startswith("Could not write normalized_evidence")
    found = lake.read_evidence(brand_id=BRAND)
    assert found is not None
    assert_frame_equal(found, FRAME)


def test_reader_never_sees_half_a_file_of_a_writer_in_another_process(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.write_evidence(brand_id=BRAND, frame=uniform_frame(0))
    command = [sys.executable, "-m", "tests.stores.lake_files", "rewrite", str(tmp_path), "30"]
    seen: list[int] = []
    with subprocess.Popen(command) as writer:
        while writer.poll() is None:
            seen.append(_value_in_all_rows(lake))
    seen.append(_value_in_all_rows(lake))
    assert writer.returncode == 0
    assert seen == sorted(seen)
    assert seen[-1] == 30


def _value_in_all_rows(lake: Lake) -> int:
    frame = lake.read_evidence(brand_id=BRAND)
    assert frame is not None
    assert len(frame) == LARGE
    (value,) = frame["value"].unique()
    return int(value)


@pytest.mark.parametrize("url", ["gopher://lake", "s3://", "{file}", "{file}/below"])
def test_url_of_no_store_is_a_configuration_error(tmp_path: Path, url: str) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ConfigurationError, match="set BRANDBRAIN_LAKE_URL") as raised:
        Lake(url.format(file=file))
    assert "\n" not in str(raised.value)


def test_file_url_is_a_folder_that_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "a new" / "lake"
    write_run(Lake(folder.as_uri()), ODD_ROWS)
    assert read_run(Lake(str(folder))) is not None
