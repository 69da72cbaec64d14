"""SQL over the lake: the views, over a folder and over S3, and that nothing but reading the lake is possible."""

from collections.abc import Callable, Iterator

import polars as pl
import pytest

from brandbrain_dagster.domain.normalization.evidence_frame import EVIDENCE_SCHEMA, frame_from_items
from brandbrain_dagster.errors import InvalidInputError, LakeError
from brandbrain_dagster.stores.lake.lake import RAW_ITEMS_PREFIX, Lake
from brandbrain_dagster.stores.lake.scans import LakeScan
from tests.fakes.evidence_items import make_item
from tests.stores.lake_files import BRAND, OTHER_BRAND, write_run

ACTOR_RUNS = pl.DataFrame({"apify_run_id": ["run1"], "status": ["SUCCEEDED"], "usage_usd": [0.5]})


@pytest.fixture
def open_scan(lake: Lake) -> Iterator[Callable[[], LakeScan]]:
    opened: list[LakeScan] = []

    def scan() -> LakeScan:
        opened.append(LakeScan(lake, actor_runs=ACTOR_RUNS))
        return opened[-1]

    yield scan
    for one in opened:
        one.close()


def fill(lake: Lake) -> None:
    write_run(lake, [b'{"likes": 1}', b'{"likes": 2}'])
    write_run(lake, [b'{"likes": 3}'], brand_id=OTHER_BRAND)
    for brand_id, item_ids in ((BRAND, ["a", "b"]), (OTHER_BRAND, ["c"])):
        items = [make_item(item_id, f"Text {item_id}", brand_id=str(brand_id)) for item_id in item_ids]
        lake.write_evidence(brand_id=brand_id, frame=frame_from_items(items))


def test_views_show_all_brands(lake: Lake, open_scan: Callable[[], LakeScan]) -> None:
    fill(lake)
    scan = open_scan()
    _, evidence = scan.query("SELECT brand_id, id, text_primary FROM evidence ORDER BY id")
    assert evidence == [(str(BRAND), "a", "Text a"), (str(BRAND), "b", "Text b"), (str(OTHER_BRAND), "c", "Text c")]
    names, rows = scan.query("SELECT brand_id, raw_json FROM raw_items ORDER BY ALL")
    assert list(names) == ["brand_id", "raw_json"]
    assert rows == [(str(BRAND), '{"likes": 1}'), (str(BRAND), '{"likes": 2}'), (str(OTHER_BRAND), '{"likes": 3}')]
    joined = "SELECT count(*), any_value(usage_usd) FROM raw_items JOIN actor_runs USING (apify_run_id)"
    assert scan.query(joined)[1] == [(3, 0.5)]


def test_empty_lake_has_the_same_columns_and_no_rows(lake: Lake, open_scan: Callable[[], LakeScan]) -> None:
    queries = ("SELECT * FROM evidence", "SELECT * FROM raw_items")
    empty = [open_scan().query(sql) for sql in queries]
    assert [rows for _, rows in empty] == [[], []]
    assert list(empty[0][0]) == list(EVIDENCE_SCHEMA)
    fill(lake)
    assert [open_scan().query(sql)[0] for sql in queries] == [names for names, _ in empty]


@pytest.mark.parametrize(
    "sql",
    [
        "COPY actor_runs TO '{lake}/out.csv'",
        "EXPLAIN ANALYZE COPY actor_runs TO '{lake}/out.csv'",
        "EXPLAIN ANALYZE DROP TABLE actor_runs",
        "DROP TABLE actor_runs",
        "INSERT INTO actor_runs SELECT * FROM actor_runs",
        "SET threads = 1",
        "ATTACH '{lake}/other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT 1; SELECT 2",
        "",
    ],
)
def test_anything_but_one_select_is_refused(lake: Lake, open_scan: Callable[[], LakeScan], sql: str) -> None:
    scan = open_scan()
    with pytest.raises(InvalidInputError, match="give one SELECT"):
        scan.query(sql.format(lake=lake.url))
    assert scan.query("SELECT count(*) FROM actor_runs")[1] == [(1,)]


@pytest.mark.parametrize(
    "table",
    [
        "read_csv('/etc/passwd')",
        "read_text('{lake}/../../../../../../../../etc/passwd')",
        "glob('/*')",
        "'/etc/passwd'",
    ],
)
def test_files_outside_the_lake_are_out_of_reach(lake: Lake, open_scan: Callable[[], LakeScan], table: str) -> None:
    with pytest.raises(InvalidInputError, match="The query failed: "):
        open_scan().query(f"FROM {table.format(lake=lake.url)}")


def test_settings_cannot_be_changed_back(open_scan: Callable[[], LakeScan]) -> None:
    sql = "SELECT current_setting('enable_external_access'), current_setting('lock_configuration')"
    assert open_scan().query(sql)[1] == [(False, True)]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT nothing FROM evidence", '"nothing" not found'),
        ("SELECT * FROM nowhere", "nowhere does not exist"),
        ("SELEC 1", "syntax error"),
        ("SELECT CAST('a' AS INTEGER)", "Could not convert"),
    ],
)
def test_wrong_sql_is_told_in_one_line(open_scan: Callable[[], LakeScan], sql: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told) as raised:
        open_scan().query(sql)
    assert str(raised.value).startswith("The query failed: ")
    assert "\n" not in str(raised.value)


def test_damaged_file_is_a_lake_error(lake: Lake, open_scan: Callable[[], LakeScan]) -> None:
    write_run(lake, [b"{}"])
    (path,) = lake.list_paths(RAW_ITEMS_PREFIX)
    lake.store.put(path, b"garbage")
    with pytest.raises(LakeError, match=r"^Could not scan the lake: ") as raised:
        open_scan()
    assert "\n" not in str(raised.value)
