"""GET evidence: one item, and several."""

from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, RawRef
from brandbrain_dagster.domain.normalization.served_item import served_json
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.evidence_items import upsert_evidence_items
from tests.api.profile_api import ProfileApi, profile_url, row_counts
from tests.fakes.evidence_items import make_item
from tests.stores.ledger_rows import NOW, add_brand, add_finished_run, add_source


def item_of(brand: Brand, item_id: UUID) -> EvidenceItem:
    return make_item(str(item_id), brand_id=str(brand.id), raw_refs=[RawRef("run", 7)])


def add_items(ledger: Ledger, brand: Brand, count: int) -> list[UUID]:
    ids = [uuid4() for _ in range(count)]
    rows = [(item_id, "hash", served_json(item_of(brand, item_id))) for item_id in ids]
    with ledger.begin() as conn:
        upsert_evidence_items(conn, brand_id=brand.id, items=rows, now=NOW)
    return ids


def test_item_is_served_with_its_raw_references(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    (item_id,) = add_items(ledger, brand, 1)
    before = row_counts(ledger)
    with api.queries(at_most=2):
        answer = api.client.get(profile_url(brand.id, f"evidence/{item_id}"))
    assert answer.status_code == 200
    served = served_json(item_of(brand, item_id))
    found = answer.json()
    assert set(found) == {*served, "lineage"}
    assert found["lineage"] == [{"apify_run_id": "run", "item_index": 7, "actor_run": None, "source": None}]
    assert (found["id"], found["raw_refs"]) == (str(item_id), [{"apify_run_id": "run", "item_index": 7}])
    assert row_counts(ledger) == before


def test_lineage_leads_to_the_actor_run_and_the_source(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    (item_id,) = add_items(ledger, brand, 1)
    with ledger.begin() as conn:
        source = add_source(conn, brand)
        run = add_finished_run(conn, source)
        conn.exec_driver_sql("UPDATE apify_run SET apify_run_id = 'run'")
    (origin,) = api.client.get(profile_url(brand.id, f"evidence/{item_id}")).json()["lineage"]
    assert origin["actor_run"]["actor_id"] == run.actor_id
    assert origin["source"] == {
        "id": str(source.id),
        "platform": source.platform,
        "capability": source.capability,
        "identifier": source.identifier,
    }


def test_several_items_come_in_the_order_asked_for_without_those_that_are_absent(
    api: ProfileApi, ledger: Ledger, brand: Brand
) -> None:
    first, second, third = add_items(ledger, brand, 3)
    asked = f"{third},{uuid4()},{first},{third},{second}"
    answer = api.client.get(profile_url(brand.id, "evidence"), params={"ids": asked})
    assert [item["id"] for item in answer.json()["evidence"]] == [str(third), str(first), str(second)]


def test_at_most_fifty_items_are_asked_for_at_once(api: ProfileApi, brand: Brand) -> None:
    ids = [str(uuid4()) for _ in range(51)]
    assert api.client.get(profile_url(brand.id, "evidence"), params={"ids": ",".join(ids[:50])}).status_code == 200
    assert api.client.get(profile_url(brand.id, "evidence"), params={"ids": ",".join(ids)}).status_code == 422
    assert api.client.get(profile_url(brand.id, "evidence"), params={"ids": ",".join(ids[:1] * 60)}).status_code == 200


@pytest.mark.parametrize("query", ["", "?ids="])
def test_nothing_asked_for_is_refused(api: ProfileApi, brand: Brand, query: str) -> None:
    answer = api.client.get(profile_url(brand.id, "evidence") + query)
    assert (answer.status_code, answer.json()) == (400, {"error": "ids must name at least one evidence item"})


@pytest.mark.parametrize("path", ["evidence/7", "evidence?ids=7", "evidence?ids=,"])
def test_malformed_id_is_told(api: ProfileApi, brand: Brand, path: str) -> None:
    answer = api.client.get(profile_url(brand.id, path))
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid evidence_id"})


def test_items_of_others_answer_like_absent_ones(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        other = add_brand(conn, "other")
    (theirs,) = add_items(ledger, other, 1)
    for path in ("evidence/{}", "evidence?ids={}"):
        absent = api.client.get(profile_url(brand.id, path.format(uuid4())))
        found = api.client.get(profile_url(brand.id, path.format(theirs)))
        assert (absent.status_code, absent.content) == (found.status_code, found.content)


def test_absent_brand_is_told(api: ProfileApi) -> None:
    for path in (f"evidence/{uuid4()}", f"evidence?ids={uuid4()}"):
        answer = api.client.get(profile_url(uuid4(), path))
        assert (answer.status_code, answer.json()) == (404, {"error": "Brand not found"})
