"""A platform's rules as sentences: what people decided, as a writer is told it."""

from collections.abc import Iterator, Mapping
from typing import Any

from brandbrain_dagster.domain.compile.extractive.wording import counted, listed
from brandbrain_dagster.domain.export.profile_fields import on_one_line
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy, LinkPolicy, Usage

CTA_SENTENCES: Mapping[str, str] = {
    CtaPolicy.NONE: "Never ask readers to act.",
    CtaPolicy.SOFT: "Invite readers gently, at most once.",
    CtaPolicy.DIRECT: "Ask readers to act, plainly.",
    CtaPolicy.AGGRESSIVE: "Push readers to act.",
}
EMOJI_SENTENCES: Mapping[str, str] = {
    Usage.NONE: "No emoji.",
    Usage.MINIMAL: "Hardly any emoji.",
    Usage.MODERATE: "Some emoji.",
    Usage.HEAVY: "Plenty of emoji.",
}
_LINK_SENTENCES: Mapping[str, str] = {
    LinkPolicy.NEVER: "Never link.",
    LinkPolicy.BIO_ONLY: "No links in the post; the link is in the bio.",
    LinkPolicy.COMMENTS_ONLY: "No links in the post; they go into the comments.",
    LinkPolicy.IN_POST: "Links go into the post.",
    LinkPolicy.ANY: "Links may go anywhere.",
}


def limit_sentences(rules: Mapping[str, Any] | None) -> Iterator[str]:
    """Yields what a text must keep to on a platform."""
    ruled = rules or {}
    if patterns := ruled.get("forbidden_patterns"):
        yield f"Never write {listed([f'“{on_one_line(pattern)}”' for pattern in patterns])}."
    if policy := ruled.get("hashtag_policy"):
        yield _hashtags(policy)
    if policy := ruled.get("link_policy"):
        yield _LINK_SENTENCES[policy]
    if policy := ruled.get("cta_policy_override"):
        yield CTA_SENTENCES[policy]


def plan_sentences(rules: Mapping[str, Any] | None) -> Iterator[str]:
    """Yields how often and in what form people want to publish on a platform."""
    ruled = rules or {}
    if cadence := ruled.get("cadence_per_week"):
        yield f"Publish {counted(cadence, 'time')} a week."
    if formats := ruled.get("preferred_formats"):
        yield f"Prefer {listed([name.replace('_', ' ') for name in formats])}."


def _hashtags(policy: Mapping[str, Any]) -> str:
    at_most = policy.get("max_count")
    if policy["usage"] == Usage.NONE or at_most == 0:
        return "No hashtags."
    return f"Hashtags: {policy['usage']}." if at_most is None else f"Hashtags: {policy['usage']}, at most {at_most}."
