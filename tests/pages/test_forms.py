"""Forms as a browser without scripts sends them: the answer leads on, or shows what is wrong beside what was typed."""

from uuid import uuid4

import pytest

from brandbrain_dagster.stores.ledger.brands import Brand, list_brands
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES, find_live_compile_run
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.onboarding import get_onboarding, upsert_onboarding
from brandbrain_dagster.stores.ledger.overrides import get_overrides
from brandbrain_dagster.stores.ledger.sources import list_sources
from tests.api.profile_api import row_counts
from tests.pages.published import PROFILE, publish
from tests.pages.served_site import Site
from tests.stores.ledger_rows import NOW, add_brand, add_compile, add_source, claim, later
from tests.workplace import ANSWERS


def answer(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        upsert_onboarding(conn, brand_id=brand.id, tier=0, answers_json=ANSWERS, now=NOW)


def test_brand_is_created_and_leads_to_its_questions(site: Site, ledger: Ledger) -> None:
    sent = site.send("", {"name": " Müller & Söhne ", "website_url": "mueller.example"})
    assert sent.status_code == 303
    with ledger.read() as conn:
        (brand,) = list_brands(conn)
    assert (brand.name, brand.website_url) == ("Müller & Söhne", "https://mueller.example")
    assert sent.headers["location"] == f"/brands/{brand.id}/answers"


@pytest.mark.parametrize("form", [{"name": " "}, {"name": "x" * 201}, {"name": "A", "website_url": "http://10.0.0.1"}])
def test_brand_that_cannot_be_created_is_shown_again_with_what_is_wrong(
    site: Site, ledger: Ledger, form: dict[str, str]
) -> None:
    sent = site.send("", form)
    assert sent.status_code == 422
    assert 'role="alert"' in sent.text
    with ledger.read() as conn:
        assert list_brands(conn) == []


def typed_answers(site: Site, brand: Brand, **answers: object) -> dict[str, object]:
    """What the form holds that a browser has loaded, with some of it changed."""
    page = site.page(f"/{brand.id}/answers")
    seen = page.all("input", name="seen")[0].attributes["value"]
    return {"seen": seen, **{name.replace("__", "."): value for name, value in answers.items()}}


def test_answers_are_kept_as_the_types_that_they_have(site: Site, ledger: Ledger, brand: Brand) -> None:
    form = typed_answers(
        site,
        brand,
        tier0__what_we_do="We mend\r\nbicycles. ",
        tier0__cta_posture="soft",
        tier0__taboos="cheap\r\n\r\n fast ",
        tier1__priority_platforms=["instagram", "youtube"],
        tier2__proof_claims="900 cafés | the books\nSince 2011",
        tier2__platform_rules__instagram__cadence_per_week="2,5",
        tier2__platform_rules__instagram__hashtag_usage="minimal",
        tier2__platform_rules__instagram__hashtag_max_count="3",
        tier2__platform_rules__instagram__preferred_formats=["reel"],
        tier2__platform_rules__instagram__forbidden_patterns="link in bio",
    )
    assert site.send(f"/{brand.id}/answers", form).status_code == 303
    with ledger.read() as conn:
        stored = get_onboarding(conn, brand_id=brand.id).answers_json
    assert stored == {
        "tier0.what_we_do": "We mend\nbicycles.",
        "tier0.cta_posture": "soft",
        "tier0.taboos": ["cheap", "fast"],
        "tier1.priority_platforms": ["instagram", "youtube"],
        "tier2.proof_claims": [{"claim": "900 cafés", "support": "the books"}, {"claim": "Since 2011"}],
        "tier2.platform_rules.instagram": {
            "cadence_per_week": 2.5,
            "hashtag_policy": {"usage": "minimal", "max_count": 3},
            "preferred_formats": ["reel"],
            "forbidden_patterns": ["link in bio"],
        },
    }


def test_answers_to_unknown_questions_stay(site: Site, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        upsert_onboarding(conn, brand_id=brand.id, tier=2, answers_json={"tier9.mood": [1]}, now=NOW)
    site.send(f"/{brand.id}/answers", typed_answers(site, brand, tier0__who_for="Riders"))
    with ledger.read() as conn:
        stored = get_onboarding(conn, brand_id=brand.id)
    assert stored.answers_json == {"tier9.mood": [1], "tier0.who_for": "Riders"}
    assert stored.tier == 2


def test_answers_with_problems_are_shown_again_as_typed_and_nothing_is_kept(
    site: Site, ledger: Ledger, brand: Brand
) -> None:
    before = row_counts(ledger)
    form = typed_answers(
        site,
        brand,
        tier0__who_for="Riders & walkers",
        tier0__cta_posture="shout",
        tier1__key_pages="http://localhost/",
        tier2__platform_rules__tiktok__cadence_per_week="often",
    )
    sent = site.send(f"/{brand.id}/answers", form)
    assert sent.status_code == 422
    assert "Riders &amp; walkers" in sent.text
    for anchor in ("tier0-cta_posture", "tier1-key_pages", "tier2-platform_rules-tiktok"):
        assert f'href="#{anchor}"' in sent.text
        assert f'id="{anchor}"' in sent.text
    assert row_counts(ledger) == before


def test_answers_that_somebody_else_changed_meanwhile_are_not_overwritten(
    site: Site, ledger: Ledger, brand: Brand
) -> None:
    form = typed_answers(site, brand, tier0__who_for="Mine")
    with ledger.begin() as conn:
        upsert_onboarding(conn, brand_id=brand.id, tier=0, answers_json={"tier0.who_for": "Theirs"}, now=later(1))
    assert site.send(f"/{brand.id}/answers", form).status_code == 409
    with ledger.read() as conn:
        assert get_onboarding(conn, brand_id=brand.id).answers_json == {"tier0.who_for": "Theirs"}


def test_source_is_added_switched_off_and_on_and_removed(site: Site, ledger: Ledger, brand: Brand) -> None:
    sent = site.send(f"/{brand.id}/sources", {"kind": "instagram.posts", "identifier": "@Acme"})
    assert sent.headers["location"] == f"/brands/{brand.id}/sources"
    with ledger.read() as conn:
        (source,) = list_sources(conn, brand_id=brand.id)
    assert source.identifier == "acme"
    for action, is_enabled in (("disable", False), ("enable", True)):
        assert site.send(f"/{brand.id}/sources/{source.id}", {"action": action}).status_code == 303
        with ledger.read() as conn:
            assert [found.is_enabled for found in list_sources(conn, brand_id=brand.id)] == [is_enabled]
    assert site.send(f"/{brand.id}/sources/{source.id}", {"action": "remove"}).status_code == 303
    with ledger.read() as conn:
        assert list_sources(conn, brand_id=brand.id) == []


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [("instagram.posts", ""), ("instagram.posts", "not a handle!"), ("myspace.posts", "acme"), ("", "acme")],
)
def test_source_that_cannot_be_is_shown_again_with_what_is_wrong(
    site: Site, brand: Brand, kind: str, identifier: str
) -> None:
    sent = site.send(f"/{brand.id}/sources", {"kind": kind, "identifier": identifier})
    assert sent.status_code == 422
    assert 'role="alert"' in sent.text


def test_source_of_another_brand_cannot_be_changed_through_this_one(site: Site, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        source = add_source(conn, add_brand(conn, "other"))
    assert site.send(f"/{brand.id}/sources/{source.id}", {"action": "remove"}).status_code == 404
    with ledger.read() as conn:
        assert list_sources(conn, brand_id=source.brand_id) == [source]


def test_sources_page_says_what_a_compile_would_do(site: Site, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        add_source(conn, brand)
    text = site.page(f"/{brand.id}/sources").text
    assert "A compile cannot start yet" in text
    assert "Would be collected again" in text
    assert "no run of this source has succeeded yet." in text


def test_field_gets_a_value_of_the_type_it_has_and_a_pin(site: Site, ledger: Ledger, published: Brand) -> None:
    page = site.page(f"/{published.id}/field?path=voice.do")
    shown = page.all("input", name="shown")[0].attributes["value"]
    form = {"path": "voice.do", "value": "Be kind\r\n\r\nBe brief", "shown": shown, "pinned": "yes", "action": "save"}
    sent = site.send(f"/{published.id}/field", form)
    assert sent.headers["location"] == f"/brands/{published.id}?saved=voice.do#voice-do"
    with ledger.read() as conn:
        overrides = get_overrides(conn, brand_id=published.id)
    assert overrides.overrides_json == {"voice.do": ["Be kind", "Be brief"]}
    assert overrides.pinned_paths == ("voice.do",)
    text = site.page(f"/{published.id}").text
    assert "From the next compile on, your value: Be kind Be brief" in text


def test_pin_alone_leaves_the_value_to_the_profile(site: Site, ledger: Ledger, published: Brand) -> None:
    path = "voice.emoji_policy"
    shown = PROFILE.snapshot["voice"]["emoji_policy"]["value"]
    form = {"path": path, "value": shown, "shown": shown, "pinned": "yes", "action": "save"}
    assert site.send(f"/{published.id}/field", form).status_code == 303
    with ledger.read() as conn:
        overrides = get_overrides(conn, brand_id=published.id)
    assert (overrides.overrides_json, overrides.pinned_paths) == ({}, (path,))
    assert dict(overrides.pinned_values_json) == {path: shown}


def test_pins_of_other_fields_stay(site: Site, ledger: Ledger, published: Brand) -> None:
    for path in ("voice.do", "voice.dont"):
        site.send(f"/{published.id}/field", {"path": path, "value": "", "shown": "", "pinned": "yes"})
    site.send(f"/{published.id}/field", {"path": "voice.do", "value": "", "shown": ""})
    with ledger.read() as conn:
        assert get_overrides(conn, brand_id=published.id).pinned_paths == ("voice.dont",)


def test_value_is_taken_back(site: Site, ledger: Ledger, published: Brand) -> None:
    site.send(f"/{published.id}/field", {"path": "voice.do", "value": "Be kind", "shown": ""})
    site.send(f"/{published.id}/field", {"path": "voice.do", "value": "Be kind", "shown": "", "action": "withdraw"})
    with ledger.read() as conn:
        assert get_overrides(conn, brand_id=published.id).overrides_json == {}


def test_value_that_does_not_fit_is_shown_again_with_what_is_wrong(
    site: Site, ledger: Ledger, published: Brand
) -> None:
    sent = site.send(f"/{published.id}/field", {"path": "voice.cta_policy", "value": "shout", "shown": "soft"})
    assert sent.status_code == 422
    assert 'role="alert"' in sent.text
    with ledger.read() as conn:
        assert get_overrides(conn, brand_id=published.id).overrides_json == {}


def test_path_that_is_no_field_is_not_found(site: Site, published: Brand) -> None:
    assert site.send(f"/{published.id}/field", {"path": "meta", "value": "x", "shown": ""}).status_code == 404


def test_compile_leads_to_its_progress_and_a_second_click_to_the_same(site: Site, ledger: Ledger, brand: Brand) -> None:
    answer(ledger, brand)
    with ledger.begin() as conn:
        add_source(conn, brand)
    first, second = (site.send(f"/{brand.id}/compiles") for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    page = site.page(first.headers["location"].removeprefix("/brands"))
    assert "Waiting for its turn" in page.text
    assert page.all("meta", **{"http-equiv": "refresh"})


def test_compile_that_may_not_start_says_what_is_missing(site: Site, brand: Brand) -> None:
    sent = site.send(f"/{brand.id}/compiles")
    assert sent.status_code == 422
    assert f"/brands/{brand.id}/answers" in sent.text
    assert f"/brands/{brand.id}/sources" in sent.text


def test_compile_is_cancelled(site: Site, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        run = add_compile(conn, brand)
    address = f"/{brand.id}/compiles/{run.id}"
    for _ in range(2):  # the second click finds it over
        assert site.send(f"{address}/cancel").status_code == 303
    assert "Somebody cancelled this compile" in site.page(address).text
    with ledger.read() as conn:
        assert find_live_compile_run(conn, brand_id=brand.id) is None


def test_failed_compile_says_why_in_plain_words(site: Site, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        run = add_compile(conn, brand)
        claim(conn, run, token := uuid4())
        COMPILES.finish_failed(conn, work_id=run.id, lease_token=token, now=NOW, error="The account is private.")
    page = site.page(f"/{brand.id}/compiles/{run.id}")
    assert "Nothing was published" in page.text
    assert "The account is private." in page.text
    assert "Last compile failed" in site.page(f"/{brand.id}").text


def test_findings_of_qa_and_failed_sources_are_told(site: Site, ledger: Ledger, brand: Brand) -> None:
    check = {"id": "x", "status": "WARN", "severity": "warning", "message": "Thin evidence.", "paths": []}
    outcome = {"source": "instagram.posts", "identifier": "acme", "reason": "refresh", "error": "it is private"}
    with ledger.begin() as conn:
        snapshot = publish(conn, brand, PROFILE, outcomes=[outcome], qa_report={"status": "WARN", "checks": [check]})
    text = site.page(f"/{brand.id}/compiles/{snapshot.compile_run_id}").text
    assert "Could not be collected Instagram posts acme it is private" in text
    assert "Thin evidence." in text


def test_events_tell_how_far_a_compile_is_until_it_is_over(site: Site, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        run = add_compile(conn, brand)
    with site.client.stream("GET", f"/brands/{brand.id}/compiles/{run.id}/events") as stream:
        told = (line for line in stream.iter_lines() if line.startswith("data:"))
        assert '"is_over":false' in next(told)
        site.send(f"/{brand.id}/compiles/{run.id}/cancel")
        assert '"is_over":true' in next(told)
        assert list(told) == []


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"name=%FF", {}, 400),
        (b"name=%00", {}, 400),
        (b"&".join([b"a=1"] * 600), {}, 400),
        ("name=é".encode(), {}, 400),
        (b"name=" + b"x" * 1_100_000, {}, 413),
    ],
)
def test_form_that_is_none_is_refused(
    site: Site, ledger: Ledger, body: bytes, headers: dict[str, str], status: int
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": site.origin}
    assert site.client.post("/brands", content=body, headers=form | headers).status_code == status
    with ledger.read() as conn:
        assert list_brands(conn) == []
