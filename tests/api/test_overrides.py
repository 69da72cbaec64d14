"""GET and PATCH overrides."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from brandbrain_dagster.stores.ledger import brands, overrides
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.request_tables import overrides_log
from tests.api.profile_api import ProfileApi, profile_url, row_counts
from tests.stores.ledger_rows import NOW

PINNED = (False, True)
UNPINNED = (True, False)


def patch(api: ProfileApi, brand: Brand, **body: Any) -> dict[str, Any]:
    answer = api.client.patch(profile_url(brand.id, "overrides"), json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def log_of(ledger: Ledger, brand: Brand) -> list[tuple[Any, ...]]:
    columns = [overrides_log.c[name] for name in ("path", "kind", "old_json", "new_json", "changed_by", "changed_at")]
    statement = select(*columns).where(overrides_log.c.brand_id == brand.id).order_by(overrides_log.c.id)
    with ledger.read() as conn:
        return [tuple(row) for row in conn.execute(statement)]


def test_brand_without_overrides_has_empty_ones(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    before = row_counts(ledger)
    with api.queries(at_most=1):
        answer = api.client.get(profile_url(brand.id, "overrides"))
    assert answer.status_code == 200
    assert answer.json() == {
        "brand_id": str(brand.id),
        "overrides_json": {},
        "pinned_paths": [],
        "updated_at": None,
    }
    assert row_counts(ledger) == before


def test_patch_merges_key_by_key_and_answers_with_the_whole(api: ProfileApi, brand: Brand) -> None:
    patch(api, brand, overrides_json={"voice.do": ["Be kind"], "custom.any": {"a": None, "b": [1.5, ""]}})
    answer = patch(api, brand, overrides_json={"voice.do": None, "pillars.0.name": "Zoë 🎉", "never.there": None})
    assert answer == {
        "brand_id": str(brand.id),
        "overrides_json": {"custom.any": {"a": None, "b": [1.5, ""]}, "pillars.0.name": "Zoë 🎉"},
        "pinned_paths": [],
        "updated_at": NOW.isoformat(),
    }
    assert api.client.get(profile_url(brand.id, "overrides")).json() == answer


def test_pins_are_replaced_and_left_alone_when_not_given(api: ProfileApi, brand: Brand) -> None:
    assert patch(api, brand, pinned_paths=["voice.do", "voice.do", "voice.dont"])["pinned_paths"] == [
        "voice.do",
        "voice.dont",
    ]
    assert patch(api, brand, overrides_json={"voice.do": []})["pinned_paths"] == ["voice.do", "voice.dont"]
    assert patch(api, brand, pinned_paths=[])["pinned_paths"] == []


def test_value_of_a_pin_lives_as_long_as_the_pin(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        overrides.upsert_overrides(
            conn,
            brand_id=brand.id,
            overrides_json={},
            pinned_paths=["a", "b"],
            pinned_values_json={"a": 1, "b": 2},
            now=NOW,
        )
    patch(api, brand, overrides_json={"a": 3})
    patch(api, brand, pinned_paths=["b", "c"])
    with ledger.read() as conn:
        assert overrides.get_overrides(conn, brand_id=brand.id).pinned_values_json == {"b": 2}


def test_every_change_is_logged_with_who_when_old_and_new(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    patch(api, brand, overrides_json={"b": {"x": 1}, "a": 1}, pinned_paths=["p"])
    api.clock.now = NOW + timedelta(minutes=1)
    patch(api, brand, overrides_json={"b": {"x": 1}, "a": None, "absent": None}, pinned_paths=["q"])

    def entry(*change: Any, at: datetime = NOW) -> tuple[Any, ...]:
        return (*change, "anyone", at)

    assert log_of(ledger, brand) == [
        entry("a", "override", None, 1),
        entry("b", "override", None, {"x": 1}),
        entry("p", "pin", *PINNED),
        entry("a", "override", 1, None, at=api.clock.now),
        entry("p", "pin", *UNPINNED, at=api.clock.now),
        entry("q", "pin", *PINNED, at=api.clock.now),
    ]


def test_patch_marks_the_inputs_of_the_brand_as_changed(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    patch(api, brand, overrides_json={"a": 1})
    with ledger.read() as conn:
        found = brands.get_brand(conn, brand_id=brand.id)
    assert (found.inputs_revision, found.inputs_changed_at) == (brand.inputs_revision + 1, NOW)


@pytest.mark.parametrize("is_first", [True, False])
def test_people_who_patch_different_keys_at_once_all_win(
    api: ProfileApi, ledger: Ledger, brand: Brand, is_first: bool
) -> None:
    if not is_first:
        patch(api, brand, overrides_json={"here": "already"})
    together = Barrier(16)

    def change(number: int) -> None:
        together.wait()
        patch(api, brand, overrides_json={f"key.{number}": number, "both": number})

    with ThreadPoolExecutor(16) as people:
        list(people.map(change, range(16)))
    found = api.client.get(profile_url(brand.id, "overrides")).json()["overrides_json"]
    assert {found[f"key.{number}"] for number in range(16)} == set(range(16))
    changes = [(old, new) for path, _, old, new, *_ in log_of(ledger, brand) if path == "both"]
    assert [old for old, _ in changes] == [None, *(new for _, new in changes[:-1])]
    assert changes[-1][1] == found["both"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"overrides_json": []}, "overrides_json must be an object"),
        ({"overrides_json": None}, "overrides_json must be an object"),
        ({"pinned_paths": {}}, "pinned_paths must be an array"),
        ({"pinned_paths": "voice.do"}, "pinned_paths must be an array"),
        ({"pinned_paths": None}, "pinned_paths must be an array"),
        ({"pinned_paths": ["a", 1]}, "pinned_paths items must be strings"),
        ([], "Request body must be an object"),
    ],
)
def test_wrong_types_are_refused_and_change_nothing(
    api: ProfileApi, ledger: Ledger, brand: Brand, body: Any, error: str
) -> None:
    before = row_counts(ledger)
    answer = api.client.patch(profile_url(brand.id, "overrides"), json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert row_counts(ledger) == before


@pytest.mark.parametrize(
    "path", ["", ".", "a.", ".a", "a..b", "a b", "a-b", "é", "a.b.c.d.e.f.g", "x" * 65, "a\n", "²"]
)
@pytest.mark.parametrize("field", ["overrides_json", "pinned_paths"])
def test_path_that_no_profile_can_have_is_refused(api: ProfileApi, brand: Brand, path: str, field: str) -> None:
    body = {"overrides_json": {"fine": 1}, "pinned_paths": ["fine"]}
    body |= {field: {path: 1, "fine": 1} if field == "overrides_json" else [path, "fine"]}
    answer = api.client.patch(profile_url(brand.id, "overrides"), json=body)
    assert answer.status_code == 422
    assert [(problem["code"], problem["path"]) for problem in answer.json()["errors"]] == [("INVALID_PATH", path)]


@pytest.mark.parametrize("path", ["a", "a.b.c.d.e.f", "x" * 64, "A_9.0"])
def test_longest_and_deepest_paths_are_taken(api: ProfileApi, brand: Brand, path: str) -> None:
    assert patch(api, brand, overrides_json={path: 1}, pinned_paths=[path])["pinned_paths"] == [path]


def test_too_many_paths_are_refused(api: ProfileApi, brand: Brand) -> None:
    answer = api.client.patch(profile_url(brand.id, "overrides"), json={"pinned_paths": ["a"] * 1001})
    assert (answer.status_code, answer.json()) == (422, {"error": "pinned_paths names 1001 paths, over 1000"})


def test_overrides_stay_few_over_many_patches(api: ProfileApi, brand: Brand) -> None:
    patch(api, brand, overrides_json={f"key.{number}": 1 for number in range(999)})
    patch(api, brand, overrides_json={"key.0": 2, "one.more": 1})
    answer = api.client.patch(profile_url(brand.id, "overrides"), json={"overrides_json": {"too.many": 1}})
    assert answer.status_code == 422
    assert patch(api, brand, overrides_json={"key.0": None, "too.many": 1})["overrides_json"]["too.many"] == 1


def test_overrides_cannot_grow_without_bound(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    half = "x" * 600_000
    patch(api, brand, overrides_json={"a": half})
    answer = api.client.patch(profile_url(brand.id, "overrides"), json={"overrides_json": {"b": half}})
    assert answer.status_code == 422
    assert list(api.client.get(profile_url(brand.id, "overrides")).json()["overrides_json"]) == ["a"]
    assert len(log_of(ledger, brand)) == 1


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_absent_brand_and_malformed_id_are_told_apart(api: ProfileApi, method: str) -> None:
    absent = api.client.request(method, profile_url(uuid4(), "overrides"), json={})
    assert (absent.status_code, absent.json()) == (404, {"error": "Brand not found"})
    malformed = api.client.request(method, profile_url("7", "overrides"), json={})
    assert (malformed.status_code, malformed.json()) == (400, {"error": "Invalid brand_id"})
