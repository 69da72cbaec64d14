"""Platform rules: what a brand's people decided for one platform."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

PREFERRED_FORMATS: Mapping[str, tuple[str, ...]] = {
    "instagram": ("carousel", "single_image", "reel", "story", "text_post"),
    "linkedin": ("text_only", "image", "carousel", "video", "document", "poll", "article"),
    "tiktok": ("video", "photo_carousel", "duet", "stitch"),
    "youtube": ("long_form", "shorts", "livestream"),
}
"""Platforms that take rules, and the formats a rule may name there."""

_MAX_FORBIDDEN_PATTERNS = 10


class CtaPolicy(StrEnum):
    """How hard a brand asks its readers to act."""

    NONE = "none"
    SOFT = "soft"
    DIRECT = "direct"
    AGGRESSIVE = "aggressive"


class Usage(StrEnum):
    """How much of something (hashtags, emoji) a text carries."""

    NONE = "none"
    MINIMAL = "minimal"
    MODERATE = "moderate"
    HEAVY = "heavy"


class LinkPolicy(StrEnum):
    """Where links go."""

    NEVER = "never"
    BIO_ONLY = "bio_only"
    COMMENTS_ONLY = "comments_only"
    IN_POST = "in_post"
    ANY = "any"


class HashtagPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many hashtags a post carries."""

    usage: Usage
    max_count: int | None = None


class PlatformRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """The rules for one platform; what is absent is not ruled."""

    cadence_per_week: float | None = None
    preferred_formats: list[str] | None = None
    hashtag_policy: HashtagPolicy | None = None
    link_policy: LinkPolicy | None = None
    cta_policy_override: CtaPolicy | None = None
    forbidden_patterns: list[str] | None = None


class AnswerProblem(msgspec.Struct, frozen=True):
    """Something wrong (or, as a warning, something dropped) at a path of the answers."""

    path: str
    message: str


def problem_at(path: str, error: msgspec.ValidationError) -> AnswerProblem:
    """Returns the problem with the whole path: that of the answer, and within it the one the error names."""
    message, _, where = str(error).partition(" - at `$")
    return AnswerProblem(path + where.rstrip("`"), message)


def read_platform_rules(
    platform: str, value: Any, *, path: str
) -> tuple[PlatformRules | None, list[AnswerProblem], list[AnswerProblem]]:
    """Reads one platform's rules as (rules or None, errors, warnings); unknown keys are dropped with a warning."""
    if not isinstance(value, Mapping):
        return None, [AnswerProblem(path, f"must be an object, not {type(value).__name__}")], []
    known = set(PlatformRules.__struct_fields__)
    warnings = [
        AnswerProblem(f"{path}.{key}", "is not a known rule and was dropped") for key in sorted(value.keys() - known)
    ]
    try:
        rules = msgspec.convert({key: value[key] for key in value.keys() & known}, PlatformRules)
    except msgspec.ValidationError as error:
        return None, [problem_at(path, error)], warnings
    errors = [AnswerProblem(f"{path}.{key}", message) for key, message in _violations(platform, rules)]
    return (None if errors else rules), errors, warnings


def _violations(platform: str, rules: PlatformRules) -> list[tuple[str, str]]:
    found = []
    if rules.cadence_per_week is not None and not 1 <= rules.cadence_per_week <= 14:
        found.append(("cadence_per_week", "must lie between 1 and 14"))
    allowed = PREFERRED_FORMATS[platform]
    unknown = [name for name in rules.preferred_formats or [] if name not in allowed]
    if unknown:
        found.append(("preferred_formats", f"'{unknown[0]}' is not one of {', '.join(allowed)}"))
    if rules.hashtag_policy and (rules.hashtag_policy.max_count or 0) < 0:
        found.append(("hashtag_policy.max_count", "must not be negative"))
    if len(rules.forbidden_patterns or []) > _MAX_FORBIDDEN_PATTERNS:
        found.append(("forbidden_patterns", f"holds more than {_MAX_FORBIDDEN_PATTERNS} patterns"))
    return found
