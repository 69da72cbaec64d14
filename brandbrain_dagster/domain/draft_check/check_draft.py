"""Checking a draft against a brand's profile: which of its rules does the text break?

Rules of one platform are applied when the draft is meant for it. What only a person can judge, the risk boundaries, is
no part of the check: see `boundaries_to_judge`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import Any

from brandbrain_dagster.domain.compile.emoji_ban import names_emoji, rules_out_emoji
from brandbrain_dagster.domain.compile.extractive.platform_profiles import read_length
from brandbrain_dagster.domain.compile.extractive.voice import EMOJI_USAGE
from brandbrain_dagster.domain.compile.extractive.wording import counted
from brandbrain_dagster.domain.compile.taboo_terms import TabooTerms
from brandbrain_dagster.domain.draft_check.draft import Draft
from brandbrain_dagster.domain.draft_check.finding import Finding, FindingCode, Rule, Severity, Span
from brandbrain_dagster.domain.draft_check.rules import ProfileRules
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy, LinkPolicy, Usage
from brandbrain_dagster.domain.qa.contradictions import MINIMAL_HASHTAGS

_MUCH = 2
"""How many times longer or shorter than the middle half of the platform's texts is worth a note."""


def check_draft(text: str, snapshot_json: Mapping[str, Any], platform: str | None = None) -> list[Finding]:
    """Returns what the text breaks, in the order of the text.

    Raises:
        InvalidInputError: the profile has no such platform; the text names those it has.
    """
    draft, rules = Draft(text), ProfileRules(snapshot_json, platform)
    found = chain.from_iterable(check(draft, rules) for check in _CHECKS)
    return sorted(found, key=lambda finding: (finding.spans[0].start if finding.spans else len(text), finding.code))


def boundaries_to_judge(snapshot_json: Mapping[str, Any]) -> list[str]:
    """Returns the risk boundaries: sentences that a person has to hold the draft against."""
    return list(snapshot_json["constraints"]["risk_boundaries"]["value"] or [])


def _taboos(draft: Draft, rules: ProfileRules) -> Iterator[Finding]:
    rule = rules.field("constraints.taboos")
    for term, spans in _terms(draft, rule.value):
        message = f"“{term}” is a taboo of the brand: say it in other words."
        yield _finding(FindingCode.TABOO_TERM, Severity.ERROR, message, spans, rule)


def _forbidden_patterns(draft: Draft, rules: ProfileRules) -> Iterator[Finding]:
    rule = rules.of_platform("forbidden_patterns")
    if rule is None:
        return
    for pattern, spans in _terms(draft, rule.value):
        message = f"“{pattern}” is not to be written {rules.place}: take it out."
        yield _finding(FindingCode.FORBIDDEN_PATTERN, Severity.ERROR, message, spans, rule)


def _terms(draft: Draft, terms: Sequence[str] | None) -> Iterator[tuple[str, list[Span]]]:
    """Each term that the draft holds, with its places."""
    places = TabooTerms(terms or []).places_in(draft.text)
    for term, found in groupby(places, key=lambda place: place[0]):
        yield term, draft.spans((start, end) for _, start, end in found)


def _calls_to_action(draft: Draft, rules: ProfileRules) -> Iterator[Finding]:
    rule = rules.of_platform("cta_policy_override") or rules.field("voice.cta_policy")
    asks = draft.calls_to_action
    if rule.value == CtaPolicy.NONE and asks:
        message = f"The brand never asks its readers to act; the text does {counted(len(asks), 'time')}."
        yield _finding(FindingCode.CALL_TO_ACTION, _severity_of(rule), message, asks, rule)
    elif rule.value == CtaPolicy.SOFT and len(asks) > 1:
        message = f"The brand asks its readers softly; {len(asks)} calls to action are more than one."
        yield _finding(FindingCode.CALL_TO_ACTION, Severity.WARNING, message, asks, rule)
    elif rule.value in (CtaPolicy.DIRECT, CtaPolicy.AGGRESSIVE) and not asks:
        message = "The brand asks its readers to act; the text has no call to action that is known."
        yield _finding(FindingCode.CALL_TO_ACTION, Severity.NOTE, message, [], rule)


def _hashtags(draft: Draft, rules: ProfileRules) -> Iterator[Finding]:
    rule = rules.of_platform("hashtag_policy")
    if rule is None:
        return
    tags, usage, at_most = draft.hashtags, rule.value["usage"], rule.value.get("max_count")
    limit = 0 if usage == Usage.NONE else at_most
    if limit is not None and len(tags) > limit:
        allowed = f"at most {counted(limit, 'hashtag')}" if limit else "no hashtags"
        message = f"The brand wants {allowed} {rules.place}; the text has {len(tags)}."
        yield _finding(FindingCode.HASHTAGS, Severity.ERROR, message, tags[limit:], rule)
    elif limit is None and usage == Usage.MINIMAL and len(tags) > MINIMAL_HASHTAGS:
        message = f"The brand wants few hashtags {rules.place}; {len(tags)} are many."
        yield _finding(FindingCode.HASHTAGS, Severity.WARNING, message, tags[int(MINIMAL_HASHTAGS) :], rule)
    elif usage == Usage.HEAVY and not tags:
        message = f"The brand uses many hashtags {rules.place}; the text has none."
        yield _finding(FindingCode.HASHTAGS, Severity.NOTE, message, [], rule)


def _emoji(draft: Draft, rules: ProfileRules) -> Iterator[Finding]:
    used = draft.emoji
    if not used:
        return
    if (ban := next(_emoji_bans(rules), None)) is not None:
        message = f"The brand rules emoji out; the text has {len(used)}."
        yield _finding(FindingCode.EMOJI, Severity.ERROR, message, used, ban)
        return
    rule = rules.field("voice.emoji_policy")
    limit = next((int(min(each, len(used))) for each, usage in EMOJI_USAGE if usage == rule.value), len(used))
    if len(used) <= limit:
        return
    if limit == 0:
        message = f"The brand uses no emoji; the text has {len(used)}."
        yield _finding(FindingCode.EMOJI, _severity_of(rule), message, used, rule)
    else:
        message = f"The brand's use of emoji is {rule.value}, about {limit} a text at most; the text has {len(used)}."
        severity = Severity.WARNING if rule.is_decided else Severity.NOTE
        yield _finding(FindingCode.EMOJI, severity, message, used[limit:], rule)


def _emoji_bans(rules: ProfileRules) -> Iterator[Rule]:
    """Rules in people's own words that want no emoji."""
    for path, bans in (
        ("constraints.taboos", names_emoji),
        ("constraints.risk_boundaries", rules_out_emoji),
        ("voice.tone_tags", rules_out_emoji),
    ):
        rule = rules.field(path)
        if rule.is_decided and any(map(bans, rule.value or [])):
            yield rule
    patterns = rules.of_platform("forbidden_patterns")
    if patterns is not None and any(map(names_emoji, patterns.value)):
        yield patterns


def _links(draft: Draft, rules: ProfileRules) -> Iterator[Finding]:
    rule = rules.of_platform("link_policy")
    if rule is None or not draft.links:
        return
    remedy = {
        LinkPolicy.NEVER: "take it out",
        LinkPolicy.BIO_ONLY: "put it into the bio",
        LinkPolicy.COMMENTS_ONLY: "put it into the comments",
    }.get(rule.value)
    if remedy is not None:
        message = f"The brand wants no links in posts {rules.place}: {remedy}."
        yield _finding(FindingCode.LINK, Severity.ERROR, message, draft.links, rule)


def _length(draft: Draft, rules: ProfileRules) -> Iterator[Finding]:
    rule = rules.habit("length")
    usual = read_length(rule.value) if rule is not None and isinstance(rule.value, str) else None
    if rule is None or usual is None:
        return
    low, high, noun = usual
    length = draft.length_in(noun)
    if low / _MUCH <= length <= high * _MUCH:
        return
    message = f"The text has {counted(length, noun)}; half of the brand's texts {rules.place} have {low:,} to {high:,}."
    yield _finding(FindingCode.LENGTH, Severity.NOTE, message, [], rule)


def _severity_of(rule: Rule) -> Severity:
    return Severity.ERROR if rule.is_decided else Severity.WARNING


def _finding(code: FindingCode, severity: Severity, message: str, spans: Sequence[Span], rule: Rule) -> Finding:
    return Finding(code=code, severity=severity, message=message, spans=spans, rule=rule)


_CHECKS: tuple[Callable[[Draft, ProfileRules], Iterator[Finding]], ...] = (
    _taboos,
    _forbidden_patterns,
    _calls_to_action,
    _hashtags,
    _emoji,
    _links,
    _length,
)
