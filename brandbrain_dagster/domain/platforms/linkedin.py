"""LinkedIn: company pages by ``apimaestro~linkedin-company-posts``, people by ``apimaestro~linkedin-profile-posts``."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.evidence.text import clean_optional, clean_text, hashtags_in
from brandbrain_dagster.domain.evidence.values import count, parse_time
from brandbrain_dagster.domain.evidence.web_address import canonical_url
from brandbrain_dagster.domain.platforms.capability import ActorRow, Capability, RowMapping, Sighting
from brandbrain_dagster.domain.platforms.identifiers import matching, path_segments, trimmed, url_on
from brandbrain_dagster.domain.platforms.languages import language_code
from brandbrain_dagster.errors import InvalidIdentifierError

_COMPANY_EXAMPLE = "'acme' or 'https://www.linkedin.com/company/acme'"
_PERSON_EXAMPLE = "'https://www.linkedin.com/in/jane-doe'"
_NAME = r"[\w.&'’-]{1,200}"
_URN_ID = re.compile(r"(?:urn:li:activity:)?(\d{6,20})")
_WEIGHTS = {"reactions": 1.0, "comments": 3.0, "reposts": 2.0}
_SUBSTITUTES = {"reactions": "likes"}
"""Likes are among the reactions, so they count only where the total is absent."""
_FORMATS = {"images": "carousel", "image": "image", "video": "video", "document": "document", "article": "article"}

_TIMESTAMP_BITS = 22
"""An activity id holds the time in ms above its lowest 22 bits (true of every row seen)."""


class PostedAt(msgspec.Struct):
    """When a post was made. ``date`` is some scraper's local time without a zone, so it is not read."""

    timestamp: str | float | None = None


class Author(msgspec.Struct):
    """Who made a post: a company or a person."""

    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    company_url: str | None = None
    profile_url: str | None = None

    @property
    def full_name(self) -> str | None:
        """The company's name, or the person's first and last name."""
        return self.name or " ".join(part for part in (self.first_name, self.last_name) if part) or None


class Stats(msgspec.Struct):
    """Counts; a kind that is zero is absent."""

    total_reactions: int | None = None
    like: int | None = None
    likes: int | None = None
    total_comments: int | None = None
    comments: int | None = None
    reposts: int | None = None


class MediaPart(msgspec.Struct):
    """One picture, video or link of a post."""

    type: str | None = None


class Media(msgspec.Struct):
    """What a post shows; often an empty object."""

    type: str | None = None
    url: str | None = None
    items: list[MediaPart | None] | None = None
    images: list[MediaPart | None] | None = None

    @property
    def kind(self) -> str | None:
        """The media type, or that of the first part."""
        first = next((part for part in self.items or [] if part), None)
        return self.type or (first.type if first else None)

    @property
    def is_present(self) -> bool:
        """True when there is anything to see."""
        return bool(self.type or self.url or self.items or self.images)


class Urns(msgspec.Struct):
    """The ids of a person's post."""

    activity_urn: str | None = None


class ResharedPost(msgspec.Struct):
    """The post that a quote quotes."""

    text: str | None = None
    url: str | None = None
    author: Author | None = None


class LinkedInRow(ActorRow):
    """The used part of a post row, of companies and people."""

    activity_urn: str | None = None
    urn: Urns | None = None
    full_urn: str | None = None
    post_url: str | None = None
    url: str | None = None
    text: str | None = None
    posted_at: PostedAt | None = None
    language: str | None = msgspec.field(default=None, name="post_language_code")
    post_type: str | None = None
    author: Author | None = None
    stats: Stats | None = None
    media: Media | None = None
    reshared_post: ResharedPost | None = None


def normalize_company_identifier(text: str) -> str:
    """Returns the company's slug (lower case) of a slug or company URL.

    Raises:
        InvalidIdentifierError: it names something else than a company, another site, or no possible slug.
    """
    identifier = trimmed(text, example=_COMPANY_EXAMPLE)
    return _named(identifier, "company", example=_COMPANY_EXAMPLE, subject="a LinkedIn company")


def normalize_person_identifier(text: str) -> str:
    """Returns the canonical ``https://www.linkedin.com/in/NAME`` URL of a person.

    Raises:
        InvalidIdentifierError: it names something else than a person, another site, or no possible name.
    """
    identifier = trimmed(text, example=_PERSON_EXAMPLE)
    name = _named(identifier, "in", example=_PERSON_EXAMPLE, subject="a LinkedIn profile")
    return f"https://www.linkedin.com/in/{name}"


def _named(identifier: str, kind: str, *, example: str, subject: str) -> str:
    parts = url_on(identifier, domain="linkedin.com", example=example)
    segments = path_segments(parts) if parts else [kind, unquote(identifier)]
    if len(segments) < 2 or segments[0].lower() != kind:
        raise InvalidIdentifierError(f"'{identifier}' is not {subject}; give one such as {example}.")
    return matching(segments[1].lower(), _NAME, example=example, subject=subject)


def _company_input(slug: str, cap: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {"sort": "recent", "limit": cap, "company_name": slug}


def _person_input(url: str, cap: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {"sort": "recent", "limit": cap, "profile_url": url}


def _external_id(activity_urn: str | None, full_urn: str | None) -> str | None:
    for urn in (activity_urn, full_urn):
        match = _URN_ID.fullmatch(urn.strip()) if urn else None
        if match:
            return match.group(1)
    return activity_urn or full_urn or None


def _published_at(row: LinkedInRow, external_id: str) -> datetime | None:
    made_at = int(external_id) >> _TIMESTAMP_BITS if external_id.isdecimal() else None
    return (parse_time(row.posted_at.timestamp) if row.posted_at else None) or parse_time(made_at)


def _quoted(post: ResharedPost | None) -> dict[str, Any] | None:
    if post is None:
        return None
    return {"text": clean_text(post.text or ""), "url": post.url, "author_name": (post.author or Author()).full_name}


def _read(
    row: LinkedInRow, *, urn: str | None, url: str | None, author_ref: str | None, is_own: bool | None
) -> Sighting | None:
    external_id = _external_id(urn, row.full_urn)
    address = canonical_url(url, keep_query=False)
    if external_id is None or address is None:
        return None
    text = clean_text(row.text or "")
    stats = row.stats or Stats()
    media = row.media or Media()
    details: dict[str, Any] = {
        "has_media": media.is_present,
        "media_type": media.kind,
        "author_name": row.author.full_name if row.author else None,
    }
    quoted = _quoted(row.reshared_post)
    if quoted:
        details["quoted_post"] = quoted
    return Sighting(
        external_id=external_id,
        canonical_url=address,
        published_at=_published_at(row, external_id),
        author_ref=author_ref,
        text_primary=text,
        hashtags=hashtags_in(text),
        metrics=Metrics(
            reactions=count(stats.total_reactions),
            likes=count(stats.likes if stats.likes is not None else stats.like),
            comments=count(stats.total_comments if stats.total_comments is not None else stats.comments),
            reposts=count(stats.reposts),
        ),
        media=details,
        flags=Flags(
            has_transcript=False,
            is_low_value=clean_optional(text) is None,
            is_own_account=is_own,
            is_repost=row.post_type == "repost",
        ),
        language=language_code(row.language),
    )


def _read_company_post(row: LinkedInRow, slug: str | None) -> Sighting | None:
    company = row.author.company_url if row.author else None
    is_own = f"/company/{slug}/" in f"{unquote(company).lower()}/" if slug and company else None
    return _read(row, urn=row.activity_urn, url=row.post_url, author_ref=company, is_own=is_own)


def _read_profile_post(row: LinkedInRow, profile_url: str | None) -> Sighting | None:
    author = row.author or Author()
    urn = row.urn.activity_urn if row.urn else row.activity_urn
    own_name = profile_url.rsplit("/", 1)[-1] if profile_url else None
    is_own = author.username.lower() == own_name if own_name and author.username else None
    return _read(row, urn=urn, url=row.url, author_ref=author.profile_url, is_own=is_own)


def _unwrap(row: Mapping[str, Any]) -> list[Any] | None:
    """Older responses hold all posts in one row ``{success, message, data: {posts: […]}}``."""
    wrapped = row.get("data")
    posts = wrapped.get("posts") if isinstance(wrapped, dict) else None
    return posts if isinstance(posts, list) else None


def _format(item: EvidenceItem) -> str:
    kind = str(item.media.get("media_type") or "")
    return _FORMATS.get(kind, "image" if item.media.get("has_media") else "text_only")


_NESTED = frozenset({"posted_at", "author", "stats", "media", "urn", "reshared_post"})

COMPANY_POSTS = Capability(
    platform="linkedin",
    name="company_posts",
    content_type="text_post",
    actor_id="apimaestro~linkedin-company-posts",
    cap_setting="BRANDBRAIN_CAP_LI",
    cap_default=6,
    metrics=("reactions", "likes", "comments", "reposts"),
    engagement_weights=_WEIGHTS,
    engagement_substitutes=_SUBSTITUTES,
    evidence_ceiling=0.6,
    normalize_identifier=normalize_company_identifier,
    build_input=_company_input,
    rows=RowMapping(
        row_type=LinkedInRow,
        read=_read_company_post,
        nested_fields=_NESTED,
        id_fields=("activity_urn", "full_urn"),
        address_fields=("post_url",),
        usual_fields=("author", "posted_at", "stats", "media"),
        unwrap=_unwrap,
    ),
    content_format=_format,
)

PROFILE_POSTS = Capability(
    platform="linkedin",
    name="profile_posts",
    content_type="profile_post",
    actor_id="apimaestro~linkedin-profile-posts",
    cap_setting="BRANDBRAIN_CAP_LI",
    cap_default=6,
    enabling_setting="BRANDBRAIN_ENABLE_LINKEDIN_PROFILE_POSTS",
    metrics=("reactions", "likes", "comments", "reposts"),
    engagement_weights=_WEIGHTS,
    engagement_substitutes=_SUBSTITUTES,
    evidence_ceiling=0.6,
    normalize_identifier=normalize_person_identifier,
    build_input=_person_input,
    rows=RowMapping(
        row_type=LinkedInRow,
        read=_read_profile_post,
        nested_fields=_NESTED,
        id_fields=("urn", "full_urn"),
        address_fields=("url",),
        usual_fields=("author", "posted_at", "stats"),
        unwrap=_unwrap,
    ),
    content_format=_format,
)
