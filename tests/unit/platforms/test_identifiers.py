"""Identifiers: what is accepted, in which form it is stored, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.platforms.registry import CAPABILITIES, capability_by_name
from brandbrain_dagster.errors import InvalidIdentifierError

NAMES = [capability.dotted_name for capability in CAPABILITIES]
URLS = {
    "instagram": "https://www.instagram.com/nova",
    "tiktok": "https://www.tiktok.com/@nova",
    "youtube": "https://www.youtube.com/@nova",
    "linkedin company": "https://www.linkedin.com/company/nova",
    "linkedin person": "https://www.linkedin.com/in/nova",
}
OWN_URL = {
    "instagram.posts": "instagram",
    "instagram.reels": "instagram",
    "linkedin.company_posts": "linkedin company",
    "linkedin.profile_posts": "linkedin person",
    "tiktok.profile_videos": "tiktok",
    "youtube.channel_videos": "youtube",
}
GOOD = [
    ("instagram.posts", " NatGeo ", "natgeo"),
    ("instagram.posts", "@Nat_Geo.1", "nat_geo.1"),
    ("instagram.reels", "HTTPS://WWW.Instagram.COM/NatGeo/?hl=en#top", "natgeo"),
    ("instagram.reels", "instagram.com/natgeo", "natgeo"),
    ("instagram.posts", "https://www.instagram.com/natgeo/reels/", "natgeo"),
    ("tiktok.profile_videos", "https://www.tiktok.com/@NatGeo?lang=en", "natgeo"),
    ("tiktok.profile_videos", "@NatGeo", "natgeo"),
    ("tiktok.profile_videos", "natgeo", "natgeo"),
    ("linkedin.company_posts", "https://www.linkedin.com/company/Acme-Inc/posts/?feedView=all", "acme-inc"),
    ("linkedin.company_posts", "Acme-Inc", "acme-inc"),
    ("linkedin.company_posts", "https://nl.linkedin.com/company/%C3%89cole/", "école"),
    ("linkedin.company_posts", "%C3%89cole", "école"),
    ("linkedin.profile_posts", "https://uk.linkedin.com/in/Jane-Doe/?x=1#y", "https://www.linkedin.com/in/jane-doe"),
    ("linkedin.profile_posts", "jane-doe", "https://www.linkedin.com/in/jane-doe"),
    (
        "youtube.channel_videos",
        "https://www.youtube.com/channel/UCZ4qs1SgV7wTkM2VjHByuRQ/videos",
        "UCZ4qs1SgV7wTkM2VjHByuRQ",
    ),
    ("youtube.channel_videos", "UCZ4qs1SgV7wTkM2VjHByuRQ", "UCZ4qs1SgV7wTkM2VjHByuRQ"),
    ("youtube.channel_videos", "https://m.youtube.com/@NatGeo/videos", "@natgeo"),
    ("youtube.channel_videos", "@NatGeo", "@natgeo"),
    ("youtube.channel_videos", "https://www.youtube.com/c/NatGeo", "NatGeo"),
    ("youtube.channel_videos", "@हिन्दी", "@हिन्दी"),
    ("youtube.channel_videos", "https://www.youtube.com/@%EB%8B%A5%ED%84%B0", "@닥터"),
    ("web.crawl_pages", "HTTPS://WWW.Example.COM/About/Us/?b=1&a=2#team", "https://www.example.com/About/Us?b=1&a=2"),
    ("web.crawl_pages", "http://example.com/", "http://example.com"),
    ("web.crawl_pages", "https://example.com:8080/a", "https://example.com:8080/a"),
    ("web.crawl_pages", "https://bücher.example", "https://bücher.example"),
    ("web.crawl_pages", "https://example.com/a /", "https://example.com/a"),
    ("web.crawl_pages", "https://example.com/a?b=1 #c", "https://example.com/a?b=1"),
]
BAD = [
    *[
        ("instagram.posts", f"https://www.instagram.com/{kind}/abc/")
        for kind in ("p", "reel", "reels", "stories", "explore", "tv", "P")
    ],
    ("instagram.posts", "https://www.instagram.com/"),
    ("instagram.posts", "instagram.com"),
    ("instagram.posts", "https://notinstagram.com/natgeo"),
    ("instagram.posts", "https://instagram.com.evil.example/natgeo"),
    ("instagram.posts", "nat geo"),
    ("instagram.posts", "a" * 31),
    ("instagram.posts", "https://[instagram.com/natgeo"),
    ("tiktok.profile_videos", "https://www.tiktok.com/@natgeo/video/1"),
    ("tiktok.profile_videos", "https://www.tiktok.com/natgeo"),
    ("tiktok.profile_videos", "https://www.tiktok.com"),
    ("linkedin.company_posts", "https://www.linkedin.com/company/"),
    ("linkedin.company_posts", "https://www.linkedin.com/in/jane-doe"),
    ("linkedin.company_posts", "https://www.linkedin.com/school/acme"),
    ("linkedin.company_posts", "acme%2Fevil"),
    ("linkedin.profile_posts", "https://www.linkedin.com/company/acme"),
    ("linkedin.profile_posts", "https://www.linkedin.com/in/a%2561"),
    ("youtube.channel_videos", "https://www.youtube.com/watch?v=8eEOaCCxGwo"),
    ("youtube.channel_videos", "https://www.youtube.com/channel/acme"),
    ("youtube.channel_videos", "https://www.youtube.com/"),
    ("youtube.channel_videos", "https://youtu.be/8eEOaCCxGwo"),
    ("web.crawl_pages", "example.com"),
    ("web.crawl_pages", "/about"),
    ("web.crawl_pages", "ftp://example.com"),
    ("web.crawl_pages", "javascript:alert(1)"),
    ("web.crawl_pages", "https:///about"),
    ("web.crawl_pages", "https://user:secret@example.com"),
    ("web.crawl_pages", "https://user@example.com"),
    ("web.crawl_pages", "https://@example.com"),
    ("web.crawl_pages", "https://example.com:99999"),
    ("web.crawl_pages", "https://ex ample.com"),
]
PRIVATE_HOSTS = [
    "localhost",
    "LOCALHOST",
    "x.localhost",
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "10.0.0.8",
    "8.8.8.8",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[2001:db8::1]",
    "１２７.0.0.1",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "printer",
    "db.internal",
    "metadata.google.internal",
    "nas.local",
    "router.lan",
    "box.home.arpa",
    "wiki.corp",
    "a..example.com",
    "-a.example.com",
]


@pytest.mark.parametrize(("name", "given_text", "stored"), GOOD)
def test_an_identifier_is_stored_in_its_one_form(name: str, given_text: str, stored: str) -> None:
    normalize = capability_by_name(name).normalize_identifier
    assert normalize(given_text) == stored
    assert normalize(stored) == stored


@pytest.mark.parametrize(("name", "text"), BAD)
def test_what_names_no_profile_of_the_platform_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidIdentifierError):
        capability_by_name(name).normalize_identifier(text)


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
def test_a_site_on_no_public_host_is_refused(host: str) -> None:
    with pytest.raises(InvalidIdentifierError):
        capability_by_name("web.crawl_pages").normalize_identifier(f"http://{host}/about")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["", "  ", "a\x00b", "a\nb", "a\x7fb", "a\u2028b", "a\x85b", "a" * 501])
def test_empty_overlong_and_control_characters_are_refused_everywhere(name: str, text: str) -> None:
    with pytest.raises(InvalidIdentifierError):
        capability_by_name(name).normalize_identifier(
            f"https://a.example/{text}" if "web" in name and text.strip() else text
        )


@pytest.mark.parametrize(
    ("name", "url"),
    [(name, url) for name, own in OWN_URL.items() for platform, url in URLS.items() if platform != own],
)
def test_an_address_of_another_platform_is_refused_with_an_example(name: str, url: str) -> None:
    with pytest.raises(InvalidIdentifierError, match="such as"):
        capability_by_name(name).normalize_identifier(url)


TEXTS = st.one_of(
    st.text(max_size=40),
    st.from_regex(r"(https?://)?(www\.)?(instagram|tiktok|linkedin|youtube)\.com/(@|in/|company/|c/|channel/)?.{0,20}"),
    st.from_regex(r"https?://[A-Za-z0-9.@:\[\]-]{1,15}[a-z]\.com(/|\?|#| |\w|%20|\u3000){0,12}"),
)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=120)
@given(text=TEXTS)
def test_a_stored_identifier_is_its_own_form_and_anything_else_a_clear_error(name: str, text: str) -> None:
    normalize = capability_by_name(name).normalize_identifier
    try:
        stored = normalize(text)
    except InvalidIdentifierError:
        return
    assert normalize(stored) == stored
    assert normalize(f"  {text}\t") == stored
