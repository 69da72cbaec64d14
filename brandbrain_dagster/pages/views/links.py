"""Addresses that came from outside: only what is an absolute http(s) URL becomes a link."""

from brandbrain_dagster.domain.evidence.web_address import split_http_url


def outside_link(address: object) -> str | None:
    """Returns an address that a page may link to, or None: then it is text at most."""
    if not isinstance(address, str) or any(letter <= " " for letter in address):
        return None
    return address if split_http_url(address) is not None else None
