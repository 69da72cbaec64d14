"""Canonical web addresses and public hosts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.web_address import canonical_url, is_on, is_public_host


@pytest.mark.parametrize(
    ("text", "with_query", "without_query"),
    [
        ("HTTPS://Example.COM/A/?b=C#d", "https://example.com/A?b=C", "https://example.com/A"),
        (" http://example.com// ", "http://example.com", "http://example.com"),
        ("https://example.com/a /", "https://example.com/a", "https://example.com/a"),
        ("https://example.com?", "https://example.com", "https://example.com"),
    ],
)
def test_an_address_has_one_form(text: str, with_query: str, without_query: str) -> None:
    assert canonical_url(text, keep_query=True) == with_query
    assert canonical_url(text, keep_query=False) == without_query


@pytest.mark.parametrize(
    "text", [None, "", "example.com", "//example.com", "mailto:a@example.com", "https://", "http://["]
)
def test_what_is_no_http_address_has_none(text: str | None) -> None:
    assert canonical_url(text, keep_query=True) is None


@given(text=st.from_regex(r"https?://[A-Za-z.:@]{1,8}\.com[/?#a-zA-Z \u3000%&=]{0,14}", fullmatch=True) | st.text())
def test_a_canonical_address_is_its_own_form(text: str) -> None:
    for keep_query in (True, False):
        address = canonical_url(text, keep_query=keep_query)
        assert address is None or canonical_url(address, keep_query=keep_query) == address


@pytest.mark.parametrize(
    "host", ["example.com", "a.b.example", "bücher.example", "1.example.com", "localhost.example.com"]
)
def test_names_in_the_public_dns_are_public(host: str) -> None:
    assert is_public_host(host)


@pytest.mark.parametrize("host", ["", ".", "com", "1.2.3", "1.2.3.0x4", "::1", "a.local", "a b.com", f"{'a' * 64}.com"])
def test_addresses_and_private_names_are_not_public(host: str) -> None:
    assert not is_public_host(host)


@given(host=st.text())
def test_any_text_is_a_public_host_or_not(host: str) -> None:
    assert is_public_host(host) in (True, False)


def test_an_address_is_on_its_domain_and_the_domains_above() -> None:
    assert is_on("https://www.instagram.com/p/1", "instagram.com")
    assert is_on("https://Instagram.com/p/1", "instagram.com")
    assert not is_on("https://notinstagram.com/p/1", "instagram.com")
    assert not is_on("https://instagram.com.evil.example/p/1", "instagram.com")
    assert not is_on("instagram.com/p/1", "instagram.com")
