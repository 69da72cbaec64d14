"""Web pages: mapping of real and of made rows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Metrics
from brandbrain_dagster.domain.normalization.row_reader import RefusalKind
from tests.fakes.actor_rows import web_metadata, web_row
from tests.fakes.raw_runs import normalize, refusal_of, sighting_of
from tests.shared_data import real_rows

PAGES = "web.crawl_pages"


def test_a_real_full_row_is_a_collection_page_with_everything_its_metadata_says() -> None:
    rows = real_rows("apify", "apify~website-content-crawler", "full-row.json")
    items, counts = normalize(PAGES, rows, identifier="https://www.nogood.io")
    page = items[0]
    assert counts.refused == []
    assert page.external_id is None
    assert page.canonical_url == "https://nogood.io/blog"
    assert page.published_at == datetime(2021, 3, 17, 13, 58, 16, tzinfo=UTC)
    assert page.author_ref == "nogood.io"
    assert page.title == "Growth Marketing Insights, Updates, & Trends | NoGood"
    assert page.text_primary.startswith("Growth Marketing Insights, Updates, & Trends\nStay ahead")
    assert (page.text_secondary or "").startswith("Everything you need to know about growth marketing!")
    assert page.media == {
        "og_image": "https://nogood.io/wp-content/uploads/2024/06/OG_IMAGE_1200x630.jpg",
        "org_name": "NoGood",
        "org_logo": None,
    }
    assert (page.flags.is_collection_page, page.flags.is_low_value, page.flags.is_own_account) == (True, True, True)
    assert (page.language, page.hashtags, page.metrics) == ("en", [], Metrics())


def test_real_rows_of_url_and_text_only_are_pages() -> None:
    rows = real_rows("apify", "apify~website-content-crawler", "url-and-text-only.json")
    items, counts = normalize(PAGES, rows)
    assert (len(items), counts.refused) == (120, [])
    assert items[0].canonical_url == "https://docs.portnox.com"
    assert items[0].text_primary.startswith("Portnox Cloud User Guide\nQuick start: RADIUS/NAC\n")
    assert {item.title for item in items} == {None}
    assert {item.author_ref for item in items} == {"docs.portnox.com"}
    assert {item.flags.is_collection_page for item in items} == {False}
    lengths = [len(row["text"]) for row in rows]
    assert max(lengths) == 79802
    assert [item.flags.is_low_value for item in items] == [length < 200 for length in lengths]


def test_a_page_is_mapped_field_by_field() -> None:
    page = sighting_of(PAGES, web_row(), identifier="https://nova.example")
    assert page.canonical_url == "https://nova.example/About"
    assert page.published_at == datetime(2021, 3, 17, 12, 58, 16, tzinfo=UTC)
    assert (page.author_ref, page.title, page.text_secondary) == ("nova.example", "About Nova", "Who we are")
    assert page.media == {
        "og_image": "https://nova.example/og.jpg",
        "org_name": "Nova",
        "org_logo": "https://nova.example/logo.png",
    }
    assert (page.flags.is_collection_page, page.flags.is_low_value, page.flags.is_own_account) == (False, False, True)


def test_the_url_stands_in_for_an_absent_canonical_one_and_keeps_its_query() -> None:
    for canonical in (None, "", "/about", "javascript:void(0)"):
        page = sighting_of(PAGES, web_row(metadata=web_metadata(canonicalUrl=canonical)))
        assert page.canonical_url == "https://nova.example/about?utm=1"


@pytest.mark.parametrize(
    "json_ld",
    [
        {"@type": "CollectionPage"},
        {"@type": ["WebPage", "CollectionPage"]},
        [{"@type": "Blog"}],
        [[{"@type": "WebSite"}], {"@type": ["ItemList"]}],
        {"@graph": [{"@type": "WebPage"}, {"@type": "SearchResultsPage"}]},
        [{"@graph": {"@type": "Blog"}}],
        {"@type": "WebPage", "@graph": [{"@graph": [{"@type": ["ItemList", "Thing"]}]}]},
    ],
)
def test_a_collection_type_in_any_node_makes_a_collection_page(json_ld: Any) -> None:
    page = sighting_of(PAGES, web_row(metadata=web_metadata(jsonLd=json_ld)))
    assert (page.flags.is_collection_page, page.flags.is_low_value) == (True, True)


@pytest.mark.parametrize(
    "json_ld",
    [
        None,
        "CollectionPage",
        {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1}]},
        {"@type": "WebPage", "breadcrumb": {"@type": "BreadcrumbList"}},
        {"@type": "BlogPosting"},
        {"@type": "Article", "isPartOf": {"@type": "Blog"}},
        {"@type": {"name": "Blog"}},
        {"@type": [7, None, {"Blog": 1}]},
        [1, None, "Blog", [True]],
    ],
)
def test_breadcrumbs_and_nested_or_odd_types_make_no_collection_page(json_ld: Any) -> None:
    assert sighting_of(PAGES, web_row(metadata=web_metadata(jsonLd=json_ld))).flags.is_collection_page is False


@pytest.mark.parametrize(("length", "is_low_value"), [(0, True), (199, True), (200, False)])
def test_a_page_under_200_characters_is_low_value(length: int, is_low_value: bool) -> None:
    assert sighting_of(PAGES, web_row(text="x" * length)).flags.is_low_value is is_low_value


def test_an_organization_logo_may_be_a_text() -> None:
    json_ld = {"@type": "Organization", "name": "Nova", "logo": "https://nova.example/l.svg"}
    media = sighting_of(PAGES, web_row(metadata=web_metadata(jsonLd=json_ld))).media
    assert media["org_logo"] == "https://nova.example/l.svg"


def test_pages_of_another_host_are_not_the_own_site() -> None:
    assert sighting_of(PAGES, web_row(), identifier="https://other.example").flags.is_own_account is False
    assert sighting_of(PAGES, web_row(), identifier="http://[broken").flags.is_own_account is False


def test_a_page_is_found_again_under_its_canonical_address() -> None:
    rows = [web_row(), web_row(url="https://nova.example/about#team"), web_row(url="http://elsewhere.example")]
    assert len(normalize(PAGES, rows)[0]) == 1


def test_rows_of_other_actors_with_url_and_text_are_no_pages() -> None:
    for mark in ({"id": "1"}, {"urn": {"activity_urn": "7"}}, {"postId": 5}):
        row = {"url": "https://www.facebook.com/nova/posts/1", "text": "Words " * 60, **mark}
        assert refusal_of(PAGES, row).kind is RefusalKind.WRONG_SHAPE
