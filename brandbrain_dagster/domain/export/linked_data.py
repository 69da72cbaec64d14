"""A brand as JSON-LD in the words of schema.org, for its own web pages.

Such data is public, so it says what a brand says of itself: no constraints, no voice, no platform habits, and nothing
that is less than fairly sure.
"""

from collections.abc import Mapping
from typing import Any

from brandbrain_dagster.domain.evidence.web_address import split_http_url
from brandbrain_dagster.domain.export.profile_fields import Node, is_unsure, texts_of

_SOCIAL = frozenset({"instagram", "linkedin", "tiktok", "youtube"})


def linked_data(brand_name: str, website_url: str | None, snapshot_json: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the brand as a schema.org Organization that has a Brand and offers a service to an audience."""
    positioning = snapshot_json["positioning"]
    what = " ".join(_sure(positioning["what_we_do"]))
    audience = " ".join(_sure(positioning["who_for"]))
    address = website_url if website_url and split_http_url(website_url) else None
    brand = {"@type": "Brand", "name": brand_name, "description": what, "url": address}
    service = {"@type": "Service", "description": what, "audience": _audience(audience)}
    organization = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": brand_name,
        "url": address,
        "description": what,
        "brand": _told(brand),
        "knowsAbout": [name for pillar in snapshot_json["pillars"] for name in _sure(pillar["name"])],
        "makesOffer": {"@type": "Offer", "itemOffered": _told(service)} if what else None,
        "disambiguatingDescription": " ".join(_sure(positioning["differentiators"])),
        "subjectOf": [_posting(ref) for ref in snapshot_json["examples"]["canonical_evidence"] if _is_shown(ref)],
    }
    return _told(organization)


def _audience(described: str) -> dict[str, str] | None:
    return {"@type": "Audience", "audienceType": described} if described else None


def _sure(node: Node) -> list[str]:
    return [] if node["confidence"] is None or is_unsure(node) else texts_of(node)


def _is_shown(ref: Mapping[str, Any]) -> bool:
    return split_http_url(ref["url"]) is not None


def _posting(ref: Mapping[str, Any]) -> dict[str, Any]:
    kind = "SocialMediaPosting" if ref["platform"] in _SOCIAL else "WebPage"
    text = "articleBody" if kind == "SocialMediaPosting" else "abstract"
    return _told({"@type": kind, "url": ref["url"], "datePublished": ref["published_at"], text: ref["excerpt"]})


def _told(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Leaves out what nothing is known of."""
    return {name: value for name, value in properties.items() if value not in (None, "", [])}
