"""Checking a draft: every planted violation is found where it stands, and a clean text passes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.compile.extractive.platform_profiles import read_length
from brandbrain_dagster.domain.compile.taboo_terms import TabooTerms
from brandbrain_dagster.domain.draft_check.check_draft import boundaries_to_judge, check_draft
from brandbrain_dagster.domain.draft_check.finding import Finding, FindingCode, Severity
from brandbrain_dagster.domain.draft_check.report import passes, report_json, report_lines
from brandbrain_dagster.errors import InvalidInputError
from tests.published_brand import ANSWERS, RULES, compiled

PROFILE = compiled()
CLEAN = "We roasted the espresso twenty times. The harvest was late, so the roast took its time. #acmeroasters"


def ruled(**rules: Any) -> dict[str, Any]:
    """The roaster's profile with these rules for Instagram and no others."""
    return compiled({**ANSWERS, "tier2.platform_rules.instagram": rules})


def answered(**answers: Any) -> dict[str, Any]:
    return compiled({**ANSWERS, **{name.replace("__", "."): value for name, value in answers.items()}})


def only(findings: list[Finding], code: FindingCode) -> Finding:
    (found,) = [finding for finding in findings if finding.code is code]
    return found


def texts(finding: Finding) -> list[str]:
    return [span.text for span in finding.spans]


@pytest.mark.parametrize("platform", [None, "instagram"])
def test_clean_text_passes_without_any_finding(platform: str | None) -> None:
    assert check_draft(CLEAN, PROFILE, platform) == []


@pytest.mark.parametrize(
    ("draft", "place"),
    [
        ("Our CHEAP roast is back.", "CHEAP"),
        ("Nothing #cheap here.", "cheap"),
        ("Read https://acme.example/cheap/ first.", "cheap"),
        ("🎉 ﬁne and cheap", "cheap"),
    ],
)
def test_taboo_is_found_where_it_stands(draft: str, place: str) -> None:
    found = only(check_draft(draft, PROFILE), FindingCode.TABOO_TERM)
    (span,) = found.spans
    assert (draft[span.start : span.end], span.text) == (place, place)
    assert found.severity is Severity.ERROR
    assert (found.rule.path, found.rule.value) == ("constraints.taboos", ["cheap"])
    assert found.rule.sources == [{"type": "answer", "id": "tier0.taboos"}]


def test_every_place_of_a_taboo_is_told_and_each_taboo_by_itself() -> None:
    profile = answered(tier0__taboos=["cheap", "low cost"])
    found = check_draft("Cheap, low-cost and cheap again.", profile)
    assert [texts(finding) for finding in found] == [["Cheap", "cheap"], ["low-cost"]]


@pytest.mark.parametrize("taboo", ["guilt-free", "guilt free", "Guilt-Free"])
@pytest.mark.parametrize("said", ["guilt-free", "guilt free", "Guilt–Free", "#guiltfree", "#GuiltFree"])
def test_taboo_of_several_parts_is_found_however_they_are_joined(taboo: str, said: str) -> None:
    found = only(check_draft(f"It is {said}.", answered(tier0__taboos=[taboo])), FindingCode.TABOO_TERM)
    assert texts(found) == [said.removeprefix("#")]


@given(st.text(alphabet="cheap CHEAPß'’é\u0301-#🎉İi"))
def test_places_of_terms_are_there_exactly_when_the_text_holds_one(text: str) -> None:
    terms = TabooTerms(["cheap", "he", "é", "i", "ss"])
    places = list(terms.places_in(text))
    assert bool(places) == (terms.held_by(text) is not None)
    for term, start, end in places:
        assert TabooTerms([term]).held_by(text[start:end]) == term


def test_forbidden_pattern_counts_on_its_platform_only() -> None:
    draft = "This is a Game-Changer."
    found = only(check_draft(draft, PROFILE, "instagram"), FindingCode.FORBIDDEN_PATTERN)
    assert (texts(found), found.severity) == (["Game-Changer"], Severity.ERROR)
    assert found.rule.path == "platform_profiles.instagram.rules.forbidden_patterns"
    assert found.rule.sources == [{"type": "answer", "id": "tier2.platform_rules.instagram"}]
    assert check_draft(draft, PROFILE) == []
    assert check_draft(draft, PROFILE, "linkedin") == []


def test_brand_that_never_asks_is_not_asked_for() -> None:
    found = only(check_draft("Book now!", answered(tier0__cta_posture="none")), FindingCode.CALL_TO_ACTION)
    assert (texts(found), found.severity) == (["Book now"], Severity.ERROR)
    assert (found.rule.path, found.rule.value) == ("voice.cta_policy", "none")


def test_platform_may_want_other_calls_to_action_than_the_brand() -> None:
    found = only(check_draft("Book now!", ruled(cta_policy_override="none"), "instagram"), FindingCode.CALL_TO_ACTION)
    assert found.rule.path == "platform_profiles.instagram.rules.cta_policy_override"
    assert check_draft("Book now!", ruled(cta_policy_override="none")) == []


def test_policy_that_was_only_inferred_gives_a_warning() -> None:
    profile = compiled()
    profile["voice"]["cta_policy"] |= {"value": "none", "sources": [{"type": "evidence", "id": "x"}]}
    assert only(check_draft("Book now!", profile), FindingCode.CALL_TO_ACTION).severity is Severity.WARNING


def test_soft_brand_asks_once_at_most() -> None:
    assert check_draft("Come and see the farm. Book now!", PROFILE) == []
    found = only(check_draft("Sign up and book now!", PROFILE), FindingCode.CALL_TO_ACTION)
    assert (texts(found), found.severity) == (["Sign up", "book now"], Severity.WARNING)


def test_direct_brand_is_reminded_to_ask() -> None:
    found = only(check_draft(CLEAN, answered(tier0__cta_posture="direct")), FindingCode.CALL_TO_ACTION)
    assert (found.severity, found.spans) == (Severity.NOTE, [])


def test_address_is_no_call_to_action() -> None:
    draft = "See shop-now.example and book-now@acme.example."
    assert check_draft(draft, answered(tier0__cta_posture="none")) == []


@pytest.mark.parametrize(
    ("policy", "draft", "places", "severity"),
    [
        ({"usage": "minimal", "max_count": 2}, "#a #b #c #d #1", ["#c", "#d"], Severity.ERROR),
        ({"usage": "none"}, "We roast. #coffee", ["#coffee"], Severity.ERROR),
        ({"usage": "none", "max_count": 3}, "We roast. #coffee", ["#coffee"], Severity.ERROR),
        ({"usage": "minimal"}, "#a #b #c #d #e #f", ["#f"], Severity.WARNING),
        ({"usage": "heavy"}, "We roast.", [], Severity.NOTE),
    ],
)
def test_hashtags_beyond_the_policy_are_found(
    policy: dict[str, Any], draft: str, places: list[str], severity: Severity
) -> None:
    found = only(check_draft(draft, ruled(hashtag_policy=policy), "instagram"), FindingCode.HASHTAGS)
    assert (texts(found), found.severity) == (places, severity)
    assert found.rule.path == "platform_profiles.instagram.rules.hashtag_policy"


@pytest.mark.parametrize(
    ("policy", "draft"),
    [
        ({"usage": "minimal", "max_count": 2}, "#a #b #1 https://acme.example/#top a#b"),
        ({"usage": "moderate"}, "#a #b #c #d #e #f"),
        ({"usage": "heavy"}, "#a"),
    ],
)
def test_hashtags_within_the_policy_are_no_finding(policy: dict[str, Any], draft: str) -> None:
    codes = [finding.code for finding in check_draft(draft, ruled(hashtag_policy=policy), "instagram")]
    assert FindingCode.HASHTAGS not in codes


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({"tier0__taboos": ["emoji"]}, "constraints.taboos"),
        ({"tier2__risk_boundaries": ["Never use emoji"]}, "constraints.risk_boundaries"),
        ({"tier0__tone_words": ["calm", "no emoji"]}, "voice.tone_tags"),
    ],
)
def test_emoji_that_people_rule_out_are_errors(answers: dict[str, Any], path: str) -> None:
    found = only(check_draft("Party 🎉👩🏽‍🍳!", answered(**answers)), FindingCode.EMOJI)
    assert (texts(found), found.severity, found.rule.path) == (["🎉", "👩🏽‍🍳"], Severity.ERROR, path)


@pytest.mark.parametrize(
    ("usage", "count", "severity"),
    [
        ("none", 1, Severity.ERROR),
        ("minimal", 1, None),
        ("minimal", 2, Severity.WARNING),
        ("moderate", 4, None),
        ("moderate", 5, Severity.WARNING),
        ("heavy", 40, None),
    ],
)
def test_emoji_are_held_against_the_policy(usage: str, count: int, severity: Severity | None) -> None:
    profile = compiled()
    decided = [{"type": "override", "id": "voice.emoji_policy"}]
    profile["voice"]["emoji_policy"] |= {"value": usage, "sources": decided}
    found = check_draft("🎉" * count, profile)
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_emoji_of_a_brand_that_only_happens_to_use_none_are_a_warning() -> None:
    profile = compiled()
    profile["voice"]["emoji_policy"] |= {"value": "none", "sources": [{"type": "evidence", "id": "x"}]}
    assert only(check_draft("🎉", profile), FindingCode.EMOJI).severity is Severity.WARNING


@pytest.mark.parametrize("policy", ["never", "bio_only", "comments_only"])
def test_link_where_none_is_wanted_is_found(policy: str) -> None:
    draft = "Mail us at hi@acme.example or see https://acme.example/shop today."
    found = only(check_draft(draft, ruled(link_policy=policy), "instagram"), FindingCode.LINK)
    assert (texts(found), found.severity) == (["https://acme.example/shop"], Severity.ERROR)


@pytest.mark.parametrize("policy", ["in_post", "any"])
def test_link_where_it_may_be_is_no_finding(policy: str) -> None:
    codes = [finding.code for finding in check_draft("https://acme.example", ruled(link_policy=policy), "instagram")]
    assert FindingCode.LINK not in codes


def test_unusual_length_is_a_note_on_the_platform_only() -> None:
    draft = "We wait for the rain to stop, as always. " * 20
    found = only(check_draft(draft, PROFILE, "instagram"), FindingCode.LENGTH)
    assert found.severity is Severity.NOTE
    assert found.rule.path == "platform_profiles.instagram.length"
    assert all(source["type"] == "evidence" for source in found.rule.sources)
    assert "180 words" in found.message
    assert check_draft(draft, PROFILE) == []


def test_length_that_a_profile_states_is_read_back() -> None:
    stated = PROFILE["platform_profiles"]["instagram"]["length"]["value"]
    assert read_length(stated) == (15, 17, "word"), stated
    assert read_length("Typically 1,204 characters.") == (1204, 1204, "character")
    assert read_length("As long as 3 words.") is None


def test_platform_that_the_profile_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(InvalidInputError, match=r"'myspace'; it has instagram, linkedin, web"):
        check_draft("x", PROFILE, "myspace")


def test_findings_come_in_the_order_of_the_text() -> None:
    draft = "A game changer: https://acme.example is cheap. #a #b #c"
    found = check_draft(draft, PROFILE, "instagram")
    assert [finding.code for finding in found] == ["forbidden_pattern", "link", "taboo_term", "hashtags", "length"]
    assert not passes(found)


def test_boundaries_are_left_to_a_person() -> None:
    assert boundaries_to_judge(PROFILE) == ["no health claims"]


def test_report_is_json_with_the_addresses_of_the_evidence() -> None:
    found = check_draft("We wait. " * 60, PROFILE, "instagram")
    item_id = found[0].rule.sources[0]["id"]
    report = json.loads(json.dumps(report_json(found, ["judge me"], {item_id: "https://acme.example/p"})))
    assert report["passes"] is True
    assert report["judge"] == ["judge me"]
    assert report["findings"][0]["rule"]["sources"][0]["url"] == "https://acme.example/p"
    assert "url" not in found[0].rule.sources[0]


def test_lines_name_the_place_as_compilers_do() -> None:
    draft = "We roast.\nIt is cheap."
    (line,) = report_lines("draft.txt", draft, check_draft(draft, PROFILE))
    assert line.startswith("draft.txt:2:7: error taboo_term: ")
    assert line.endswith("(constraints.taboos, answer tier0.taboos)")


@given(st.text(alphabet=st.characters(codec="utf-8")), st.sampled_from([None, "instagram", "web"]))
def test_any_text_can_be_checked_and_spans_lie_in_it(text: str, platform: str | None) -> None:
    for finding in check_draft(text, PROFILE, platform):
        assert finding.rule.sources
        for span in finding.spans:
            assert text[span.start : span.end] == span.text
            assert span.text


def test_the_rules_of_the_test_are_those_of_the_profile() -> None:
    assert PROFILE["platform_profiles"]["instagram"]["rules"] == RULES | {"cadence_per_week": 3.0}
