"""GET export: the newest profile as a document, plain values, a prompt, or linked data."""

import json
from uuid import uuid4

import pytest

from brandbrain_dagster.domain.export.brand_export import MEDIA_TYPES, ExportFormat
from brandbrain_dagster.domain.export.token_bound import token_bound
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from tests.api.profile_api import ProfileApi, profile_url, row_counts
from tests.published_brand import ANSWERS, evidence_of, publish


@pytest.fixture
def published(ledger: Ledger, brand: Brand) -> Snapshot:
    with ledger.begin() as conn:
        return publish(conn, brand)


@pytest.mark.parametrize("as_format", ExportFormat)
def test_profile_is_exported_as_what_it_is_asked_for(
    api: ProfileApi, ledger: Ledger, brand: Brand, published: Snapshot, as_format: ExportFormat
) -> None:
    before = row_counts(ledger)
    with api.queries(at_most=2):
        answer = api.client.get(profile_url(brand.id, "export"), params={"format": as_format})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == MEDIA_TYPES[as_format]
    assert "Café owners" in answer.text
    assert row_counts(ledger) == before


def test_document_is_what_one_gets_without_asking(api: ProfileApi, brand: Brand, published: Snapshot) -> None:
    answer = api.client.get(profile_url(brand.id, "export"))
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.text.startswith("# Brand Profile: Acme\n\nVersion 1, ")
    assert any(f"]({item.canonical_url})" in answer.text for item in evidence_of(brand.id))


def test_values_name_the_version_they_are_of(api: ProfileApi, brand: Brand, published: Snapshot) -> None:
    told = api.client.get(profile_url(brand.id, "export"), params={"format": "json"}).json()
    assert told["brand"] == {"name": "Acme", "website_url": None}
    assert (told["snapshot_id"], told["version"]) == (str(published.id), 1)
    assert told["profile"]["positioning"]["who_for"] == "Café owners"


def test_prompt_stays_within_its_budget(api: ProfileApi, brand: Brand, published: Snapshot) -> None:
    url = profile_url(brand.id, "export")
    whole = api.client.get(url, params={"format": "prompt"}).text
    short = api.client.get(url, params={"format": "prompt", "max_tokens": "400"}).text
    assert token_bound(short) <= 400 < token_bound(whole)
    assert "“cheap”" in short


def test_budget_too_small_for_the_constraints_is_refused(api: ProfileApi, brand: Brand, published: Snapshot) -> None:
    answer = api.client.get(profile_url(brand.id, "export"), params={"format": "prompt", "max_tokens": "5"})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("The constraints of Acme cannot be left out and take up to ")


@pytest.mark.parametrize("given", ["", "0", "-1", "1.5", "many", "1000001", "9" * 40, "²"])
def test_budget_that_is_no_number_in_bounds_is_refused(
    api: ProfileApi, brand: Brand, published: Snapshot, given: str
) -> None:
    answer = api.client.get(profile_url(brand.id, "export"), params={"format": "prompt", "max_tokens": given})
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "max_tokens must be a whole number from 1 to 1000000"},
    )


def test_budget_of_something_else_than_a_prompt_is_refused(api: ProfileApi, brand: Brand, published: Snapshot) -> None:
    answer = api.client.get(profile_url(brand.id, "export"), params={"format": "json", "max_tokens": "500"})
    assert (answer.status_code, answer.json()) == (422, {"error": "max_tokens goes with format=prompt only"})


def test_unknown_format_is_refused_with_the_known_ones(api: ProfileApi, brand: Brand, published: Snapshot) -> None:
    answer = api.client.get(profile_url(brand.id, "export"), params={"format": "pdf"})
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "Unknown format: 'pdf'; the known ones are markdown, json, prompt, jsonld"},
    )


def test_client_that_has_the_export_is_told_so_until_something_in_it_changes(
    api: ProfileApi, ledger: Ledger, brand: Brand, published: Snapshot
) -> None:
    url = profile_url(brand.id, "export")
    tags = {as_format: api.client.get(url, params={"format": as_format}).headers["etag"] for as_format in ExportFormat}
    assert len(set(tags.values())) == len(tags)
    for as_format, tag in tags.items():
        same = api.client.get(url, params={"format": as_format}, headers={"If-None-Match": tag})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    with ledger.begin() as conn:
        publish(conn, brand, {**ANSWERS, "tier0.who_for": "Hotels"})
    for as_format, tag in tags.items():
        other = api.client.get(url, params={"format": as_format}, headers={"If-None-Match": tag})
        assert other.status_code == 200
        assert "Hotels" in other.text


def test_brand_without_a_profile_has_no_export(api: ProfileApi, brand: Brand) -> None:
    answer = api.client.get(profile_url(brand.id, "export"))
    assert (answer.status_code, answer.json()) == (404, {"error": "No snapshot found"})


def test_absent_brand_and_malformed_id_are_told_apart(api: ProfileApi) -> None:
    absent = api.client.get(profile_url(uuid4(), "export"))
    assert (absent.status_code, absent.json()) == (404, {"error": "Brand not found"})
    malformed = api.client.get(profile_url("acme", "export"))
    assert (malformed.status_code, malformed.json()) == (400, {"error": "Invalid brand_id"})


def test_linked_data_is_json(api: ProfileApi, brand: Brand, published: Snapshot) -> None:
    answer = api.client.get(profile_url(brand.id, "export"), params={"format": "jsonld"})
    assert answer.headers["content-type"] == "application/ld+json"
    assert json.loads(answer.text)["@context"] == "https://schema.org"
