"""The web: a site's pages by ``apify~website-content-crawler``."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.evidence.text import clean_optional, clean_text
from brandbrain_dagster.domain.evidence.values import parse_time
from brandbrain_dagster.domain.evidence.web_address import canonical_url, is_public_host, split_http_url
from brandbrain_dagster.domain.platforms.capability import ActorRow, Capability, RowMapping, Sighting
from brandbrain_dagster.domain.platforms.identifiers import trimmed
from brandbrain_dagster.domain.platforms.languages import language_code
from brandbrain_dagster.errors import InvalidIdentifierError

_EXAMPLE = "'https://www.example.com'"
_COLLECTION_TYPES = frozenset({"CollectionPage", "Blog", "ItemList", "SearchResultsPage"})
_LOW_VALUE_BELOW = 200
"""Characters of text under which a page says too little to be evidence (normalization)."""
_EXTRA_START_URLS = 2
"""Key pages crawled beside the site itself, at most (sources)."""


class OpenGraphTag(msgspec.Struct):
    """One og: tag."""

    property: str | None = None
    content: str | None = None


class Metadata(msgspec.Struct):
    """What the page says of itself; ``json_ld`` is whatever the page's author wrote."""

    canonical_url: str | None = msgspec.field(default=None, name="canonicalUrl")
    title: str | None = None
    description: str | None = None
    language: str | None = msgspec.field(default=None, name="languageCode")
    open_graph: list[OpenGraphTag | None] | None = msgspec.field(default=None, name="openGraph")
    json_ld: Any = msgspec.field(default=None, name="jsonLd")


class WebPageRow(ActorRow):
    """The used part of a page row; older crawls return only url and text. Ids betray the rows of other actors."""

    url: str | None = None
    text: str | None = None
    metadata: Metadata | None = None
    id: Any = None
    urn: Any = None
    post_id: Any = msgspec.field(default=None, name="postId")

    @property
    def is_foreign(self) -> bool:
        """True for a post of some other actor, which has url and text too."""
        return any(found is not None for found in (self.id, self.urn, self.post_id))


def normalize_web_identifier(text: str) -> str:
    """Returns the site's canonical address.

    Raises:
        InvalidIdentifierError: it is no absolute http(s) URL, or its host is an IP address or a private name.
    """
    identifier = trimmed(text, example=_EXAMPLE)
    parts = split_http_url(identifier)
    if parts is None:
        raise InvalidIdentifierError(f"'{identifier}' is not an absolute http(s) address; give one such as {_EXAMPLE}.")
    if "@" in parts.netloc or not is_public_host(parts.hostname or ""):
        raise InvalidIdentifierError(f"'{identifier}' is not a public web site; give one such as {_EXAMPLE}.")
    return canonical_url(identifier, keep_query=True) or identifier


def start_urls(site: str, settings: Mapping[str, Any]) -> list[str]:
    """Returns the site and then at most two of ``settings_json.extra_start_urls``, each once."""
    extra = settings.get("extra_start_urls")
    pages = [page for page in extra if isinstance(page, str)] if isinstance(extra, list) else []
    return list(dict.fromkeys([site, *pages[:_EXTRA_START_URLS]]))


def _input(site: str, cap: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    urls = start_urls(site, settings)
    return {
        "startUrls": [{"url": url} for url in urls],
        "maxCrawlDepth": 1,
        "maxCrawlPages": min(cap, len(urls)),
    }


def _json_ld_nodes(json_ld: Any) -> Iterator[dict[str, Any]]:
    """Yields the nodes at the top, in lists and in ``@graph``s; whatever is nested in a node is not the page itself."""
    pending = [json_ld]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(reversed(node))
        elif isinstance(node, dict):
            yield node
            pending.append(node.get("@graph"))


def _types(node: Mapping[str, Any]) -> frozenset[str]:
    kind = node.get("@type")
    names = kind if isinstance(kind, list) else [kind]
    return frozenset(name for name in names if isinstance(name, str))


def _text_of(value: Any) -> str | None:
    """Reads a JSON-LD text, or the ``url`` of an object such as an ImageObject."""
    if isinstance(value, dict):
        value = value.get("url")
    return clean_optional(value) if isinstance(value, str) else None


def _read(row: WebPageRow, site: str | None) -> Sighting | None:
    metadata = row.metadata or Metadata()
    url = canonical_url(metadata.canonical_url, keep_query=True) or canonical_url(row.url, keep_query=True)
    if url is None or (row.metadata is None and (row.text is None or row.is_foreign)):
        return None
    nodes = list(_json_ld_nodes(metadata.json_ld))
    organization = next((node for node in nodes if "Organization" in _types(node)), {})
    published = (parse_time(date) for node in nodes if isinstance(date := node.get("datePublished"), str))
    text = clean_text(row.text or "")
    is_collection = any(_types(node) & _COLLECTION_TYPES for node in nodes)
    host = urlsplit(url).hostname
    return Sighting(
        external_id=None,
        canonical_url=url,
        published_at=next((time for time in published if time), None),
        author_ref=host,
        title=clean_optional(metadata.title),
        text_primary=text,
        text_secondary=clean_optional(metadata.description),
        hashtags=[],
        metrics=Metrics(),
        media={
            "og_image": next(
                (tag.content for tag in metadata.open_graph or [] if tag and tag.property == "og:image"), None
            ),
            "org_name": _text_of(organization.get("name")),
            "org_logo": _text_of(organization.get("logo")),
        },
        flags=Flags(
            has_transcript=False,
            is_low_value=is_collection or len(text) < _LOW_VALUE_BELOW,
            is_own_account=_host(site) == _host(url) if site else None,
            is_collection_page=is_collection,
        ),
        language=language_code(metadata.language),
    )


def _host(url: str) -> str:
    parts = split_http_url(url)
    return (parts.hostname or "").removeprefix("www.") if parts else ""


def _format(item: EvidenceItem) -> str:
    return "web_page"


CRAWL_PAGES = Capability(
    platform="web",
    name="crawl_pages",
    content_type="web_page",
    actor_id="apify~website-content-crawler",
    cap_setting="BRANDBRAIN_CAP_WEB",
    cap_default=3,
    metrics=(),
    engagement_weights={},
    evidence_ceiling=0.5,
    voice_ceiling=0.3,
    normalize_identifier=normalize_web_identifier,
    build_input=_input,
    rows=RowMapping(
        row_type=WebPageRow,
        read=_read,
        nested_fields=frozenset({"metadata", "crawl"}),
        id_fields=("url",),
        address_fields=("url",),
        usual_fields=("metadata",),
    ),
    content_format=_format,
)
