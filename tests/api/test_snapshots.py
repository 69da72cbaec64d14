"""GET latest, one snapshot, and the history."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from tests.api.profile_api import ProfileApi, profile_url, row_counts
from tests.stores.ledger_rows import NOW, add_brand, add_snapshot

PROFILE = {"z": "Zoë 🎉", "a": [1.0, None, True], "nested": {"b": 0.1, "a": "</script>"}}


@pytest.fixture
def published(ledger: Ledger, brand: Brand) -> Snapshot:
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json={"old": True})
        return add_snapshot(conn, brand, snapshot_json=PROFILE, now=NOW + timedelta(microseconds=5))


def test_latest_is_the_newest_version_as_it_was_stored(api: ProfileApi, brand: Brand, published: Snapshot) -> None:
    with api.queries(at_most=1):
        answer = api.client.get(profile_url(brand.id, "latest"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "snapshot_id": str(published.id),
        "brand_id": str(brand.id),
        "version": 2,
        "created_at": "2026-03-01T12:00:00.000005+00:00",
        "compile_run_id": str(published.compile_run_id),
        "snapshot_json": PROFILE,
    }


def test_brand_without_a_snapshot_has_no_latest(api: ProfileApi, brand: Brand) -> None:
    answer = api.client.get(profile_url(brand.id, "latest"))
    assert (answer.status_code, answer.json()) == (404, {"error": "No snapshot found"})


@pytest.mark.parametrize(
    ("include", "fields"),
    [
        ("evidence", {"evidence_status"}),
        ("qa,bundle", {"qa_report", "bundle_summary"}),
        ("features", {"feature_report"}),
        ("full", {"evidence_status", "qa_report", "bundle_summary", "feature_report"}),
        ("qa,qa", {"qa_report"}),
        ("", set()),
    ],
)
@pytest.mark.parametrize("which", ["latest", "snapshots"])
def test_parts_are_added_where_they_are_asked_for(
    api: ProfileApi, brand: Brand, published: Snapshot, include: str, fields: set[str], which: str
) -> None:
    path = "latest" if which == "latest" else f"snapshots/{published.id}"
    plain = api.client.get(profile_url(brand.id, path)).json()
    with api.queries(at_most=2):
        answer = api.client.get(profile_url(brand.id, path), params={"include": include})
    parts = {
        "evidence_status": {"reused": [{"source": "web.pages"}]},
        "qa_report": {"status": "PASS"},
        "bundle_summary": {"item_count": 2},
        "feature_report": {"emoji": 1},
    }
    assert answer.json() == plain | {name: parts[name] for name in fields}


def test_unknown_part_is_refused_with_the_known_ones(api: ProfileApi, brand: Brand, published: Snapshot) -> None:
    answer = api.client.get(profile_url(brand.id, "latest"), params={"include": "qa,everything"})
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Unknown include: 'everything'; the known ones are evidence, qa, bundle, features, full"
    }


def test_client_that_has_the_answer_is_told_so(api: ProfileApi, brand: Brand, published: Snapshot) -> None:
    url = profile_url(brand.id, "latest")
    etag = api.client.get(url).headers["etag"]
    for asked in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = api.client.get(url, headers={"If-None-Match": asked})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert api.client.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    by_id = api.client.get(profile_url(brand.id, f"snapshots/{published.id}"), headers={"If-None-Match": etag})
    assert by_id.status_code == 304


def test_each_set_of_parts_and_each_version_has_a_tag_of_its_own(
    api: ProfileApi, ledger: Ledger, brand: Brand, published: Snapshot
) -> None:
    url = profile_url(brand.id, "latest")

    def tag_of(include: str) -> str:
        tag: str = api.client.get(url, params={"include": include}).headers["etag"]
        return tag

    tags = {include: tag_of(include) for include in ("", "qa", "bundle", "qa,bundle", "full")}
    assert len(set(tags.values())) == len(tags)
    assert tag_of("bundle,qa") == tags["qa,bundle"]
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json=PROFILE)
    assert tag_of("") not in tags.values()


def test_older_version_is_found_by_its_id(api: ProfileApi, ledger: Ledger, brand: Brand, published: Snapshot) -> None:
    history = api.client.get(profile_url(brand.id, "history")).json()
    oldest = history["snapshots"][-1]
    answer = api.client.get(profile_url(brand.id, f"snapshots/{oldest['snapshot_id']}")).json()
    assert (answer["version"], answer["snapshot_json"]) == (1, {"old": True})


def test_ids_of_others_answer_like_absent_ones(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        theirs = add_snapshot(conn, add_brand(conn, "other"), snapshot_json=PROFILE)
    absent = api.client.get(profile_url(brand.id, f"snapshots/{uuid4()}"))
    other = api.client.get(profile_url(brand.id, f"snapshots/{theirs.id}"))
    assert (absent.status_code, absent.content) == (other.status_code, other.content)
    assert absent.json() == {"error": "Snapshot not found"}


@pytest.mark.parametrize("path", ["latest", "history", f"snapshots/{UUID(int=1)}"])
def test_absent_brand_and_malformed_ids_are_told_apart(api: ProfileApi, path: str) -> None:
    absent = api.client.get(profile_url(uuid4(), path))
    assert (absent.status_code, absent.json()) == (404, {"error": "Brand not found"})
    malformed = api.client.get(profile_url("acme", path))
    assert (malformed.status_code, malformed.json()) == (400, {"error": "Invalid brand_id"})


def test_malformed_snapshot_id_is_told(api: ProfileApi, brand: Brand) -> None:
    answer = api.client.get(profile_url(brand.id, "snapshots/7"))
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid snapshot_id"})


def test_history_tells_the_versions_and_how_much_each_changed(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    diff = {
        "from_version": 1,
        "added": ["voice.do"],
        "removed": [],
        "changed": [
            {"path": "a", "before": 1, "after": 2, "cause": {"kind": "override", "ids": ["x"]}},
            {"path": "b", "before": 1, "after": 2, "cause": {"kind": "override", "ids": ["x"]}},
            {"path": "c", "before": 1, "after": 2, "cause": {"kind": "configuration"}},
        ],
    }
    with ledger.begin() as conn:
        first = add_snapshot(conn, brand, snapshot_json=PROFILE)
        second = add_snapshot(conn, brand, snapshot_json=PROFILE, diff=diff)
    with api.queries(at_most=2):
        answer = api.client.get(profile_url(brand.id, "history"))
    nothing = {"fields_changed": 0, "fields_added": 0, "fields_removed": 0, "causes": []}
    changed = {"fields_changed": 3, "fields_added": 1, "fields_removed": 0, "causes": ["configuration", "override"]}
    assert answer.json() == {
        "snapshots": [
            {"snapshot_id": str(second.id), "version": 2, "created_at": NOW.isoformat(), "diff_summary": changed},
            {"snapshot_id": str(first.id), "version": 1, "created_at": NOW.isoformat(), "diff_summary": nothing},
        ],
        "page": 1,
        "page_size": 10,
        "total": 2,
    }


def test_history_of_a_new_brand_is_empty(api: ProfileApi, brand: Brand) -> None:
    answer = api.client.get(profile_url(brand.id, "history"))
    assert answer.json() == {"snapshots": [], "page": 1, "page_size": 10, "total": 0}


@pytest.mark.parametrize(
    ("asked", "page", "page_size", "versions"),
    [
        ({"page_size": "2"}, 1, 2, [5, 4]),
        ({"page_size": "2", "page": "3"}, 3, 2, [1]),
        ({"page_size": "2", "page": "4"}, 4, 2, []),
        ({"page_size": "0", "page": "-3"}, 1, 1, [5]),
        ({"page_size": "51"}, 1, 50, [5, 4, 3, 2, 1]),
        ({"page_size": "9" * 40, "page": "+1"}, 1, 50, [5, 4, 3, 2, 1]),
        ({"page": "9" * 40}, 10_000_000, 10, []),
    ],
)
def test_history_pages_are_brought_within_bounds(
    api: ProfileApi, ledger: Ledger, brand: Brand, asked: dict[str, str], page: int, page_size: int, versions: list[int]
) -> None:
    with ledger.begin() as conn:
        for _ in range(5):
            add_snapshot(conn, brand, snapshot_json=PROFILE)
    answer = api.client.get(profile_url(brand.id, "history"), params=asked).json()
    assert (answer["page"], answer["page_size"], answer["total"]) == (page, page_size, 5)
    assert [entry["version"] for entry in answer["snapshots"]] == versions


@pytest.mark.parametrize("name", ["page", "page_size"])
@pytest.mark.parametrize("text", ["", "one", "1.5", "1e3", "²", "1 2"])
def test_page_that_is_no_number_is_refused(api: ProfileApi, brand: Brand, name: str, text: str) -> None:
    answer = api.client.get(profile_url(brand.id, "history"), params={name: text})
    assert (answer.status_code, answer.json()) == (400, {"error": f"{name} must be a whole number"})


def test_reads_write_nothing(api: ProfileApi, ledger: Ledger, brand: Brand, published: Snapshot) -> None:
    before = row_counts(ledger)
    for path in ("latest?include=full", f"snapshots/{published.id}", "history", "overrides"):
        assert api.client.get(profile_url(brand.id, path)).status_code == 200
    assert row_counts(ledger) == before


def test_stored_json_is_served_byte_for_byte(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json=PROFILE)
        stored = conn.exec_driver_sql("SELECT snapshot_json::text FROM snapshot").scalar_one()
    body = api.client.get(profile_url(brand.id, "latest")).content
    assert body.endswith(b'"snapshot_json":' + stored.encode() + b"}")
    assert json.loads(body)["snapshot_json"] == PROFILE
