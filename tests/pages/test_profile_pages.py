"""What a person reads: the profile, its platforms, evidence, history and costs."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.profile_api import row_counts
from tests.pages.published import PROFILE, publish
from tests.pages.served_site import Site, running_site
from tests.stores.ledger_rows import NOW, add_brand, add_finished_run, add_source, later

BRAND_PAGES = ("", "/today", "/platforms", "/evidence", "/sources", "/answers", "/history", "/costs")


@pytest.mark.parametrize("part", BRAND_PAGES)
def test_every_page_of_a_brand_names_it_and_marks_its_own_tab(site: Site, published: Brand, part: str) -> None:
    page = site.page(f"/{published.id}{part}")
    assert published.name in page.text
    assert [link.attributes["href"] for link in page.all("a", **{"aria-current": "page"})] == [
        f"/brands/{published.id}{part}"
    ]


@pytest.mark.parametrize("part", BRAND_PAGES)
def test_every_page_of_a_brand_without_anything_is_there(site: Site, brand: Brand, part: str) -> None:
    assert site.page(f"/{brand.id}{part}").all("h1")


def test_page_is_called_brand_profile(site: Site, published: Brand) -> None:
    assert "Brand Profile" in site.page(f"/{published.id}").text


def test_reading_writes_nothing(site: Site, ledger: Ledger, published: Brand) -> None:
    before = row_counts(ledger)
    for part in BRAND_PAGES:
        if part != "/today":  # a brand's first board is asked for by looking at it
            site.page(f"/{published.id}{part}")
    site.page("")
    assert row_counts(ledger) == before


def test_profile_shows_every_value_with_its_confidence(site: Site, published: Brand) -> None:
    page = site.page(f"/{published.id}")
    for section in ("positioning", "voice", "constraints"):
        for node in PROFILE.snapshot[section].values():
            for value in node["value"] if isinstance(node["value"], list) else [node["value"]]:
                assert not isinstance(value, str) or value.lower() in page.text.lower()
    assert "High confidence, 90 per cent" in page.text


def test_quotes_lead_to_the_original_posts(site: Site, published: Brand) -> None:
    page = site.page(f"/{published.id}")
    sources = [source for node in PROFILE.snapshot["positioning"].values() for source in node["sources"]]
    quoted = [source for source in sources if source.get("quote")]
    assert quoted
    urls = {item["id"]: item["canonical_url"] for item in PROFILE.items}
    for source in quoted:
        assert source["quote"] in page.text
        assert urls[source["id"]] in page.links()


def test_links_to_the_outside_say_so_to_browsers(site: Site, published: Brand) -> None:
    for part in ("", "/platforms", "/evidence"):
        outside = [link for link in site.page(f"/{published.id}{part}").all("a") if "://" in link.attributes["href"]]
        assert outside
        assert {link.attributes["rel"] for link in outside} == {"noopener nofollow"}


def test_answers_that_would_help_are_next_steps(site: Site, published: Brand) -> None:
    page = site.page(f"/{published.id}")
    assert "What would help most" in page.text
    assert "(question tier" not in page.text
    answers = site.page(f"/{published.id}/answers")
    anchors = {element.attributes.get("id") for element in answers.elements}
    steps = [link.partition("#")[2] for link in page.links() if "/answers#" in link]
    assert steps
    assert set(steps) <= anchors


def test_every_chart_has_the_same_figures_as_a_table(site: Site, published: Brand) -> None:
    page = site.page(f"/{published.id}/platforms")
    charts = page.all("figure", **{"class": "chart"})
    assert len(charts) == len(page.all("svg", role="img")) == len(page.all("table")) >= 5
    assert all(svg.attributes["aria-label"] for svg in page.all("svg", role="img"))


def test_evidence_is_filtered_by_platform_type_and_use(site: Site, ledger: Ledger, published: Brand) -> None:
    total = len(PROFILE.items)
    company = [item for item in PROFILE.items if item["platform"] == "linkedin"]
    assert f"{total} of {total} items" in site.page(f"/{published.id}/evidence").text
    assert f"{len(company)} of {total} item" in site.page(f"/{published.id}/evidence?platform=linkedin").text
    assert f"0 of {total} items" in site.page(f"/{published.id}/evidence?use=unused").text
    assert f"0 of {total} items" in site.page(f"/{published.id}/evidence?platform=linkedin&type=reel").text
    fewer = type(PROFILE)(PROFILE.snapshot, PROFILE.items[1:], PROFILE.inputs)
    with ledger.begin() as conn:
        publish(conn, published, fewer, now=later(60))
    unused = site.page(f"/{published.id}/evidence?use=unused")
    assert f"1 of {total} items" in unused.text
    assert unused.all("li", id=f"item-{PROFILE.items[0]['id']}")


def test_evidence_that_is_more_than_a_page_is_paged(site: Site, published: Brand) -> None:
    first = site.page(f"/{published.id}/evidence")
    second = site.page(f"/{published.id}/evidence?page=2")
    ids = [{card.attributes["id"] for card in page.all("li", **{"class": "card evidence"})} for page in (first, second)]
    assert len(ids[0]) == 20
    assert len(ids[0] | ids[1]) == len(PROFILE.items)
    assert first.all("a", rel="next")


def test_diff_shows_what_went_and_what_came(site: Site, ledger: Ledger, published: Brand) -> None:
    with ledger.begin() as conn:
        after = publish(conn, published, PROFILE.changed(positioning__who_for="Café owners in Ghent"), now=later(60))
    history = site.page(f"/{published.id}/history")
    assert {radio.attributes["name"] for radio in history.all("input", type="radio")} == {"from", "to"}
    first = next(link for link in reversed(history.links()) if "/versions/" in link).rpartition("/")[2]
    address = f"/{published.id}/diff?from={first}&to={after.id}"
    page = site.page(address)
    assert "From version 1 to 2" in page.text
    assert "Café owners in Ghent" in page.text
    assert page.all("ins")
    assert site.page(f"/{published.id}/diff?from={after.id}&to={first}").text == page.text
    assert "say the same" in site.page(f"/{published.id}/diff?from={first}&to={first}").text


def test_older_version_is_shown_as_it_was_and_cannot_be_edited(site: Site, ledger: Ledger, published: Brand) -> None:
    with ledger.begin() as conn:
        publish(conn, published, PROFILE.changed(positioning__who_for="Somebody else"), now=later(60))
    old = next(link for link in reversed(site.page(f"/{published.id}/history").links()) if "/versions/" in link)
    page = site.page(old.removeprefix("/brands"))
    assert "You are reading version 1" in page.text
    assert "Somebody else" not in page.text
    assert not [link for link in page.links() if "/field?" in link]


@pytest.mark.parametrize(
    "part", ["/versions/{other}", "/diff?from={other}&to={other}", "/compiles/{other}", "/compiles/{other}/events"]
)
def test_what_another_brand_has_is_not_found(site: Site, ledger: Ledger, published: Brand, part: str) -> None:
    with ledger.begin() as conn:
        other = add_brand(conn, "other")
        snapshot = publish(conn, other, PROFILE)
    other_id = snapshot.compile_run_id if "compiles" in part else snapshot.id
    page = site.page(f"/{published.id}{part.format(other=other_id)}", status=404)
    assert "There is nothing here" in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/00000000-0000-0000-0000-000000000000", 404),
        ("/00000000-0000-0000-0000-000000000000/today", 404),
        ("/static/nothing.css", 404),
        ("/static/../site.py", 404),
        ("/{brand}/nothing", 404),
        ("/{brand}/versions/x", 404),
        ("/{brand}/field?path=voice", 404),
        ("/{brand}/field?path=a..b", 404),
        ("/{brand}/diff?from=x&to=y", 422),
        ("/{brand}/history?page=x", 400),
        ("?cursor=x", 400),
    ],
)
def test_error_is_a_page_too(site: Site, brand: Brand, path: str, status: int) -> None:
    page = site.page(path.format(brand=brand.id), status=status)
    assert page.all("h1")
    assert "/brands" in page.links()


def test_state_follows_what_happens(site: Site, ledger: Ledger, brand: Brand) -> None:
    assert "No profile yet" in site.page(f"/{brand.id}").text
    with ledger.begin() as conn:
        source = add_source(conn, brand)
        publish(conn, brand, PROFILE)
        conn.execute(text("UPDATE compile_run SET inputs_revision = (SELECT inputs_revision FROM brand)"))
    assert "Sources are stale" in site.page(f"/{brand.id}").text
    with ledger.begin() as conn:
        add_finished_run(conn, source)
    assert "Up to date" in site.page(f"/{brand.id}").text
    site.send(f"/{brand.id}/field", {"path": "voice.do", "value": "Be kind", "shown": ""})
    assert "Edited since" in site.page(f"/{brand.id}").text
    site.clock.now = NOW + timedelta(days=3)
    assert "1 of 1 source stale" in site.page(f"/{brand.id}").text


def test_right_to_left_text_finds_its_own_direction(site: Site, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        publish(conn, brand, PROFILE.changed(positioning__what_we_do="نحن نحمص القهوة", voice__do=["שלום" * 500]))
    page = site.page(f"/{brand.id}")
    assert "نحن نحمص القهوة" in page.text
    values = [element for element in page.elements if element.attributes.get("class") == "value"]
    assert values
    assert {element.attributes.get("dir") for element in values} == {"auto"}


def test_query_count_of_a_page_does_not_grow_with_the_brand(site: Site, ledger: Ledger, published: Brand) -> None:
    def queries(part: str) -> int:
        before = site.query_count()
        site.page(f"/{published.id}{part}")
        return site.query_count() - before

    site.page(f"/{published.id}/today")  # the first look asks for the first board, and the gate for its tokens
    few = {part: queries(part) for part in BRAND_PAGES}
    with ledger.begin() as conn:
        for number in range(3):
            publish(conn, published, PROFILE.changed(positioning__who_for=f"Number {number}"), now=later(60 + number))
            add_source(conn, published, f"account-{number}")
    assert {part: queries(part) for part in BRAND_PAGES} == few
    assert max(few.values()) <= 4


def test_history_leads_to_the_runs_in_dagster_where_that_is_known(
    ledger_url: str, tmp_path: Path, published: Brand
) -> None:
    with running_site(ledger_url, home=tmp_path, dagster_url="https://dagster.example/") as site:
        links = site.page(f"/{published.id}/history").links()
    assert f"https://dagster.example/assets/brandbrain_snapshot?view=partitions&partition={published.id}" in links
    with running_site(ledger_url, home=tmp_path) as site:
        assert not any("partition" in link for link in site.page(f"/{published.id}/history").links())
