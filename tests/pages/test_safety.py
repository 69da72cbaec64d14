"""What came from outside is text and nothing else, whatever it looks like; and a page asks for its own files only."""

import copy
from typing import Any

import pytest
from sqlalchemy import update

from brandbrain_dagster.stores.ledger.brands import Brand, insert_brand
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.onboarding import upsert_onboarding
from brandbrain_dagster.stores.ledger.overrides import upsert_overrides
from brandbrain_dagster.stores.ledger.tables import source_connection
from tests.pages.html_document import Document, read_html
from tests.pages.published import PROFILE, Profile, publish
from tests.pages.served_site import Site
from tests.stores.ledger_rows import NOW, TENANT, add_compile, add_source, claim, later

CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title></style><script>alert(1)</script>",
    '" autofocus onfocus="alert(1)',
    "javascript:alert(1)",
    "JaVaScRiPt&colon;alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}{# x #}",
    "<!--><iframe src=//evil.example>",
    "\u202e<b>\u2028</b>\ufeff",
    "https://evil.example/\"onmouseover='alert(1)'",
)
_TAGS = """
html head meta title link script noscript body a header nav ul ol li main section article h1 h2 h3 h4 p span b bdi i br
code time div details summary figure figcaption blockquote svg path rect line text form label input select option
textarea button fieldset legend table thead tbody tr th td dl dt dd del ins
"""
_ALLOWED_TAGS = frozenset(_TAGS.split())
_URL_ATTRIBUTES = ("href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href")


def poisoned(part: Any, poison: str) -> Any:
    """A part of a profile in which every text that a person reads is poison."""
    if isinstance(part, dict):
        if part.get("type") in ("answer", "evidence", "override"):
            return {**part, "quote": poison} if part.get("quote") else part
        kept = (
            "id",
            "platform",
            "content_type",
            "published_at",
            "band",
            "schema_version",
            "compiled_at",
            "newest",
            "oldest",
            "example_ids",
            "by_platform",
            "rules",
            "bundle_id",
            "feature_report_id",
        )
        return {name: value if name in kept else poisoned(value, poison) for name, value in part.items()}
    if isinstance(part, list):
        return [poisoned(entry, poison) for entry in part]
    return poison if isinstance(part, str) else part


def poisoned_profile(poison: str) -> Profile:
    snapshot = poisoned(copy.deepcopy(PROFILE.snapshot), poison)
    snapshot["custom"] = {"slogan": {**snapshot["voice"]["do"], "value": poison}}
    texts = {"title": poison, "text_primary": poison, "text_secondary": poison * 100, "canonical_url": poison}
    return Profile(snapshot, [{**item, **texts} for item in PROFILE.items], PROFILE.inputs)


@pytest.fixture(params=CORPUS, ids=range(len(CORPUS)))
def poison(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text


@pytest.fixture
def victim(ledger: Ledger, poison: str) -> Brand:
    """A brand in which everything that anybody can write is poison."""
    with ledger.begin() as conn:
        brand = insert_brand(
            conn, brand_id=TENANT, tenant_id=TENANT, name=poison, slug="x", website_url=poison, now=NOW
        )
        answers = {
            "tier0.what_we_do": poison,
            "tier0.taboos": [poison],
            "tier0.cta_posture": poison,
            "tier1.priority_platforms": [poison],
            "tier2.proof_claims": [{"claim": poison, "support": poison}],
            "tier2.platform_rules.instagram": {"cadence_per_week": poison, "forbidden_patterns": [poison]},
            poison: poison,
        }
        upsert_onboarding(conn, brand_id=brand.id, tier=0, answers_json=answers, now=NOW)
        overrides = {"voice.do": [poison], "voice.cta_policy": poison, "custom.slogan": poison}
        upsert_overrides(
            conn, brand_id=brand.id, overrides_json=overrides, pinned_paths=[], pinned_values_json={}, now=NOW
        )
        source = add_source(conn, brand, poison)
        conn.execute(update(source_connection).where(source_connection.c.id == source.id).values(identifier=poison))
        check = {"id": "x", "status": "WARN", "severity": "warning", "message": poison, "paths": []}
        outcome = {"source": "instagram.posts", "identifier": poison, "reason": poison, "error": poison}
        publish(conn, brand, PROFILE)
        publish(
            conn,
            brand,
            poisoned_profile(poison),
            now=later(60),
            outcomes=[outcome],
            qa_report={"status": "WARN", "checks": [check]},
        )
        run = add_compile(conn, brand)
        claim(conn, run, token := run.id)
        COMPILES.finish_failed(conn, work_id=run.id, lease_token=token, now=NOW, error=poison)
    return brand


def pages_of(site: Site, brand: Brand) -> dict[str, tuple[Document, dict[str, str]]]:
    """Every page of a brand, and the pages that it leads to."""
    found: dict[str, tuple[Document, dict[str, str]]] = {}
    pending = ["/brands", f"/brands/{brand.id}"]
    while pending:
        address = pending.pop()
        answer = site.client.get(address)
        assert answer.status_code == 200, address
        page = read_html(answer.text)
        found[address] = page, dict(answer.headers)
        for link in page.links():
            own = link.partition("#")[0]
            if own.startswith("/brands/") and own not in found and own not in pending:
                pending.append(own)
    versions = sorted(address for address in found if "/versions/" in address)
    ids = [address.rpartition("/")[2] for address in versions]
    difference = f"/brands/{brand.id}/diff?from={ids[0]}&to={ids[1]}"
    answer = site.client.get(difference)
    found[difference] = read_html(answer.text), dict(answer.headers)
    return found


def test_what_came_from_outside_is_inert_everywhere(site: Site, victim: Brand, poison: str) -> None:
    pages = pages_of(site, victim)
    assert len(pages) >= 12
    words = " ".join(poison.split())
    for address, (page, _) in pages.items():
        assert {element.tag for element in page.elements} <= _ALLOWED_TAGS, address
        for element in page.elements:
            for name, value in element.attributes.items():
                assert not name.startswith("on"), (address, element)
                assert name != "style", (address, element)
                if name in _URL_ATTRIBUTES:
                    assert value.startswith(("/brands", "#", "?", "https://", "http://")), (address, element)
        scripts = page.all("script")
        assert [script.attributes["src"].partition("?")[0] for script in scripts] == ["/brands/static/script.js"]
    profile = pages[f"/brands/{victim.id}"][0]
    assert words in " ".join("".join(profile.texts).split())


def test_page_lets_a_browser_load_its_own_files_only(site: Site, victim: Brand) -> None:
    for address, (page, headers) in pages_of(site, victim).items():
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert "unsafe" not in headers["content-security-policy"]
        loaded = [
            element.attributes.get("href") or element.attributes.get("src", "")
            for element in page.elements
            if element.tag in ("link", "script", "img", "iframe", "video", "audio", "source", "object")
        ]
        assert all(source.startswith("/brands/static/") for source in loaded), address
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/{brand}/answers", "/{brand}/sources", "", "/{brand}/field"])
def test_form_that_is_shown_again_is_inert_too(site: Site, published: Brand, poison: str, path: str) -> None:
    form = {
        "name": poison,
        "website_url": poison,
        "kind": poison,
        "identifier": poison,
        "path": "voice.cta_policy",
        "value": poison,
        "shown": "",
        "seen": "",
        "tier0.who_for": poison,
        "tier1.key_pages": "http://localhost/",
    }
    sent = site.send(path.format(brand=published.id), form)
    page = read_html(sent.text)
    assert {element.tag for element in page.elements} <= _ALLOWED_TAGS
    assert len(page.all("script")) in (0, 1)
    assert not any(name.startswith("on") for element in page.elements for name in element.attributes)


def test_error_page_is_inert_too(site: Site) -> None:
    for poison in CORPUS:
        for query in ({"q": poison}, {"cursor": poison}):
            page = read_html(site.client.get("/brands", params=query).text)
            assert {element.tag for element in page.elements} <= _ALLOWED_TAGS


def test_stylesheet_and_script_ask_for_nothing_else(site: Site) -> None:
    for name in ("style.css", "script.js"):
        text = site.client.get(f"/brands/static/{name}").text
        assert "://" not in text
        assert "@import" not in text
        assert "url(" not in text


def test_static_file_is_kept_by_browsers_until_it_changes(site: Site) -> None:
    address = site.page("").all("link", rel="stylesheet")[0].attributes["href"]
    first = site.client.get(address)
    assert "immutable" in first.headers["cache-control"]
    assert site.client.get(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert "immutable" not in site.client.get(address.partition("?")[0]).headers["cache-control"]
    assert first.headers["content-type"].startswith("text/css")


def test_page_weighs_little(site: Site, published: Brand) -> None:
    weight = sum(len(site.client.get(f"/brands/static/{name}").content) for name in ("style.css", "script.js"))
    assert weight + len(site.client.get(f"/brands/{published.id}").content) <= 100_000
