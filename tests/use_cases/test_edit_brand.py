"""Creating a brand, its answers and its sources: what is normalized, refused, written through, and all or nothing."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.errors import (
    ConflictError,
    InvalidIdentifierError,
    InvalidInputError,
    UnknownCapabilityError,
)
from brandbrain_dagster.stores.ledger import brands, onboarding, sources
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.add_source import add_source
from brandbrain_dagster.use_cases.answer_onboarding import answer_onboarding
from brandbrain_dagster.use_cases.create_brand import create_brand
from brandbrain_dagster.use_cases.import_brand import ImportedBrand, import_brand, read_brand_file
from tests.workplace import ANSWERS

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGES = ["https://nova.example/about", "https://nova.example/prices", "https://nova.example/contact"]
WEB = ("web", "crawl_pages", "https://nova.example")


def create(ledger: Ledger, name: str, *, slug: str | None = None, website_url: str | None = None) -> Brand:
    with ledger.begin() as conn:
        return create_brand(conn, name=name, slug=slug, website_url=website_url, brand_id=uuid4(), now=NOW)


def add(
    ledger: Ledger, brand_id: UUID, platform: str, capability: str, identifier: str, **settings: Any
) -> tuple[SourceConnection, bool]:
    with ledger.begin() as conn:
        return add_source(
            conn,
            brand_id=brand_id,
            platform=platform,
            capability=capability,
            identifier=identifier,
            settings_json=settings,
            source_id=uuid4(),
            now=NOW,
        )


def answer(ledger: Ledger, brand_id: UUID, **answers: Any) -> list[str]:
    """Answers beside the required questions; returns the paths that are warned of."""
    with ledger.begin() as conn:
        warnings = answer_onboarding(conn, brand_id=brand_id, tier=0, answers_json=ANSWERS | answers, now=NOW)
    return [warning.path for warning in warnings]


def source_file(*identifiers: tuple[str, str, str], **sections: Any) -> dict[str, Any]:
    listed = [
        {"platform": platform, "capability": capability, "identifier": identifier}
        for platform, capability, identifier in identifiers
    ]
    return {"brand": {"name": "Nova"}, "sources": listed, **sections}


def import_content(ledger: Ledger, content: Any) -> ImportedBrand:
    return import_brand(read_brand_file(content), ledger=ledger, now=NOW, new_id=uuid4)


def listed_sources(ledger: Ledger, brand_id: UUID) -> list[SourceConnection]:
    with ledger.read() as conn:
        return sources.list_sources(conn, brand_id=brand_id)


def stored_answers(ledger: Ledger, brand_id: UUID) -> dict[str, Any]:
    with ledger.read() as conn:
        return dict(onboarding.get_onboarding(conn, brand_id=brand_id).answers_json)


def test_brand_gets_a_trimmed_name_a_slug_and_a_canonical_address(ledger: Ledger) -> None:
    brand = create(ledger, "  Café  Nova & Co. ", website_url="HTTPS://Nova.Example/")
    assert (brand.name, brand.slug, brand.website_url) == ("Café  Nova & Co.", "café-nova-co", "https://nova.example")


def test_slug_that_is_given_is_kept_and_belongs_to_one_brand(ledger: Ledger) -> None:
    assert create(ledger, "Nova", slug="nova-2").slug == "nova-2"
    with pytest.raises(ConflictError, match="nova-2"):
        create(ledger, "Another", slug="nova-2")


@pytest.mark.parametrize("wrong", [{"slug": "no va"}, {"slug": "a/b"}, {"slug": "a" * 81}, {"website_url": "nova"}])
def test_brand_that_cannot_be_is_refused(ledger: Ledger, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError):
        create(ledger, "Nova", **wrong)
    with ledger.read() as conn:
        assert brands.list_brands(conn) == []


def test_sources_are_one_whatever_they_are_written_as(ledger: Ledger) -> None:
    brand = create(ledger, "Nova")
    first, is_new = add(ledger, brand.id, "instagram", "posts", "@Nova.Roasters", cap=5)
    again, is_new_again = add(ledger, brand.id, "instagram", "posts", "https://instagram.com/nova.roasters/?hl=en")
    assert (is_new, is_new_again) == (True, False)
    assert (again.id, again.identifier, again.settings_json) == (first.id, "nova.roasters", {"cap": 5})


@pytest.mark.parametrize(
    ("platform", "capability", "identifier", "error"),
    [
        ("instagram", "stories", "nova", UnknownCapabilityError),
        ("myspace", "posts", "nova", UnknownCapabilityError),
        ("instagram", "posts", "https://www.tiktok.com/@nova", InvalidIdentifierError),
        ("instagram", "posts", " ", InvalidIdentifierError),
        ("web", "crawl_pages", "http://127.0.0.1/", InvalidIdentifierError),
    ],
)
def test_source_that_names_nothing_is_refused(
    ledger: Ledger, platform: str, capability: str, identifier: str, error: type[InvalidInputError]
) -> None:
    brand = create(ledger, "Nova")
    with pytest.raises(error):
        add(ledger, brand.id, platform, capability, identifier)
    assert listed_sources(ledger, brand.id) == []


@pytest.mark.parametrize(
    "settings",
    [
        *({"cap": value} for value in (0, -1, 2.5, "10", True)),
        *({"ttl_hours": value} for value in (-0.5, "24", False, float("nan"), float("inf"))),
    ],
    ids=str,
)
def test_setting_of_a_wrong_value_is_named(ledger: Ledger, settings: dict[str, Any]) -> None:
    brand = create(ledger, "Nova")
    (name,) = settings
    with pytest.raises(InvalidInputError, match=f"The setting {name} is"):
        add(ledger, brand.id, "instagram", "posts", "nova", **settings)


@pytest.mark.parametrize("settings", [{"cap": 1}, {"ttl_hours": 0}, {"ttl_hours": 0.25}, {"cap": None}, {"note": "x"}])
def test_setting_of_a_right_value_is_kept(ledger: Ledger, settings: dict[str, Any]) -> None:
    brand = create(ledger, "Nova")
    assert add(ledger, brand.id, "instagram", "posts", "nova", **settings)[0].settings_json == settings


def test_answers_are_kept_as_they_are_with_questions_nobody_knows(ledger: Ledger) -> None:
    brand = create(ledger, "Nova")
    assert answer(ledger, brand.id, **{"tier3.moon_phase": {"any": ["thing"]}}) == []
    assert stored_answers(ledger, brand.id) == {**ANSWERS, "tier3.moon_phase": {"any": ["thing"]}}


def test_wrong_answers_are_all_named_and_the_old_ones_stay(ledger: Ledger) -> None:
    brand = create(ledger, "Nova")
    answer(ledger, brand.id)
    with pytest.raises(InvalidInputError) as raised:
        answer(ledger, brand.id, **{"tier0.cta_posture": "pushy", "tier0.edge": 7})
    assert "tier0.cta_posture: " in str(raised.value)
    assert "tier0.edge: " in str(raised.value)
    assert stored_answers(ledger, brand.id) == ANSWERS


def test_key_page_that_is_no_public_address_is_refused(ledger: Ledger) -> None:
    brand = create(ledger, "Nova")
    with pytest.raises(InvalidInputError, match="localhost"):
        answer(ledger, brand.id, **{"tier1.key_pages": ["http://localhost/admin"]})
    assert stored_answers(ledger, brand.id) == {}


def test_key_pages_reach_the_web_source_that_is_there(ledger: Ledger) -> None:
    brand = create(ledger, "Nova")
    add(ledger, brand.id, *WEB, cap=4)
    add(ledger, brand.id, "instagram", "posts", "nova")
    answer(ledger, brand.id, **{"tier1.key_pages": PAGES})
    posts, web = listed_sources(ledger, brand.id)
    assert web.settings_json == {"cap": 4, "extra_start_urls": PAGES[:2]}
    assert posts.settings_json == {}


def test_key_pages_reach_the_web_source_that_is_added_later(ledger: Ledger) -> None:
    brand = create(ledger, "Nova")
    answer(ledger, brand.id, **{"tier1.key_pages": PAGES})
    added, _ = add(ledger, brand.id, *WEB)
    assert added.settings_json == {"extra_start_urls": PAGES[:2]}


def test_key_pages_that_change_replace_the_old_ones(ledger: Ledger) -> None:
    brand = create(ledger, "Nova")
    add(ledger, brand.id, *WEB)
    answer(ledger, brand.id, **{"tier1.key_pages": PAGES})
    answer(ledger, brand.id, **{"tier1.key_pages": PAGES[2:]})
    assert [source.settings_json for source in listed_sources(ledger, brand.id)] == [{"extra_start_urls": PAGES[2:]}]


def test_import_is_all_or_nothing(ledger: Ledger) -> None:
    """The last source is wrong: neither the brand nor its answers nor the sources before it stay."""
    good = ("instagram", "posts", "nova")
    with pytest.raises(InvalidIdentifierError):
        import_content(ledger, source_file(good, ("web", "crawl_pages", "nowhere"), onboarding={"answers": ANSWERS}))
    with ledger.read() as conn:
        assert brands.list_brands(conn) == []
    imported = import_content(ledger, source_file(good))
    with pytest.raises(InvalidIdentifierError):
        import_content(ledger, source_file(WEB, ("tiktok", "profile_videos", "a b"), onboarding={"answers": ANSWERS}))
    assert [source.identifier for source in listed_sources(ledger, imported.brand.id)] == ["nova"]
    assert stored_answers(ledger, imported.brand.id) == {}


def test_import_adds_to_the_brand_that_has_the_slug(ledger: Ledger) -> None:
    created = create(ledger, "Nova")
    imported = import_content(ledger, source_file(("instagram", "posts", "nova"), WEB))
    assert (imported.brand.id, imported.is_new, imported.sources_added) == (created.id, False, 2)
    again = import_content(ledger, source_file(WEB, ("instagram", "reels", "nova")))
    assert (again.sources_added, again.sources_known) == (1, 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "null"),
        ([], "array"),
        ({}, "brand"),
        ({"brand": {"name": "Nova", "sulg": "nova"}}, "sulg"),
        ({"brand": {"name": 7}}, r"\$\.brand\.name"),
        ({"brand": {"name": "Nova"}, "onboarding": {"tier": 3}}, r"\$\.onboarding\.tier"),
        ({"brand": {"name": "Nova"}, "sources": [{"platform": "web"}]}, r"\$\.sources\[0\]"),
        ({"brand": {"name": "Nova"}, "sources": object()}, "object"),
    ],
    ids=["nothing", "list", "empty", "unknown key", "number", "tier", "half a source", "no JSON"],
)
def test_brand_file_of_another_shape_is_refused_by_place(content: Any, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told) as raised:
        read_brand_file(content)
    assert str(raised.value).startswith("The brand file cannot be used")


def test_date_in_a_brand_file_is_kept_as_text(ledger: Ledger) -> None:
    answers = {**ANSWERS, "tier3.founded": date(2019, 5, 1)}
    imported = import_content(ledger, {"brand": {"name": "Nova"}, "onboarding": {"answers": answers}})
    assert stored_answers(ledger, imported.brand.id)["tier3.founded"] == "2019-05-01"
