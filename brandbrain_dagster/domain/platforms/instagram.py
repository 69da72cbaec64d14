"""Instagram: posts by ``apify~instagram-scraper`` and reels by ``apify~instagram-reel-scraper``."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.evidence.text import clean_hashtags, clean_optional, clean_text
from brandbrain_dagster.domain.evidence.values import amount, count, parse_time
from brandbrain_dagster.domain.evidence.web_address import is_on
from brandbrain_dagster.domain.platforms.capability import ActorRow, Capability, RowMapping, Sighting
from brandbrain_dagster.domain.platforms.identifiers import matching, path_segments, trimmed, url_on
from brandbrain_dagster.errors import InvalidIdentifierError

_EXAMPLE = "'natgeo' or 'https://www.instagram.com/natgeo'"
_NOT_PROFILES = frozenset({"p", "reel", "reels", "stories", "explore", "tv"})
_WEIGHTS = {"likes": 1.0, "comments": 3.0, "views": 0.1}
_FORMATS = {"Image": "single_image", "Sidecar": "carousel", "Video": "reel"}


class MusicInfo(msgspec.Struct):
    """The music of a video."""

    audio_id: str | None = None


class InstagramRow(ActorRow):
    """The used part of a post or reel row; ``flattened_music`` betrays a flattened export (only videos have music)."""

    id: str | None = None
    url: str | None = None
    type: str | None = None
    short_code: str | None = msgspec.field(default=None, name="shortCode")
    timestamp: str | float | None = None
    owner_username: str | None = msgspec.field(default=None, name="ownerUsername")
    owner_id: str | None = msgspec.field(default=None, name="ownerId")
    caption: str | None = None
    transcript: str | None = None
    hashtags: list[str | None] | None = None
    likes: int | None = msgspec.field(default=None, name="likesCount")
    comments: int | None = msgspec.field(default=None, name="commentsCount")
    views: int | None = msgspec.field(default=None, name="videoViewCount")
    duration: float | None = msgspec.field(default=None, name="videoDuration")
    music: MusicInfo | None = msgspec.field(default=None, name="musicInfo")
    flattened_music: Any = msgspec.field(default=None, name="musicInfo.audio_id")


def normalize_instagram_identifier(text: str) -> str:
    """Returns the handle (lower case, no @) of a handle or profile URL.

    Raises:
        InvalidIdentifierError: it names a post, reel, story or explore page, another site, or no possible handle.
    """
    identifier = trimmed(text, example=_EXAMPLE)
    parts = url_on(identifier, domain="instagram.com", example=_EXAMPLE)
    segments = path_segments(parts) if parts else [identifier]
    handle = segments[0].removeprefix("@").lower() if segments else ""
    if parts and handle in _NOT_PROFILES:
        raise InvalidIdentifierError(f"'{identifier}' is not a profile; give the profile itself, such as {_EXAMPLE}.")
    return matching(handle, r"[a-z0-9._]{1,30}", example=_EXAMPLE, subject="an Instagram handle")


def _profile_url(handle: str) -> str:
    return f"https://www.instagram.com/{handle}/"


def _posts_input(handle: str, cap: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "directUrls": [_profile_url(handle)],
        "resultsType": "posts",
        "resultsLimit": cap,
        "addParentData": False,
    }


def _reels_input(handle: str, cap: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "username": [handle],
        "resultsLimit": cap,
        "includeTranscript": True,
        "includeSharesCount": False,
        "includeDownloadedVideo": False,
        "skipPinnedPosts": True,
    }


def _post_url(row: InstagramRow) -> str | None:
    if row.url and (row.url.startswith("https://www.instagram.com/") or is_on(row.url, "instagram.com")):
        is_post = row.short_code or any(f"/{kind}/" in row.url for kind in ("p", "reel", "tv"))
        return clean_text(row.url).strip() if is_post else None
    return f"https://www.instagram.com/p/{row.short_code}/" if row.short_code else None


def _read(row: InstagramRow, handle: str | None, *, with_transcript: bool) -> Sighting | None:
    url = _post_url(row)
    if not row.id or url is None or row.flattened_music is not None:
        return None
    caption = clean_text(row.caption or "")
    transcript = clean_optional(row.transcript) if with_transcript else None
    media: dict[str, Any] = {
        "type": row.type,
        "shortcode": row.short_code,
        "owner_id": row.owner_id,
        "music_id": row.music.audio_id if row.music else None,
    }
    if with_transcript:
        media["duration"] = amount(row.duration)
    return Sighting(
        external_id=row.id,
        canonical_url=url,
        published_at=parse_time(row.timestamp),
        author_ref=row.owner_username,
        text_primary=caption,
        text_secondary=transcript,
        hashtags=clean_hashtags(row.hashtags),
        metrics=Metrics(likes=count(row.likes), comments=count(row.comments), views=count(row.views)),
        media=media,
        flags=Flags(
            has_transcript=transcript is not None,
            is_low_value=not caption.strip() and transcript is None,
            is_own_account=row.owner_username.lower() == handle if handle and row.owner_username else None,
        ),
    )


def _read_post(row: InstagramRow, handle: str | None) -> Sighting | None:
    return _read(row, handle, with_transcript=False)


def _read_reel(row: InstagramRow, handle: str | None) -> Sighting | None:
    return _read(row, handle, with_transcript=True)


def _post_format(item: EvidenceItem) -> str:
    return _FORMATS.get(str(item.media.get("type")), "post")


_NESTED = frozenset({"musicInfo", "hashtags", "images", "childPosts", "latestComments", "mentions"})


def _rows(read: Callable[[InstagramRow, str | None], Sighting | None]) -> RowMapping:
    return RowMapping(
        row_type=InstagramRow,
        read=read,
        nested_fields=_NESTED,
        id_fields=("id",),
        address_fields=("url", "shortCode"),
        usual_fields=("hashtags",),
    )


POSTS = Capability(
    platform="instagram",
    name="posts",
    content_type="post",
    actor_id="apify~instagram-scraper",
    cap_setting="BRANDBRAIN_CAP_IG_POSTS",
    cap_default=8,
    metrics=("likes", "comments", "views"),
    engagement_weights=_WEIGHTS,
    evidence_ceiling=0.5,
    normalize_identifier=normalize_instagram_identifier,
    build_input=_posts_input,
    rows=_rows(_read_post),
    content_format=_post_format,
)

REELS = Capability(
    platform="instagram",
    name="reels",
    content_type="reel",
    actor_id="apify~instagram-reel-scraper",
    cap_setting="BRANDBRAIN_CAP_IG_REELS",
    cap_default=6,
    metrics=("likes", "comments", "views"),
    engagement_weights=_WEIGHTS,
    evidence_ceiling=0.5,
    transcript_ceiling=0.85,
    normalize_identifier=normalize_instagram_identifier,
    build_input=_reels_input,
    rows=_rows(_read_reel),
    content_format=lambda item: "reel",
)
