"""GET the diff between two versions, and the log of overrides and pins."""

from typing import Any
from uuid import uuid4

import pytest

from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.profile_api import ProfileApi, profile_url, row_counts
from tests.stores.ledger_rows import NOW, add_brand, add_snapshot


def profile(value: str, confidence: float = 0.5) -> dict[str, Any]:
    return {"meta": {}, "voice": {"do": {"value": value, "confidence": confidence, "sources": []}}}


def test_diff_names_what_differs_in_either_direction(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        first = add_snapshot(conn, brand, snapshot_json=profile("a"))
        second = add_snapshot(conn, brand, snapshot_json={**profile("b"), "custom": {"x": 1}})
    before = row_counts(ledger)
    with api.queries(at_most=1):
        answer = api.client.get(profile_url(brand.id, f"snapshots/{first.id}/diff/{second.id}"))
    assert answer.status_code == 200
    body = answer.json()
    assert (body["from_version"], body["to_version"], body["removed"]) == (1, 2, [])
    assert (body["added"], body["added_values"]) == (["custom.x"], {"custom.x": 1})
    (change,) = body["changed"]
    assert (change["path"], change["before"], change["after"]) == ("voice.do", "a", "b")
    assert change["cause"]["kind"] == "unknown"
    back = api.client.get(profile_url(brand.id, f"snapshots/{second.id}/diff/{first.id}")).json()
    assert (back["from_version"], back["to_version"], back["removed"]) == (2, 1, ["custom.x"])
    same = api.client.get(profile_url(brand.id, f"snapshots/{first.id}/diff/{first.id}")).json()
    assert (same["added"], same["removed"], same["changed"]) == ([], [], [])
    assert row_counts(ledger) == before


def test_diff_with_a_snapshot_of_another_brand_is_absent(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        ours = add_snapshot(conn, brand, snapshot_json=profile("a"))
        theirs = add_snapshot(conn, add_brand(conn, slug="other"), snapshot_json=profile("b"))
    for other in (theirs.id, uuid4()):
        for pair in ((ours.id, other), (other, ours.id)):
            answer = api.client.get(profile_url(brand.id, "snapshots/{}/diff/{}".format(*pair)))
            assert (answer.status_code, answer.json()) == (404, {"error": "Snapshot not found"})
    malformed = api.client.get(profile_url(brand.id, f"snapshots/{ours.id}/diff/x"))
    assert (malformed.status_code, malformed.json()) == (400, {"error": "Invalid to_id"})


def test_log_tells_every_change_newest_first_and_in_pages(api: ProfileApi, brand: Brand) -> None:
    url = profile_url(brand.id, "overrides")
    assert api.client.get(f"{url}/log").json() == {"changes": [], "page": 1, "page_size": 10, "total": 0}
    api.client.patch(url, json={"overrides_json": {"voice.do": ["Be kind"]}, "pinned_paths": ["voice.do"]})
    api.client.patch(url, json={"overrides_json": {"voice.do": None}})
    with api.queries(at_most=1):
        log = api.client.get(f"{url}/log", params={"page_size": 2}).json()
    assert (log["total"], log["page"], log["page_size"]) == (3, 1, 2)
    newest, pin = log["changes"]
    assert newest == {
        "path": "voice.do",
        "kind": "override",
        "old": ["Be kind"],
        "new": None,
        "changed_by": newest["changed_by"],
        "changed_at": NOW.isoformat(),
    }
    assert newest["changed_by"]
    assert (pin["kind"], pin["old"], pin["new"]) == ("pin", False, True)
    (oldest,) = api.client.get(f"{url}/log", params={"page_size": 2, "page": 2}).json()["changes"]
    assert (oldest["old"], oldest["new"]) == (None, ["Be kind"])


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"overrides_json": {"voice.cta_policy": "loud"}}, "voice.cta_policy"),
        ({"overrides_json": {"voice.tone_tags": "warm"}}, "voice.tone_tags"),
        ({"overrides_json": {"positioning": {}}}, "positioning"),
        ({"overrides_json": {"pillars.0.share": 1}}, "pillars.0.share"),
        ({"pinned_paths": ["pillars"]}, "pillars"),
        ({"pinned_paths": ["meta.compiled_at"]}, "meta.compiled_at"),
    ],
)
def test_value_that_does_not_fit_its_field_is_refused_with_its_path(
    api: ProfileApi, ledger: Ledger, brand: Brand, body: dict[str, Any], path: str
) -> None:
    before = row_counts(ledger)
    answer = api.client.patch(profile_url(brand.id, "overrides"), json=body)
    assert answer.status_code == 422
    assert [(problem["code"], problem["path"]) for problem in answer.json()["errors"]] == [("INVALID_VALUE", path)]
    assert row_counts(ledger) == before


def test_field_within_a_field_is_refused_whenever_the_other_came(api: ProfileApi, brand: Brand) -> None:
    url = profile_url(brand.id, "overrides")
    assert api.client.patch(url, json={"overrides_json": {"custom.a.b": 1}}).status_code == 200
    assert api.client.patch(url, json={"pinned_paths": ["custom.a"]}).status_code == 422
    assert api.client.get(url).json()["pinned_paths"] == []
    assert api.client.patch(url, json={"overrides_json": {"custom.a.b": None, "custom.a": 1}}).status_code == 200


def test_pin_keeps_the_value_of_the_newest_snapshot(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json=profile("old"))
        add_snapshot(conn, brand, snapshot_json=profile("shown"))
    api.client.patch(profile_url(brand.id, "overrides"), json={"pinned_paths": ["voice.do", "voice.dont", "meta2.x"]})
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json=profile("newer"))
    api.client.patch(profile_url(brand.id, "overrides"), json={"pinned_paths": ["voice.do"]})
    with ledger.read() as conn:
        kept = conn.exec_driver_sql("SELECT pinned_values_json FROM brand_overrides").scalar_one()
    assert kept == {"voice.do": "shown"}
