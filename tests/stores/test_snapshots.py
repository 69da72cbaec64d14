from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, update
from sqlalchemy.exc import DBAPIError

from brandbrain_dagster.domain.normalization.served_item import served_json
from brandbrain_dagster.errors import ConflictError, LeaseLostError, NotFoundError
from brandbrain_dagster.stores.ledger.brands import Brand, delete_brand
from brandbrain_dagster.stores.ledger.bundles import (
    EvidenceBundle,
    find_feature_report,
    find_newest_bundle,
    get_bundle,
    insert_bundle,
    insert_feature_report,
)
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.evidence_items import list_evidence_items, upsert_evidence_items
from brandbrain_dagster.stores.ledger.snapshots import (
    Snapshot,
    find_newest_snapshot,
    find_snapshot_of_compile,
    get_snapshot,
    insert_snapshot,
    list_snapshots,
)
from brandbrain_dagster.stores.ledger.tables import evidence_item, snapshot
from tests.fakes.evidence_items import make_item
from tests.stores.ledger_rows import NOW, add_brand, add_compile, claim, later


def publish(conn: Connection, brand: Brand, compile_run_id: UUID) -> Snapshot:
    return insert_snapshot(
        conn,
        snapshot_id=uuid4(),
        brand_id=brand.id,
        compile_run_id=compile_run_id,
        snapshot_json={"meta": {}},
        schema_version="v1",
        diff_from_previous_json={},
        content_hash="hash",
        now=NOW,
    )


def ended_compile(conn: Connection, brand: Brand) -> UUID:
    run = add_compile(conn, brand)
    return COMPILES.finish_failed(conn, work_id=run.id, lease_token=None, now=NOW, error="cancelled").id


def publish_and_finish(ledger: Ledger, brand: Brand, compile_run_id: UUID, lease_token: UUID) -> None:
    with ledger.begin() as conn:
        publish(conn, brand, compile_run_id)
        COMPILES.finish_succeeded(conn, work_id=compile_run_id, lease_token=lease_token, now=NOW)


def test_snapshots_of_a_brand_are_numbered_from_one(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand, other = add_brand(conn), add_brand(conn, "other")
        first, second = (publish(conn, brand, ended_compile(conn, brand)) for _ in range(2))
        assert (first.version, second.version) == (1, 2)
        assert publish(conn, other, ended_compile(conn, other)).version == 1
        assert list_snapshots(conn, brand_id=brand.id) == [second, first]
        assert find_newest_snapshot(conn, brand_id=brand.id) == second
        assert get_snapshot(conn, brand_id=brand.id, version=1) == first
        assert find_snapshot_of_compile(conn, compile_run_id=first.compile_run_id) == first
        with pytest.raises(NotFoundError):
            get_snapshot(conn, brand_id=brand.id, version=3)


def test_versions_have_no_gap_or_double_when_published_at_once(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        runs = [ended_compile(conn, brand) for _ in range(8)]

    def publish_alone(compile_run_id: UUID) -> int:
        with ledger.begin() as conn:
            return publish(conn, brand, compile_run_id).version

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(publish_alone, runs)) == list(range(1, 9))


def test_compile_publishes_once(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        run = ended_compile(conn, brand)
        publish(conn, brand, run)
        with pytest.raises(ConflictError):
            publish(conn, brand, run)


def test_snapshot_can_not_be_changed(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        published = publish(conn, brand, ended_compile(conn, brand))
    with pytest.raises(DBAPIError, match="never changed"), ledger.begin() as conn:
        conn.execute(update(snapshot).values(content_hash="other"))
    with ledger.read() as conn:
        assert find_newest_snapshot(conn, brand_id=brand.id) == published


def test_process_without_its_lease_leaves_no_snapshot(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        run = add_compile(conn, brand)
        claim(conn, run, uuid4())
    with pytest.raises(LeaseLostError):
        publish_and_finish(ledger, brand, run.id, lease_token=uuid4())
    with ledger.read() as conn:
        assert find_newest_snapshot(conn, brand_id=brand.id) is None


def test_brand_with_snapshots_can_be_deleted(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        publish(conn, brand, ended_compile(conn, brand))
        assert delete_brand(conn, brand_id=brand.id)["snapshot"] == 1


def add_bundle(
    conn: Connection, brand: Brand, bundle_id: UUID, item_ids: Sequence[UUID], now: datetime
) -> EvidenceBundle:
    return insert_bundle(
        conn,
        bundle_id=bundle_id,
        brand_id=brand.id,
        criteria_json={"limit": 2},
        item_ids=item_ids,
        item_hashes=[str(item_id) for item_id in item_ids],
        summary_json={},
        evidence_version="v1",
        now=now,
    )


def test_bundle_that_is_selected_again_is_the_newest_again_and_otherwise_the_same(ledger: Ledger) -> None:
    first, second = uuid4(), uuid4()
    item_ids = (uuid4(), uuid4())
    with ledger.begin() as conn:
        brand = add_brand(conn)
        for number, bundle_id in enumerate((first, second, first)):
            add_bundle(conn, brand, bundle_id, item_ids, later(number))
            newest = find_newest_bundle(conn, brand_id=brand.id)
            assert newest is not None
            assert (newest.id, newest.item_ids, newest.created_at) == (bundle_id, item_ids, later(number))
        with pytest.raises(NotFoundError):
            get_bundle(conn, bundle_id=uuid4())


def test_report_of_a_bundle_is_replaced_under_the_id_it_has(ledger: Ledger) -> None:
    bundle_id, report_id = uuid4(), uuid4()
    with ledger.begin() as conn:
        brand = add_brand(conn)
        add_bundle(conn, brand, bundle_id, (uuid4(),), NOW)
        assert find_feature_report(conn, bundle_id=bundle_id) is None
        for number, given_id in enumerate((report_id, uuid4())):
            report = insert_feature_report(
                conn, report_id=given_id, brand_id=brand.id, bundle_id=bundle_id, stats_json={"n": number}, now=NOW
            )
            assert (report.id, report.stats_json) == (report_id, {"n": number})
            assert find_feature_report(conn, bundle_id=bundle_id) == report


def test_evidence_items_are_replaced_only_when_their_content_changed(ledger: Ledger) -> None:
    same, changed, unknown = uuid4(), uuid4(), uuid4()
    one, two, three = (served_json(make_item("item", text=text)) for text in ("One", "Two", "Three"))
    with ledger.begin() as conn:
        brand, other = add_brand(conn), add_brand(conn, "other")
        upsert_evidence_items(conn, brand_id=brand.id, items=[(same, "a", one), (changed, "b", two)], now=NOW)
        upsert_evidence_items(
            conn, brand_id=brand.id, items=[(same, "a", {**one, "n": 9}), (changed, "c", three)], now=later(1)
        )
        upsert_evidence_items(conn, brand_id=brand.id, items=[], now=later(1))
        found = list_evidence_items(conn, brand_id=brand.id, ids=[changed, unknown, same])
        assert list(found.items()) == [(changed, three), (same, one)]
        rows = conn.execute(evidence_item.select()).mappings().all()
        assert {row["id"]: row["updated_at"] for row in rows} == {same: NOW, changed: later(1)}
        shown = {row["id"]: row["preview_json"]["text_snippet"] for row in rows}
        assert shown == {same: "One", changed: "Three"}
        assert list_evidence_items(conn, brand_id=other.id, ids=[same]) == {}
        assert list_evidence_items(conn, brand_id=brand.id, ids=[]) == {}
