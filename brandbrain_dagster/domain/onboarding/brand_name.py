"""A brand's name as part of an address."""

import re

from brandbrain_dagster.errors import InvalidBrandNameError

_SEPARATORS = re.compile(r"[^\w]+|_+")
_SLUG = re.compile(r"[\w-]{1,80}")


def slug_of(name: str) -> str:
    """Returns the slug of a brand name: its letters and digits in lower case, joined by hyphens.

    Raises:
        InvalidBrandNameError: the name is blank or has neither letters nor digits.
    """
    slug = _SEPARATORS.sub("-", name.strip().casefold()).strip("-")[:80]
    if not slug:
        raise InvalidBrandNameError(f"'{name}' cannot be a brand's name; give one with letters or digits.")
    return slug


def checked_slug(slug: str) -> str:
    """Returns a slug that was given.

    Raises:
        InvalidBrandNameError: it holds anything else than letters, digits and hyphens, or is too long.
    """
    if not _SLUG.fullmatch(slug):
        raise InvalidBrandNameError(f"'{slug}' cannot be a slug; use 1 to 80 letters, digits and hyphens.")
    return slug
