"""What is found in a brand's evidence, and what is never made of it."""

from datetime import date

import msgspec
import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Flags, Metrics
from brandbrain_dagster.domain.opportunities.candidate import Finding
from brandbrain_dagster.domain.opportunities.opportunity import Channel, OpportunityType
from brandbrain_dagster.domain.opportunities.scoring import score_of
from brandbrain_dagster.domain.opportunities.synthesis import find_candidates
from tests.unit.opportunities.fact_check import problems_of_fact
from tests.unit.opportunities.told_brand import GLAZES, NOW, REPAIRS, found, ideas, post, steady_brand, theme, told

RISING = theme(GLAZES, "glazing", days=(1, 5, 9, 16, 20, 24), likes=(250, 240, 260, 90, 100, 90))
STEADY = theme(REPAIRS, "repairs", days=(2, 6, 10, 17, 21, 25), likes=(100, 105, 95, 100, 105, 95))


def test_rising_theme_is_a_trend_and_scores_above_a_steady_one() -> None:
    context = told([*RISING, *STEADY])
    (rising, _), *_ = found(context, Finding.RISING_THEME)
    (steady, _), *_ = found(context, Finding.STEADY_THEME)
    assert (rising.pillar_name, rising.type) == ("glazing", OpportunityType.TREND)
    assert (steady.pillar_name, steady.type) == ("repairs", OpportunityType.EVERGREEN)
    assert rising.breakdown
    assert steady.breakdown
    assert score_of(rising.breakdown) > score_of(steady.breakdown)
    assert rising.facts[0].figures["times_later"] == 2.5
    assert rising.facts[0].figures["times_earlier"] == 0.9


def test_theme_without_a_post_for_two_months_is_not_on_the_board() -> None:
    dead = theme(GLAZES, "glazing", days=(61, 63, 66, 70, 75, 80), likes=(900,) * 6)
    found_ideas = ideas(told([*dead, *STEADY]))
    assert found_ideas
    assert {candidate.pillar_name for candidate, _ in found_ideas} == {"repairs"}


def test_theme_that_did_well_and_went_quiet_is_taken_up_again() -> None:
    quiet = theme(GLAZES, "glazing", days=(20, 24, 28, 32, 36, 40), likes=(140,) * 6)
    busy = theme(REPAIRS, "repairs", days=(1, 3, 5, 7, 9, 11), likes=(100,) * 6)
    ((candidate, wording),) = found(told([*quiet, *busy]), Finding.QUIET_THEME)
    assert candidate.pillar_name == "glazing"
    assert candidate.facts[0].text == "The last post on “glazing” is of 18 February; 6 others followed by 9 March"
    assert wording.title.startswith("Come back to glazing: “")


def test_standout_post_is_followed_by_one_that_its_channel_does_not_hold() -> None:
    text = (
        "Kintsugi keeps a broken vase alive, warm and slightly vain. Marta fills hers with cherry twigs every spring."
    )
    hit = post(text, days=3, likes=400, tag="repairs")
    sequel = "Slow drying, and the broken kintsugi vase holds water. Lacquer hates hurry, dust and radiators."
    follower = post(sequel, days=8, tag="repairs", platform="linkedin")
    context = told([*steady_brand(), hit, follower])
    (candidate, wording), *_ = found(context, Finding.STANDOUT_POST)
    assert [item.id for item in candidate.items] == [hit.id, follower.id]
    assert wording.title == (
        "Part two of “Kintsugi keeps a broken vase alive, warm and slightly vain”: "
        "“Slow drying, and the broken kintsugi vase holds water”"
    )
    assert candidate.facts[0].figures["times"] == 4.0
    assert candidate.primary_channel is Channel.INSTAGRAM


def test_post_that_another_channel_never_told_is_brought_there() -> None:
    hit = post("A porcelain spoon for salt, thin as a leaf.", days=3, likes=140, tag="glazing")
    elsewhere = [
        post(f"A note for buyers number {place}: {text}", days=4 + place, platform="linkedin", metrics=Metrics(likes=9))
        for place, text in enumerate(["delivery times in April", "wholesale terms", "a new fair in Lille"])
    ]
    context = told([*steady_brand(), hit, *elsewhere])
    ((candidate, wording),) = found(context, Finding.PLATFORM_GAP)
    assert wording.title == "Bring “A porcelain spoon for salt, thin as a leaf” from Instagram to LinkedIn"
    assert candidate.primary_channel is Channel.LINKEDIN
    assert "None of the 3 posts on LinkedIn from 4 March to 6 March tells it." in wording.why_now


def test_photo_of_a_brand_whose_reels_are_liked_more_is_filmed() -> None:
    reels = [
        post(text, days=3 * place + 1, likes=900, tag="repairs", media={"type": "Video"}, metrics=metrics)
        for place, (text, metrics) in enumerate(
            (text, Metrics(likes=900, comments=9, views=9_000)) for text in REPAIRS[:4]
        )
    ]
    photos = theme(GLAZES, "glazing", days=(2, 5, 8, 11, 14, 17), likes=(120, 100, 100, 100, 100, 100))
    (candidate, wording), *_ = found(told([*reels, *photos]), Finding.STRONG_FORMAT)
    assert wording.title == "Film “Why this green turned brown in the upper half of the kiln” as a reel"
    assert candidate.facts[0].text == "The median of 4 reels on Instagram is 900 likes, that of 6 photos 100"


def test_question_that_many_answered_becomes_the_answers_to_it() -> None:
    asked = post(
        "Two spouts, one teapot. Which one would you pour from?", days=4, tag="glazing",
        metrics=Metrics(likes=100, comments=22),
    )  # fmt: skip
    ((candidate, wording),) = found(told([*steady_brand(), asked]), Finding.TALKED_ABOUT)
    assert wording.title == "Publish the answers to “Which one would you pour from?”"
    assert candidate.facts[0].figures["per_hundred"] == 22
    assert candidate.facts[0].figures["usual"] == 10


def test_day_ahead_that_a_post_names_is_said_again_before_it() -> None:
    announced = post("The kiln opens. Two seats are left for 21 March.", days=3, tag="glazing")
    past = post("The winter sale ended on 2 March.", days=20, tag="glazing")
    ((candidate, wording),) = found(told([*steady_brand(), announced, past]), Finding.NAMED_DATE)
    assert wording.title == "Remind people of 21 March: “Two seats are left for 21 March”"
    assert candidate.type is OpportunityType.TREND
    assert candidate.facts[0].figures["named_day"] == date(2026, 3, 21)
    assert "The photo of 7 March on Instagram names 21 March." in wording.why_now


def test_claim_that_no_post_makes_is_shown_with_what_comes_closest() -> None:
    answers = {
        "tier2.proof_claims": [
            {"claim": "Over 2,400 cups mended with gold lacquer", "support": "A photo of every crack"},
            {"claim": "9 parts to one teapot", "support": None},
        ]
    }
    told_already = post("Nine parts? 9 parts to one teapot, and it pours.", days=3, tag="repairs")
    ((candidate, wording),) = found(told([*steady_brand(), told_already], answers), Finding.UNTOLD_PROOF)
    assert candidate.proof == "Over 2,400 cups mended with gold lacquer"
    assert "Gold lacquer along the crack" in candidate.items[0].text_primary
    assert "makes this claim, which “A photo of every crack” backs." in wording.why_now


def test_twins_with_unequal_success_are_retold_for_the_channel_that_let_them_down() -> None:
    text = "A jug that pours without a drop, and the lip that does it."
    good = post(text, days=4, likes=140, tag="glazing")
    poor = post(text, days=4, tag="glazing", platform="linkedin", metrics=Metrics(likes=5, reactions=5))
    others = [
        post(f"{text} Seen at the fair", days=5, platform="linkedin", metrics=Metrics(likes=10, reactions=10))
        for text in ("Buyers of Lille", "Rims and feet", "Terms for shops", "Letters from Ghent")
    ]
    ((candidate, wording),) = found(told([*steady_brand(), good, poor, *others]), Finding.UNEQUAL_TWINS)
    assert [item.id for item in candidate.items] == [good.id, poor.id]
    assert wording.title.endswith("for LinkedIn")
    assert candidate.type is OpportunityType.TREND


def test_only_what_is_fresh_and_does_well_is_a_trend() -> None:
    def asked(days: float, likes: int) -> OpportunityType:
        metrics = Metrics(likes=likes, comments=likes // 4)
        question = post(
            "Two spouts, one teapot. Which one would you pour from?", days=days, tag="glazing", metrics=metrics
        )
        ((candidate, _),) = found(told([*steady_brand(), question]), Finding.TALKED_ABOUT)
        return candidate.type

    assert asked(days=4, likes=100) is OpportunityType.TREND
    assert asked(days=4, likes=60) is OpportunityType.EVERGREEN
    assert asked(days=20, likes=100) is OpportunityType.EVERGREEN


@pytest.mark.parametrize(
    ("text", "metrics", "title"),
    [
        ("Goodbye to the best of us!", Metrics(likes=150, comments=90), "Start another conversation like “Goodbye to"),
        (
            "A jug with two lips and no handle.",
            Metrics(likes=400, comments=10),
            "Another photo in the manner of “A jug",
        ),
        (
            "We mended nearly 1000 cups and a jug.",
            Metrics(likes=400, comments=10),
            "Put a figure up front again, as in “We",
        ),
    ],
)
def test_one_more_like_a_standout_post_is_named_by_what_made_it_work(text: str, metrics: Metrics, title: str) -> None:
    hit = post(text, days=40, tag="glazing", metrics=metrics)
    context = told([*steady_brand(), hit])
    ((candidate, wording),) = found(context, Finding.STANDOUT_POST)
    assert wording.title.startswith(title)
    assert ("Read the comments" in wording.angle) is (metrics.comments == 90)
    assert not any(of_a_case in wording.angle for of_a_case in ("case", "how it ended", "who did it"))
    items = {item.id: item for item in context.items}
    assert [found for fact in candidate.facts for found in problems_of_fact(fact, items, seen_from=NOW.date())] == []


def test_standout_post_that_was_shared_most_is_followed_by_one_to_pass_on() -> None:
    shared = [
        msgspec.structs.replace(item, metrics=Metrics(likes=100, comments=10, shares=3)) for item in steady_brand()
    ]
    text = "A jug with two lips and no handle."
    hit = post(text, days=40, tag="glazing", metrics=Metrics(likes=180, comments=20, shares=90))
    ((candidate, wording),) = found(told([*shared, hit]), Finding.STANDOUT_POST)
    assert wording.title == "Another photo to pass on, like “A jug with two lips and no handle”"
    assert candidate.facts[1].text == "Its 90 shares compare with a median of 3 for 13 posts of its kind there"
    assert candidate.facts[1].text in wording.why_now


def test_somebody_elses_post_is_competitive_and_named_as_theirs() -> None:
    theirs = post(
        "Crazing in a glaze is a flaw, whatever the gallery says.",
        days=2, likes=900, tag="glazing", author_ref="otherkiln", flags=Flags(is_own_account=False),
    )  # fmt: skip
    context = told([*steady_brand(), theirs])
    citing = [(candidate, wording) for candidate, wording in ideas(context) if theirs in candidate.items]
    ((candidate, wording),) = citing
    assert candidate.type is OpportunityType.COMPETITIVE
    assert wording.title.startswith("Your side of what @otherkiln posted: “Crazing")
    assert wording.why_now.startswith("The photo by @otherkiln of 8 March on Instagram reached 900 likes")
    assert all(theirs.id not in fact.evidence_ids[1:] for other, _ in ideas(context) for fact in other.facts)


def test_repost_is_nobodys_and_never_the_brands() -> None:
    repost = post(
        "Our members glaze together every week.", days=2, likes=900, tag="glazing", platform="linkedin",
        flags=Flags(is_own_account=True, is_repost=True),
    )  # fmt: skip
    own = [post(text, days=3, platform="linkedin", metrics=Metrics(likes=9)) for text in ("Terms for shops", "A fair")]
    citing = [pair for pair in ideas(told([*steady_brand(), *own, repost])) if repost in pair[0].items]
    assert [(candidate.type, "somebody else" in wording.title) for candidate, wording in citing] == [
        (OpportunityType.COMPETITIVE, True)
    ]


def test_posts_with_a_taboo_term_are_not_cited_but_counted() -> None:
    taboo = post("Our glaze is a bargain, come and see it.", days=1, likes=900, tag="glazing")
    tagged = post("Come and see the new shelf of plates.", days=1, likes=900, tag="Bargain")
    context = told([*steady_brand(), taboo, tagged], {"tier0.taboos": ["bargain"]})
    cited = {item.id for candidate, _ in ideas(context) for item in candidate.items}
    assert cited
    assert cited.isdisjoint({taboo.id, tagged.id})
    (steady, *_) = [c for c, _ in found(context, Finding.STEADY_THEME) if c.pillar_name == "glazing"]
    assert taboo.id in steady.facts[0].evidence_ids


def test_no_two_candidates_cite_one_post_or_one_text() -> None:
    twins = [
        msgspec.structs.replace(item, id=f"twin-{item.id}", platform="linkedin", content_type="text_post", media={})
        for item in [*RISING, *STEADY]
    ]
    cited = [item for candidate, _ in ideas(told([*RISING, *STEADY, *twins])) for item in candidate.items]
    assert len(cited) >= 4
    assert len({item.id for item in cited}) == len(cited)
    by_candidate = [
        {item.text_primary for item in candidate.items} for candidate, _ in ideas(told([*RISING, *STEADY, *twins]))
    ]
    assert sum(map(len, by_candidate)) == len(set().union(*by_candidate))


def test_one_medium_from_two_actors_counts_once() -> None:
    reel = post(GLAZES[0], days=1, tag="glazing", media={"type": "Video"}, external_id="medium", likes=300)
    again = msgspec.structs.replace(
        reel, id="again", capability="reels", content_type="reel", flags=Flags(is_own_account=True, has_transcript=True)
    )
    context = told([*steady_brand()[1:], reel, again])
    cited = {item.id for candidate, _ in ideas(context) for item in candidate.items}
    counted = {item_id for candidate, _ in ideas(context) for fact in candidate.facts for item_id in fact.evidence_ids}
    assert "again" in counted
    assert reel.id not in cited | counted


def test_order_of_the_evidence_changes_nothing() -> None:
    items = [*RISING, *STEADY]
    expected = ideas(told(items))
    assert ideas(told(items[::-1])) == expected
    assert ideas(told([*items[1::2], *items[::2]])) == expected


def test_unknown_counts_are_not_zero() -> None:
    hidden = [msgspec.structs.replace(item, metrics=Metrics()) for item in steady_brand()]
    found_ideas = ideas(told(hidden))
    assert found_ideas
    assert {candidate.finding for candidate, _ in found_ideas} == {Finding.STEADY_THEME}
    assert not any("times" in name for candidate, _ in found_ideas for fact in candidate.facts for name in fact.figures)
    assert not any("0 likes" in wording.why_now for _, wording in found_ideas)


def test_post_with_hidden_likes_is_not_compared_with_posts_that_show_them() -> None:
    half_hidden = post("A jug with two lips and no handle.", days=2, tag="glazing", metrics=Metrics(comments=90))
    context = told([*steady_brand(), half_hidden])
    about = [
        fact for candidate, _ in ideas(context) for fact in candidate.facts if fact.evidence_ids[0] == half_hidden.id
    ]
    assert not any("times" in fact.figures for fact in about)
    assert not found(context, Finding.STANDOUT_POST)


def test_idea_whose_posts_have_no_time_cannot_be_scored() -> None:
    undated = post("A jug with two lips and no handle.", days=None, likes=500, tag="glazing")
    (candidate, _), *_ = found(told([*steady_brand(), undated]), Finding.STANDOUT_POST)
    assert candidate.items == (undated,)
    assert candidate.breakdown is None


def test_post_from_the_future_is_left_out() -> None:
    ahead = post("A jug with two lips and no handle.", days=-2, likes=500, tag="glazing")
    assert not any(ahead in candidate.items for candidate, _ in ideas(told([*steady_brand(), ahead])))


def test_web_pages_are_no_posts() -> None:
    page = post("All about glazing, in ten thousand words.", days=1, platform="web", metrics=Metrics(), tag="glazing")
    context = told([*steady_brand(), page])
    known = [item_id for candidate, _ in ideas(context) for fact in candidate.facts for item_id in fact.evidence_ids]
    assert known
    assert page.id not in known


def test_profile_without_pillars_gives_no_candidates() -> None:
    context = told(steady_brand())
    context.snapshot.pillars.clear()
    assert find_candidates(context) == []


def test_every_fact_can_be_computed_again() -> None:
    items = [
        *RISING,
        *STEADY,
        post("Two spouts, one pot. Which would you take?", days=4, metrics=Metrics(likes=50, comments=40)),
    ]
    by_id = {item.id: item for item in items}
    facts = [fact for candidate, _ in ideas(told(items)) for fact in candidate.facts]
    assert len(facts) >= 6
    assert [problem for fact in facts for problem in problems_of_fact(fact, by_id, seen_from=NOW.date())] == []


def test_why_now_names_days_and_never_counts_back_from_today() -> None:
    texts = [wording.why_now for _, wording in ideas(told([*RISING, *STEADY]))]
    assert all("March" in text or "February" in text for text in texts)
    assert not any(word in text for text in texts for word in ("yesterday", "today", "ago", "last week"))
