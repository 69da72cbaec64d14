"""The list of brands: state and cost of each, search, pages."""

from datetime import timedelta

import pytest

from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.pages.html_document import Document
from tests.pages.served_site import Site
from tests.stores.ledger_rows import NOW, add_brand


def names_on(page: Document) -> list[str]:
    rows = page.all("a", dir="auto")
    return [link.attributes["href"].rpartition("/")[2] for link in rows]


def add_brands(ledger: Ledger, count: int) -> list[str]:
    with ledger.begin() as conn:
        added = [add_brand(conn, f"brand-{number}", now=NOW + timedelta(seconds=number)) for number in range(count)]
    return [str(brand.id) for brand in reversed(added)]


def test_without_brands_the_page_says_what_one_is(site: Site) -> None:
    page = site.page("")
    assert "No brand yet" in page.text
    assert "/brands/new" in page.links()


def test_list_shows_state_freshness_compile_and_cost(site: Site, published: Brand) -> None:
    text = site.page("").text
    for shown in (published.name, "Sources are stale", "No source", "v1, just now", "$0.00"):
        assert shown in text


def test_pages_of_brands_hold_each_brand_once_newest_first(site: Site, ledger: Ledger) -> None:
    ids = add_brands(ledger, 60)
    seen: list[str] = []
    address = ""
    for size in (25, 25, 10):
        page = site.page(address)
        assert len(names_on(page)) == size
        seen += names_on(page)
        address = next((link.removeprefix("/brands") for link in page.links() if "cursor=" in link), "")
    assert address == ""
    assert seen == ids


def test_search_is_by_part_of_the_name_and_takes_no_wildcards(site: Site, ledger: Ledger) -> None:
    add_brands(ledger, 30)
    assert len(names_on(site.page("?q=AND-2"))) == 11
    assert names_on(site.page("?q=d-_7")) == []
    assert names_on(site.page("?q=%25")) == []
    second = site.page("?q=brand")
    assert "q=brand" in second.link("cursor=")


@pytest.mark.parametrize("search", ["%00", "'", "%5C", "x" * 5000, "%F0%9F%A7%B6"])
def test_any_search_is_answered(site: Site, search: str) -> None:
    site.page(f"?q={search}")


def test_list_takes_one_query_however_many_brands_there_are(site: Site, ledger: Ledger) -> None:
    site.page("")
    for count in (1, 40):
        with ledger.begin() as conn:
            for number in range(count):
                add_brand(conn, f"more-{count}-{number}")
        before = site.query_count()
        site.page("")
        assert site.query_count() - before == 1


def test_bare_address_leads_to_the_brands(site: Site) -> None:
    answer = site.client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/brands")
