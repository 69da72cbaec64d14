"""Ideas in words: what they promise, what they ask for, and what they never say."""

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy, LinkPolicy
from brandbrain_dagster.domain.opportunities.calls_to_act import closing, how_to_take_part
from brandbrain_dagster.domain.opportunities.candidate import Finding
from brandbrain_dagster.domain.opportunities.validity import WordingRules, problems_of
from tests.unit.opportunities.told_brand import GLAZES, REPAIRS, found, ideas, post, theme, told

TURKISH = ("Fideleri gece soğuğundan koruyoruz.", "Pembe olanlar neden hep çatlıyor?", "Salçanın sırrı sabretmek.")
KOREAN = ("비 오는 날에는 짧은 문장이 남습니다.", "글자 없는 장면에서 무엇이 들리나요?", "종이 인형을 함께 만듭니다.")
ARABIC = ("هل تعرف سر القهوة العربية القديمة؟", "نحمص حبوبنا كل صباح بهدوء.", "فنجان واحد يكفي ضيفا عزيزا.")


def lively_brand() -> list[EvidenceItem]:
    return [
        *theme(GLAZES, "glazing", days=(1, 5, 9, 16, 20, 24), likes=(250, 240, 260, 90, 100, 90)),
        *theme(REPAIRS, "repairs", days=(2, 6, 10, 17, 21, 25), likes=(100, 105, 95, 100, 105, 95)),
        post("The kiln opens. Two seats are left for 21 March.", days=3, tag="glazing"),
    ]


@pytest.mark.parametrize("posture", list(CtaPolicy))
def test_angle_asks_as_hard_as_the_brand_does(posture: CtaPolicy) -> None:
    angles = [wording.angle for _, wording in ideas(told(lively_brand(), {"tier0.cta_posture": posture.value}))]
    assert angles
    expected = {
        CtaPolicy.NONE: ("nobody is asked for anything",),
        CtaPolicy.SOFT: ("question", "asking", "do not press"),
        CtaPolicy.DIRECT: ("one clear request",),
        CtaPolicy.AGGRESSIVE: ("what to do in the first line and again in the last",),
    }[posture]
    assert all(any(phrase in angle for phrase in expected) for angle in angles)


def test_platforms_own_policy_goes_before_the_posture() -> None:
    answers = {
        "tier0.cta_posture": "aggressive",
        "tier2.platform_rules.instagram": {"cta_policy_override": "none", "link_policy": "bio_only"},
    }
    found_ideas = ideas(told(lively_brand(), answers))
    assert found_ideas
    assert {candidate.cta_policy for candidate, _ in found_ideas} == {CtaPolicy.NONE}
    assert all("nobody is asked for anything" in wording.angle for _, wording in found_ideas)


@pytest.mark.parametrize(
    ("link", "place"),
    [
        (LinkPolicy.NEVER, "without a link"),
        (LinkPolicy.BIO_ONLY, "in the bio"),
        (LinkPolicy.COMMENTS_ONLY, "in the first comment"),
        (LinkPolicy.IN_POST, "in the post"),
        (LinkPolicy.ANY, "in the post"),
        (None, ""),
    ],
)
def test_link_goes_where_links_may(link: LinkPolicy | None, place: str) -> None:
    assert place in closing(CtaPolicy.DIRECT, link, softly="")
    assert place in how_to_take_part(link)
    assert "link" not in closing(CtaPolicy.NONE, link, softly="")


def test_format_that_the_rules_leave_out_is_not_proposed() -> None:
    answers = {"tier2.platform_rules.instagram": {"preferred_formats": ["reel"]}}
    assert {candidate.format_name for candidate, _ in ideas(told(lively_brand(), answers))} == {"reel"}


def test_line_that_the_rules_forbid_is_not_quoted() -> None:
    answers = {"tier2.platform_rules.instagram": {"forbidden_patterns": ["failed test tiles"]}}
    free = [wording.title for _, wording in ideas(told(lively_brand()))]
    ruled = [wording.title for _, wording in ideas(told(lively_brand(), answers))]
    assert any("failed test tiles" in title for title in free)
    assert ruled
    assert not any("failed test tiles" in title for title in ruled)


def test_every_idea_is_valid_by_the_rules_for_all_wordings() -> None:
    found_ideas = ideas(told(lively_brand(), {"tier0.taboos": ["bargain"]}))
    assert len(found_ideas) >= 4
    rules = WordingRules(taboos=("bargain",))
    assert [problem for candidate, wording in found_ideas for problem in problems_of(wording, candidate, rules)] == []


def test_titles_quote_the_brand_and_differ() -> None:
    titles = [wording.title for _, wording in ideas(told(lively_brand()))]
    assert len(set(titles)) == len(titles)
    assert all("“" in title for title in titles)


@pytest.mark.parametrize(("language", "texts"), [("tr", TURKISH), ("ko", KOREAN), ("ar", ARABIC)])
def test_other_languages_are_quoted_as_they_stand(language: str, texts: tuple[str, ...]) -> None:
    items = [
        post(text, days=2 + 7 * place, likes=100 + place, tag="glazing", language=language)
        for place, text in enumerate(texts)
    ]
    ((candidate, wording),) = found(told(items), Finding.STEADY_THEME)
    quoted = [line.rstrip(".") for line in texts if line.rstrip(".") in wording.angle]
    assert len(quoted) == len(candidate.items) == 3
    assert problems_of(wording, candidate, WordingRules()) == []
