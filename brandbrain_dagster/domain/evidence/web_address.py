"""Web addresses: the canonical form they are stored in, and which of them may be used at all."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

_PRIVATE_SUFFIXES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa")
_PATH_END = re.compile(r"[/\s]+$")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


def split_http_url(text: str) -> SplitResult | None:
    """Returns the parts of an absolute http(s) URL with a host, or None for anything else."""
    try:
        parts = urlsplit(text.strip())
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return None
    return parts


def canonical_url(text: str | None, *, keep_query: bool) -> str | None:
    """Returns the URL with lower-case scheme and host, no trailing slash, no fragment; None if it is no http(s) URL."""
    parts = split_http_url(text) if text else None
    if parts is None:
        return None
    query = parts.query.rstrip() if keep_query else ""
    path = _PATH_END.sub("", parts.path)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path, query, "")).strip()


def is_on(url: str, domain: str) -> bool:
    """Says whether a text is an absolute http(s) URL on a domain or one of its subdomains."""
    parts = split_http_url(url)
    return parts is not None and f".{parts.hostname}".endswith(f".{domain}")


def is_public_host(host: str) -> bool:
    """Says whether a host is a public DNS name: no IP literal in any notation, no ``localhost``, no private suffix."""
    try:
        name = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return False
    labels = name.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    if any(name == suffix or name.endswith(f".{suffix}") for suffix in _PRIVATE_SUFFIXES):
        return False
    return not _is_ip_literal(name, labels[-1])


def _is_ip_literal(name: str, last_label: str) -> bool:
    if last_label.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last_label):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
