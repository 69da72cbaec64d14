"""Onboarding answers over HTTP."""

from typing import Any

import httpx
import pytest

from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.sources import list_sources
from tests.workplace import ANSWERS

TIME = "2026-03-01T12:00:00+00:00"


def address(brand: Brand) -> str:
    return f"/api/brands/{brand.id}/onboarding"


def test_brand_that_never_answered_has_empty_answers(client: httpx.Client, brand: Brand) -> None:
    answer = client.get(address(brand))
    assert answer.json() == {"brand_id": str(brand.id), "tier": 0, "answers_json": {}, "updated_at": None}


def test_answers_are_kept_as_they_are_given(client: httpx.Client, brand: Brand) -> None:
    answers = {**ANSWERS, "tier0.edge": ["ünïcode 🧶", " blanks "], "tier9.unknown": {"deep": [1, 2.5, None, True]}}
    stored = client.put(address(brand), json={"tier": 1, "answers_json": answers})
    expected = {"brand_id": str(brand.id), "tier": 1, "answers_json": answers, "updated_at": TIME}
    assert (stored.status_code, stored.json()) == (200, {**expected, "warnings": []})
    assert client.get(address(brand)).json() == expected


def test_answers_replace_those_there_were(client: httpx.Client, brand: Brand) -> None:
    client.put(address(brand), json={"tier": 2, "answers_json": ANSWERS})
    client.put(address(brand), json={"tier": 0, "answers_json": {}})
    body = client.get(address(brand)).json()
    assert (body["tier"], body["answers_json"]) == (0, {})


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["tier", "answers_json"]),
        ({"tier": 0}, ["answers_json"]),
        ({"answers_json": {}}, ["tier"]),
        ({"tier": "1", "answers_json": {}}, ["tier"]),
        ({"tier": True, "answers_json": {}}, ["tier"]),
        ({"tier": 1.5, "answers_json": {}}, ["tier"]),
        ({"tier": 3, "answers_json": {}}, ["tier"]),
        ({"tier": -1, "answers_json": []}, ["tier", "answers_json"]),
        ({"tier": None, "answers_json": None}, ["tier", "answers_json"]),
    ],
)
def test_missing_or_wrong_fields_are_named(
    client: httpx.Client, brand: Brand, body: dict[str, Any], paths: list[str]
) -> None:
    answer = client.put(address(brand), json=body)
    assert answer.status_code == 422
    assert [problem["path"] for problem in answer.json()["errors"]] == paths
    assert all(problem["code"] and problem["message"] for problem in answer.json()["errors"])
    assert client.get(address(brand)).json()["updated_at"] is None


def test_every_answer_that_cannot_be_used_is_named(client: httpx.Client, brand: Brand) -> None:
    answers = {
        "tier0.what_we_do": 5,
        "tier0.edge": ["fine", {}],
        "tier0.cta_posture": "loud",
        "tier1.key_pages": ["https://example.com", "http://10.0.0.1/"],
        "tier2.platform_rules.instagram": {"cadence_per_week": 99},
    }
    answer = client.put(address(brand), json={"tier": 2, "answers_json": answers})
    assert answer.status_code == 422
    assert {problem["path"] for problem in answer.json()["errors"]} == {
        "tier0.what_we_do",
        "tier0.edge[1]",
        "tier0.cta_posture",
        "tier1.key_pages[1]",
        "tier2.platform_rules.instagram.cadence_per_week",
    }


def test_unknown_rule_is_dropped_with_a_warning(client: httpx.Client, brand: Brand) -> None:
    answers = {**ANSWERS, "tier2.platform_rules.instagram": {"colour": "red"}}
    answer = client.put(address(brand), json={"tier": 2, "answers_json": answers})
    assert answer.status_code == 200
    assert [(warning["path"], warning["code"]) for warning in answer.json()["warnings"]] == [
        ("tier2.platform_rules.instagram.colour", "ignored_answer")
    ]


def test_key_pages_reach_the_web_source(client: httpx.Client, brand: Brand, ledger: Ledger) -> None:
    site = {"platform": "web", "capability": "crawl_pages", "identifier": "https://example.com"}
    client.post(f"/api/brands/{brand.id}/sources", json=site)
    answers = {**ANSWERS, "tier1.key_pages": ["https://example.com/About/"]}
    assert client.put(address(brand), json={"tier": 1, "answers_json": answers}).status_code == 200
    with ledger.read() as conn:
        (source,) = list_sources(conn, brand_id=brand.id)
    assert source.settings_json == {"extra_start_urls": ["https://example.com/About"]}
