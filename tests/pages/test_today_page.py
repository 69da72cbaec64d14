"""The Today board as a page: its ideas, what people decide about them, and what it says when it has none."""

from uuid import uuid4

import pytest

from brandbrain_dagster.domain.opportunities.opportunity import Opportunity
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.pages.served_site import Site
from tests.stores.board_rows import add_board, add_evidence, make_board, make_idea
from tests.stores.ledger_rows import add_snapshot, later


@pytest.fixture
def idea(ledger: Ledger, brand: Brand) -> Opportunity:
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json={})
        idea = make_idea(brand, "Beans of the month", add_evidence(conn, brand))
        add_board(conn, brand, make_board([idea]))
    return idea


def test_board_shows_an_idea_with_what_speaks_for_it(site: Site, brand: Brand, idea: Opportunity) -> None:
    text = site.page(f"/{brand.id}/today").text
    for shown in ("1 idea for today", idea.title, idea.angle, idea.why_now, f"Score {idea.score} of 100"):
        assert shown in text


def test_pinned_idea_says_so_and_is_unpinned(site: Site, brand: Brand, idea: Opportunity) -> None:
    sent = site.send(f"/{brand.id}/today/{idea.id}", {"action": "pin"})
    assert sent.headers["location"] == f"/brands/{brand.id}/today#idea-{idea.id}"
    assert site.page(f"/{brand.id}/today").all("li", **{"class": "idea pinned"})
    site.clock.now = later(1)
    site.send(f"/{brand.id}/today/{idea.id}", {"action": "restore"})
    assert not site.page(f"/{brand.id}/today").all("li", **{"class": "idea pinned"})


@pytest.mark.parametrize("action", ["snooze", "ignore"])
def test_idea_that_is_put_away_is_gone_and_comes_back_when_that_is_undone(
    site: Site, brand: Brand, idea: Opportunity, action: str
) -> None:
    sent = site.send(f"/{brand.id}/today/{idea.id}", {"action": action})
    page = site.page(sent.headers["location"].removeprefix("/brands"))
    assert idea.title not in page.text
    assert page.all("form", action=f"/brands/{brand.id}/today/{idea.id}")
    site.clock.now = later(1)
    site.send(f"/{brand.id}/today/{idea.id}", {"action": "restore"})
    assert idea.title in site.page(f"/{brand.id}/today").text


def test_new_board_is_asked_for_and_shown_as_being_made(site: Site, brand: Brand, idea: Opportunity) -> None:
    assert site.send(f"/{brand.id}/today/regenerate").headers["location"] == f"/brands/{brand.id}/today"
    page = site.page(f"/{brand.id}/today")
    assert "Finding what to publish next" in page.text
    assert idea.title in page.text
    assert page.all("meta", **{"http-equiv": "refresh"})


def test_decisions_are_for_ideas_of_the_brand(site: Site, brand: Brand) -> None:
    assert site.send(f"/{brand.id}/today/{uuid4()}", {"action": "pin"}).status_code == 404
    assert site.send(f"/{brand.id}/today/{uuid4()}", {"action": "shout"}).status_code == 422
    assert site.send(f"/{brand.id}/today/x", {"action": "pin"}).status_code == 404


def test_brand_without_profile_is_told_to_compile_first(site: Site, brand: Brand) -> None:
    assert "compile the brand first" in site.page(f"/{brand.id}/today").text
    assert site.send(f"/{brand.id}/today/regenerate").status_code == 422
