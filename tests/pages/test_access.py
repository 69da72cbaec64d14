"""Who may see and use the pages: the same brands as with the same token at the API, by a cookie of the pages' own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from brandbrain_dagster.stores.ledger.api_tokens import revoke_api_token
from brandbrain_dagster.stores.ledger.brands import Brand, list_brands
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.profile_api import row_counts
from tests.api.tenants import OTHER_TENANT, add_token
from tests.pages.published import PROFILE, publish
from tests.pages.served_site import Site, running_site
from tests.stores.ledger_rows import NOW, add_brand, add_source, later

TOKEN = "first-token/+="


@pytest.fixture
def guarded(ledger_url: str, tmp_path: Path) -> Iterator[Site]:
    """A site with a token in its settings."""
    with running_site(ledger_url, home=tmp_path, api_tokens=TOKEN) as running:
        yield running


def sign_in(site: Site, token: str, target: str = "/brands") -> httpx.Response:
    return site.send("/sign-in", {"token": token, "target": target})


@pytest.mark.parametrize("path", ["", "/new", "/{brand}", "/{brand}/today", "/{brand}/sources", "/nothing"])
def test_page_is_the_sign_in_form_until_somebody_signs_in(guarded: Site, published: Brand, path: str) -> None:
    address = path.format(brand=published.id)
    page = guarded.page(address, status=401)
    assert published.name not in page.text
    assert page.all("input", name="target", value=f"/brands{address}")
    sent = sign_in(guarded, TOKEN, target=f"/brands{address}")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/brands{address}")
    if path != "/nothing":
        guarded.page(address)


def test_cookie_is_out_of_reach_of_scripts_other_sites_and_the_api(guarded: Site) -> None:
    cookie = sign_in(guarded, TOKEN).headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/brands"):
        assert part.lower() in cookie.lower()
    value = cookie.partition(";")[0]
    assert guarded.client.get("/api/brands", headers={"Cookie": value}).status_code == 401
    assert guarded.client.get("/metrics", headers={"Cookie": value, "Authorization": "Bearer x"}).status_code == 401


def test_bearer_header_does_not_open_the_pages(guarded: Site) -> None:
    assert guarded.client.get("/brands", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 401


@pytest.mark.parametrize("token", ["", "wrong", "first-token", "é", "\U0001f9f6"])
def test_token_that_is_not_in_force_is_refused_and_not_repeated(guarded: Site, token: str) -> None:
    sent = sign_in(guarded, token)
    assert sent.status_code == 422
    assert "set-cookie" not in sent.headers
    assert not token or f'value="{token}"' not in sent.text


@pytest.mark.parametrize("value", ["", "%%%", "wrong", "Zmlyc3Q", "é"])
def test_cookie_that_is_none_of_ours_is_no_error(guarded: Site, value: str) -> None:
    cookie = f"brandbrain_pages={value}".encode()
    assert guarded.client.get("/brands", headers={b"Cookie": cookie}).status_code == 401


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/brands\\@evil", "/api/brands", "/brandsx"]
)
def test_nobody_is_led_away_after_signing_in(guarded: Site, target: str) -> None:
    assert sign_in(guarded, TOKEN, target=target).headers["location"] == "/brands"


def test_signing_out_forgets_the_token(guarded: Site) -> None:
    sign_in(guarded, TOKEN)
    assert guarded.page("").all("form", action="/brands/sign-out")
    assert guarded.send("/sign-out").headers["location"] == "/brands/sign-in"
    guarded.page("", status=401)


def test_token_sees_the_brands_of_its_tenant_only(site: Site, ledger: Ledger, brand: Brand) -> None:
    secret, _ = add_token(ledger, token="of-the-other")
    with ledger.begin() as conn:
        foreign = add_brand(conn, "foreign", tenant_id=OTHER_TENANT)
        snapshot = publish(conn, foreign, PROFILE)
        source = add_source(conn, foreign)
    sign_in(site, secret["Authorization"].partition(" ")[2])
    listed = site.page("")
    assert str(brand.id) in " ".join(listed.links())
    assert str(foreign.id) not in " ".join(listed.links())
    absent = "00000000-0000-0000-0000-000000000000"
    for part in (
        "",
        "/today",
        "/platforms",
        "/evidence",
        "/sources",
        "/answers",
        "/history",
        "/costs",
        f"/versions/{snapshot.id}",
        f"/compiles/{snapshot.compile_run_id}",
        f"/compiles/{snapshot.compile_run_id}/events",
        "/field?path=voice.do",
    ):
        there, nowhere = (site.client.get(f"/brands/{brand_id}{part}") for brand_id in (foreign.id, absent))
        assert there.status_code == nowhere.status_code == 404
        assert there.text == nowhere.text
    before = row_counts(ledger)
    for part in (
        "/compiles",
        "/sources",
        f"/sources/{source.id}",
        "/answers",
        "/field",
        "/today/regenerate",
        f"/compiles/{snapshot.compile_run_id}/cancel",
    ):
        assert site.send(f"/{foreign.id}{part}", {"action": "remove", "path": "voice.do"}).status_code == 404, part
    assert site.send(f"/{brand.id}/sources/{source.id}", {"action": "remove"}).status_code == 404
    assert row_counts(ledger) == before


def test_token_of_one_brand_sees_that_brand_only(site: Site, ledger: Ledger, brand: Brand) -> None:
    secret, _ = add_token(ledger, brand_id=brand.id)
    with ledger.begin() as conn:
        sibling = add_brand(conn, "sibling")
    sign_in(site, secret["Authorization"].partition(" ")[2])
    page = site.page("")
    assert str(sibling.id) not in " ".join(page.links())
    assert "/brands/new" not in page.links()
    assert site.client.get(f"/brands/{sibling.id}").status_code == 404
    assert site.send("", {"name": "Another"}).status_code == 403


def test_token_for_reading_reads_and_is_offered_no_form(site: Site, ledger: Ledger, published: Brand) -> None:
    secret, _ = add_token(ledger, is_read_only=True)
    sign_in(site, secret["Authorization"].partition(" ")[2])
    for part in ("", "/today", "/platforms", "/evidence", "/sources", "/history", "/costs"):
        page = site.page(f"/{published.id}{part}")
        posts = [form.attributes["action"] for form in page.all("form", method="post")]
        assert posts == ["/brands/sign-out"], part
        assert not [link for link in page.links() if "/field?" in link]
    before = row_counts(ledger)
    for part in ("/compiles", "/sources", "/answers", "/field", "/today/regenerate"):
        assert site.send(f"/{published.id}{part}", {"path": "voice.do"}).status_code == 403
    assert site.send("", {"name": "Another"}).status_code == 403
    assert row_counts(ledger) == before
    assert site.send("/sign-out").status_code == 303


def test_revoked_token_is_shown_the_form_again(site: Site, ledger: Ledger) -> None:
    secret, token = add_token(ledger)
    sign_in(site, secret["Authorization"].partition(" ")[2])
    site.page("")
    with ledger.begin() as conn:
        revoke_api_token(conn, token_id=token.id, now=NOW)
    site.clock.now = later(5)
    site.page("", status=401)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "{own}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:3000"},
    ],
)
def test_form_of_another_site_changes_nothing(site: Site, ledger: Ledger, headers: dict[str, str]) -> None:
    sent = {name: value.format(own=site.origin) for name, value in headers.items()}
    assert site.client.post("/brands", data={"name": "Acme"}, headers=sent).status_code == 403
    assert site.client.post("/brands/sign-in", data={"token": "x"}, headers=sent).status_code == 403
    with ledger.read() as conn:
        assert list_brands(conn) == []


@pytest.mark.parametrize("headers", [{"Origin": "{own}"}, {"Sec-Fetch-Site": "same-origin"}])
def test_own_form_is_taken(site: Site, headers: dict[str, str]) -> None:
    sent = {name: value.format(own=site.origin) for name, value in headers.items()}
    assert site.client.post("/brands", data={"name": "Acme"}, headers=sent).status_code == 303


def test_pages_are_not_for_the_scripts_of_other_origins(site: Site) -> None:
    answer = site.client.get("/brands", headers={"Origin": "http://localhost:3000"})
    assert "access-control-allow-origin" not in answer.headers


def test_token_is_not_in_the_log(capfdbinary: Any, ledger_url: str, tmp_path: Path) -> None:
    with running_site(ledger_url, home=tmp_path, api_tokens=TOKEN) as site:
        sign_in(site, TOKEN)
        site.page("")
    written = capfdbinary.readouterr().err.decode()
    assert '"route":"/brands"' in written
    assert "first-token" not in written
