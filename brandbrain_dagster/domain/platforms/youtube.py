"""YouTube: a channel's videos by ``streamers~youtube-scraper``."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.evidence.text import clean_hashtags, clean_optional, clean_text
from brandbrain_dagster.domain.evidence.values import clock_seconds, count, parse_time
from brandbrain_dagster.domain.evidence.web_address import is_on
from brandbrain_dagster.domain.platforms.capability import ActorRow, Capability, RowMapping, Sighting
from brandbrain_dagster.domain.platforms.identifiers import matching, path_segments, trimmed, url_on
from brandbrain_dagster.errors import InvalidIdentifierError

_EXAMPLE = "'@natgeo' or 'https://www.youtube.com/@natgeo'"
_DOMAINS = ("youtube.com", "youtu.be")
_CHANNEL_ID = r"UC[A-Za-z0-9_-]{22}"


class YouTubeRow(ActorRow):
    """The used part of a video row."""

    id: str | None = None
    url: str | None = None
    type: str | None = None
    date: str | float | None = None
    title: str | None = None
    text: str | None = None
    hashtags: list[str | None] | None = None
    views: int | None = msgspec.field(default=None, name="viewCount")
    likes: int | None = None
    comments: int | None = msgspec.field(default=None, name="commentsCount")
    duration: str | None = None
    thumbnail_url: str | None = msgspec.field(default=None, name="thumbnailUrl")
    channel_id: str | None = msgspec.field(default=None, name="channelId")
    channel_name: str | None = msgspec.field(default=None, name="channelName")
    channel_username: str | None = msgspec.field(default=None, name="channelUsername")
    channel_url: str | None = msgspec.field(default=None, name="channelUrl")
    subscribers: int | None = msgspec.field(default=None, name="numberOfSubscribers")
    is_members_only: bool | None = msgspec.field(default=None, name="isMembersOnly")
    is_monetized: bool | None = msgspec.field(default=None, name="isMonetized")
    comments_off: bool | None = msgspec.field(default=None, name="commentsTurnedOff")


def normalize_youtube_identifier(text: str) -> str:
    """Returns a channel id (``UC…``, case kept), an ``@handle`` (lower case) or a ``/c/`` name.

    Raises:
        InvalidIdentifierError: it names a video, another site, or no possible channel.
    """
    identifier = trimmed(text, example=_EXAMPLE)
    parts = url_on(identifier, domain="youtube.com", example=_EXAMPLE)
    name = _channel_in(path_segments(parts), identifier) if parts else identifier
    if name.startswith("@"):
        return matching(name.lower(), r"@[\w.·-]{1,60}", example=_EXAMPLE, subject="a YouTube handle")
    return matching(name, r"[\w.-]{1,100}", example=_EXAMPLE, subject="a YouTube channel")


def _channel_in(segments: list[str], identifier: str) -> str:
    if segments and segments[0].startswith("@"):
        return segments[0]
    if len(segments) > 1 and segments[0] == "channel":
        return matching(segments[1], _CHANNEL_ID, example=_EXAMPLE, subject="a YouTube channel id")
    if len(segments) > 1 and segments[0] == "c":
        return segments[1]
    raise InvalidIdentifierError(f"'{identifier}' is not a channel; give the channel itself, such as {_EXAMPLE}.")


def _channel_url(channel: str) -> str:
    if channel.startswith("@"):
        return f"https://www.youtube.com/{channel}"
    is_id = channel.startswith("UC") and len(channel) == len("UC") + 22
    return f"https://www.youtube.com/{'channel' if is_id else 'c'}/{channel}"


def _input(channel: str, cap: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "startUrls": [{"url": _channel_url(channel)}],
        "maxResults": cap,
        "maxResultsShorts": 0,
        "maxResultsStreams": 0,
    }


def _is_own(row: YouTubeRow, channel: str | None) -> bool | None:
    if channel is None or channel == row.channel_id:
        return None if channel is None else True
    if row.channel_username and not channel.startswith("UC"):
        return unquote(row.channel_username).lower() == channel.removeprefix("@").lower()
    return False if channel.startswith("UC") and row.channel_id else None


def _read(row: YouTubeRow, channel: str | None) -> Sighting | None:
    if not row.id or not row.url or not any(is_on(row.url, domain) for domain in _DOMAINS):
        return None
    title = clean_text(row.title or "")
    description = clean_optional(row.text)
    seconds = clock_seconds(row.duration)
    return Sighting(
        external_id=row.id,
        canonical_url=clean_text(row.url).strip(),
        published_at=parse_time(row.date),
        author_ref=row.channel_id,
        title=clean_optional(row.title),
        text_primary=title,
        text_secondary=description,
        hashtags=clean_hashtags(row.hashtags),
        metrics=Metrics(views=count(row.views), likes=count(row.likes), comments=count(row.comments)),
        media={
            "type": row.type,
            "duration": row.duration if seconds else None,
            "duration_seconds": seconds,
            "thumbnail_url": row.thumbnail_url,
            "channel_name": row.channel_name,
            "channel_url": row.channel_url,
            "channel_subscribers": count(row.subscribers),
        },
        flags=Flags(
            has_transcript=False,
            is_low_value=not title.strip() and description is None,
            is_own_account=_is_own(row, channel),
            is_members_only=row.is_members_only,
            is_monetized=row.is_monetized,
            comments_off=row.comments_off,
        ),
    )


def _format(item: EvidenceItem) -> str:
    kind = str(item.media.get("type"))
    return {"shorts": "shorts", "stream": "livestream"}.get(kind, "long_form")


CHANNEL_VIDEOS = Capability(
    platform="youtube",
    name="channel_videos",
    content_type="video",
    actor_id="streamers~youtube-scraper",
    cap_setting="BRANDBRAIN_CAP_YT",
    cap_default=6,
    metrics=("views", "likes", "comments"),
    engagement_weights={"views": 0.01, "likes": 1.0, "comments": 3.0},
    evidence_ceiling=0.4,
    normalize_identifier=normalize_youtube_identifier,
    build_input=_input,
    rows=RowMapping(
        row_type=YouTubeRow,
        read=_read,
        nested_fields=frozenset({"hashtags", "subtitles", "formats", "descriptionLinks"}),
        id_fields=("id",),
        address_fields=("url",),
        usual_fields=("hashtags",),
    ),
    content_format=_format,
)
