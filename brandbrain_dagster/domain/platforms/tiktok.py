"""TikTok: a profile's videos by ``clockworks~tiktok-scraper``."""

from collections.abc import Mapping
from typing import Any

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.evidence.text import clean_hashtags, clean_text
from brandbrain_dagster.domain.evidence.values import amount, count, parse_time
from brandbrain_dagster.domain.evidence.web_address import split_http_url
from brandbrain_dagster.domain.platforms.capability import ActorRow, Capability, NotAnItem, RowMapping, Sighting
from brandbrain_dagster.domain.platforms.identifiers import matching, path_segments, trimmed, url_on
from brandbrain_dagster.domain.platforms.languages import language_code
from brandbrain_dagster.errors import InvalidIdentifierError

_EXAMPLE = "'natgeo' or 'https://www.tiktok.com/@natgeo'"


class AuthorMeta(msgspec.Struct):
    """The author of a video."""

    name: str | None = None
    fans: int | None = None


class VideoMeta(msgspec.Struct):
    """The video file; a slideshow has zeros."""

    duration: float | None = None
    width: float | None = None
    height: float | None = None
    cover_url: str | None = msgspec.field(default=None, name="coverUrl")


class Hashtag(msgspec.Struct):
    """One hashtag; the name may be empty."""

    name: str | None = None


class TikTokRow(ActorRow):
    """The used part of a video row; ``connectionType`` marks a follower row."""

    id: str | None = None
    url: str | None = msgspec.field(default=None, name="webVideoUrl")
    create_time_iso: str | None = msgspec.field(default=None, name="createTimeISO")
    create_time: str | float | None = msgspec.field(default=None, name="createTime")
    text: str | None = None
    text_language: str | None = msgspec.field(default=None, name="textLanguage")
    author: AuthorMeta | None = msgspec.field(default=None, name="authorMeta")
    video: VideoMeta | None = msgspec.field(default=None, name="videoMeta")
    hashtags: list[Hashtag | None] | None = None
    plays: int | None = msgspec.field(default=None, name="playCount")
    likes: int | None = msgspec.field(default=None, name="diggCount")
    comments: int | None = msgspec.field(default=None, name="commentCount")
    shares: int | None = msgspec.field(default=None, name="shareCount")
    saves: int | None = msgspec.field(default=None, name="collectCount")
    is_sponsored: bool | None = msgspec.field(default=None, name="isSponsored")
    is_ad: bool | None = msgspec.field(default=None, name="isAd")
    is_slideshow: bool | None = msgspec.field(default=None, name="isSlideshow")
    connection_type: str | None = msgspec.field(default=None, name="connectionType")


def normalize_tiktok_identifier(text: str) -> str:
    """Returns the account name (lower case, no @) of a name or profile URL.

    Raises:
        InvalidIdentifierError: it names a video, another site, or no possible account.
    """
    identifier = trimmed(text, example=_EXAMPLE)
    parts = url_on(identifier, domain="tiktok.com", example=_EXAMPLE)
    segments = path_segments(parts) if parts else [identifier]
    if parts and (len(segments) != 1 or not segments[0].startswith("@")):
        raise InvalidIdentifierError(f"'{identifier}' is not a profile; give the profile itself, such as {_EXAMPLE}.")
    name = segments[0].removeprefix("@").lower()
    return matching(name, r"[\w.]{2,24}", example=_EXAMPLE, subject="a TikTok account name")


def _input(name: str, cap: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "profiles": [name],
        "profileSorting": "latest",
        "resultsPerPage": cap,
        "excludePinnedPosts": True,
        "profileScrapeSections": ["videos"],
    }


def _read(row: TikTokRow, account: str | None) -> Sighting | NotAnItem | None:
    if row.connection_type and not row.url:
        return NotAnItem(reason=f"a {row.connection_type} row, not a video")
    if not row.id or not row.url or not split_http_url(row.url):
        return None
    author = row.author or AuthorMeta()
    video = row.video or VideoMeta()
    text = clean_text(row.text or "")
    return Sighting(
        external_id=row.id,
        canonical_url=clean_text(row.url).strip(),
        published_at=parse_time(row.create_time_iso) or parse_time(row.create_time),
        author_ref=author.name,
        text_primary=text,
        hashtags=clean_hashtags(tag.name for tag in row.hashtags if tag) if row.hashtags else [],
        metrics=Metrics(
            plays=count(row.plays),
            likes=count(row.likes),
            comments=count(row.comments),
            shares=count(row.shares),
            saves=count(row.saves),
        ),
        media={
            "duration": amount(video.duration),
            "width": amount(video.width),
            "height": amount(video.height),
            "cover_url": video.cover_url,
            "author_fans": count(author.fans),
            "is_slideshow": row.is_slideshow,
        },
        flags=Flags(
            has_transcript=False,
            is_low_value=not text.strip(),
            is_own_account=author.name.lower() == account if account and author.name else None,
            is_sponsored=row.is_sponsored,
            is_ad=row.is_ad,
        ),
        language=language_code(row.text_language),
    )


def _format(item: EvidenceItem) -> str:
    return "photo_carousel" if item.media.get("is_slideshow") else "video"


PROFILE_VIDEOS = Capability(
    platform="tiktok",
    name="profile_videos",
    content_type="short_video",
    actor_id="clockworks~tiktok-scraper",
    cap_setting="BRANDBRAIN_CAP_TT",
    cap_default=6,
    metrics=("plays", "likes", "comments", "shares", "saves"),
    engagement_weights={"plays": 0.01, "likes": 1.0, "comments": 3.0, "shares": 4.0, "saves": 2.0},
    evidence_ceiling=0.4,
    normalize_identifier=normalize_tiktok_identifier,
    build_input=_input,
    rows=RowMapping(
        row_type=TikTokRow,
        read=_read,
        nested_fields=frozenset({"authorMeta", "videoMeta", "musicMeta", "hashtags", "mentions"}),
        id_fields=("id",),
        address_fields=("webVideoUrl",),
        usual_fields=("author", "video"),
    ),
    content_format=_format,
)
