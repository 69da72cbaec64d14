"""What all platforms' identifier rules share; each platform's own rule is in its module."""

from urllib.parse import SplitResult, unquote

import regex

from brandbrain_dagster.domain.evidence.web_address import split_http_url
from brandbrain_dagster.errors import InvalidIdentifierError

MAX_IDENTIFIER_LENGTH = 500
_CONTROL = regex.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def trimmed(text: str, *, example: str) -> str:
    """Returns the identifier without surrounding blanks.

    Raises:
        InvalidIdentifierError: it is empty, over 500 characters, or holds control characters.
    """
    identifier = text.strip()
    if not identifier:
        raise InvalidIdentifierError(f"The identifier is empty; give one such as {example}.")
    if len(identifier) > MAX_IDENTIFIER_LENGTH:
        raise InvalidIdentifierError(
            f"The identifier has {len(identifier)} characters, over the {MAX_IDENTIFIER_LENGTH} allowed; "
            f"give one such as {example}."
        )
    if _CONTROL.search(identifier):
        raise InvalidIdentifierError(f"The identifier holds control characters; give one such as {example}.")
    return identifier


def url_on(identifier: str, *, domain: str, example: str) -> SplitResult | None:
    """Returns the URL's parts when the identifier is a URL (a scheme may be missing) on the platform's domain.

    Returns None when it is no URL at all.

    Raises:
        InvalidIdentifierError: it is a URL of another site.
    """
    text = identifier if "://" in identifier else f"https://{identifier}"
    parts = split_http_url(text) if "/" in identifier or identifier.lower().endswith(domain) else None
    if parts is None and "://" not in identifier:
        return None
    host = (parts.hostname or "") if parts else ""
    if parts is None or not (host == domain or host.endswith(f".{domain}")):
        raise InvalidIdentifierError(f"'{identifier}' is not an address on {domain}; give one such as {example}.")
    return parts


def path_segments(parts: SplitResult) -> list[str]:
    """Returns the decoded, non-empty segments of a URL's path."""
    return [unquote(segment) for segment in parts.path.split("/") if segment]


def matching(identifier: str, pattern: str, *, example: str, subject: str) -> str:
    """Returns the identifier when it matches the pattern as a whole.

    Raises:
        InvalidIdentifierError: it does not.
    """
    if not regex.fullmatch(pattern, identifier):
        raise InvalidIdentifierError(f"'{identifier}' is not {subject}; give one such as {example}.")
    return identifier
