"""The rules that every wording of an idea has to pass, whoever worded it."""

import dataclasses

import pytest

from brandbrain_dagster.domain.opportunities.candidate import Candidate
from brandbrain_dagster.domain.opportunities.stated_figures import read_wording_rules
from brandbrain_dagster.domain.opportunities.validity import WordingRules, problems_of, source_problems
from tests.unit.opportunities.candidates import GOOD, facts, make_candidate
from tests.unit.opportunities.evidence import spoiled

RULES = WordingRules(taboos=("cheap", "No Brainer"))
UNANCHORED = "why_now names no number, date, event or metric of the idea's facts."
FIELDS = ("title", "angle", "why_now")


def problems(candidate: Candidate | None = None, /, **changes: str) -> list[str]:
    return problems_of(dataclasses.replace(GOOD, **changes), candidate or make_candidate(), RULES)


def test_a_good_wording_has_no_problems() -> None:
    assert problems() == []


@pytest.mark.parametrize(("name", "least"), [("title", 5), ("angle", 10), ("why_now", 10)])
def test_a_text_is_long_enough_without_the_blanks_around_it(name: str, least: int) -> None:
    candidate = make_candidate(facts=facts("6 likes"))
    enough = "6 likes" + "!" * (least - 7) if least > 7 else "Reels"
    assert problems(candidate, **({"why_now": "6 likes up"} | {name: enough})) == []
    short = f"  {enough[:-1]}   "
    assert problems(candidate, **({"why_now": "6 likes up"} | {name: short})) == [
        f"{name} has fewer than {least} characters."
    ]


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("cliche", ["A game-changer", "It is NEXT-level coffee", "Unlock your potential"])
def test_a_marketing_cliche_is_found_in_every_field(name: str, cliche: str) -> None:
    found = problems(**{name: f"{getattr(GOOD, name)} {cliche}."})
    assert len(found) == 1
    assert found[0].startswith(f"{name} holds the marketing cliché")


@pytest.mark.parametrize("text", ["Lock up at night", "The next level crossing?", "An elevator pitch", "Redefined"])
def test_only_whole_phrases_are_cliches(text: str) -> None:
    found = problems(title=text)
    assert bool(found) is ("next level" in text)


@pytest.mark.parametrize("timing", ["This is always relevant.", "It is timeless.", "Now more than ever."])
def test_empty_timing_is_refused_beside_a_true_figure(timing: str) -> None:
    found = problems(why_now=f"{GOOD.why_now} {timing}")
    assert len(found) == 1
    assert "true of any day" in found[0]


@pytest.mark.parametrize(
    "why_now",
    [
        "It had 1,240 likes.",
        "It is three and a bit ahead of 18 November.",
        "The likes keep rising.",
        "Christmas Eve is named in it.",
    ],
)
def test_a_number_a_date_an_event_or_a_metric_is_an_anchor(why_now: str) -> None:
    candidate = make_candidate(facts=facts("3 reels and 1240 likes until 18 November", "It names Christmas Eve"))
    assert problems(candidate, why_now=why_now) == []


def test_without_an_anchor_there_is_no_reason_to_do_it_now() -> None:
    assert problems(why_now="People would surely love to see this.") == [UNANCHORED]


@pytest.mark.parametrize(
    "why_now",
    [
        "Saves are what people do with it.",
        "Engagement is at its highest ever.",
        "Likes have hit a record.",
    ],
)
def test_a_metric_that_no_fact_names_and_a_superlative_are_no_anchor(why_now: str) -> None:
    candidate = make_candidate(facts=facts("The likes are 3.6 times the median engagement of 10 reels"))
    assert problems(candidate, why_now=why_now) == [UNANCHORED]
    assert problems(candidate, why_now=f"{why_now} It is 3.6 times the median.") == []


@pytest.mark.parametrize("beside", ["", " It had 1,240 likes."])
def test_an_event_that_no_fact_names_is_invented(beside: str) -> None:
    assert problems(why_now=f"Black Friday is next week and people plan their gifts.{beside}") == [
        "why_now names black friday, which no fact of the idea states."
    ]


@pytest.mark.parametrize(
    ("why_now", "invented"),
    [
        ("It reached 1,250 likes.", "1250"),
        ("It reached 18 likes.", "18"),
        ("It was published on 19 November.", "19 November"),
        ("It had four times the usual likes.", "4x"),
        ("It doubled its likes.", "2x"),
        ("9 out of 10 liked it.", "9/10"),
        ("97% of readers liked the reel.", "97%"),
        ("1240k likes so far.", "1240000"),
        ("It went out on a Tuesday.", "Tuesday"),
        ("It had 10 comments in March.", "March"),
    ],
)
def test_a_figure_that_no_fact_states_is_refused(why_now: str, invented: str) -> None:
    assert problems(why_now=why_now) == [f"why_now names {invented}, which no fact of the idea states."]


def test_a_figure_of_the_cited_text_is_no_fact() -> None:
    candidate = make_candidate(items=(spoiled(2, text="We sold 500 bags"),))
    assert problems(candidate, why_now="500 bags are a reason.") != []
    assert problems(candidate, angle="Show the 500 bags, one by one.") == []


@pytest.mark.parametrize("name", ["title", "angle"])
def test_a_claim_in_a_title_or_an_angle_needs_a_source_and_a_small_plan_does_not(name: str) -> None:
    assert problems(**{name: "9 questions for Marta"}) == []
    assert problems(**{name: "12,000 happy customers"}) == [
        f"{name} names 12000, which neither a fact nor a cited item states."
    ]
    assert problems(**{name: "5% off for Marta's friends"}) != []
    assert problems(make_candidate(proof="12,000 customers"), **{name: "12,000 happy customers"}) == []


@pytest.mark.parametrize("name", ["title", "angle"])
@pytest.mark.parametrize(
    ("claim", "backed_by"),
    [
        ("We are rated 10 out of 10 by customers", "Customers rate us 10/10"),
        ("3x better than glue", "It holds three times as long"),
        ("8 awards for one drum", "8 awards"),
    ],
)
def test_a_small_figure_that_is_no_plan_needs_a_source(name: str, claim: str, backed_by: str) -> None:
    (problem,) = problems(
        make_candidate(facts=facts("3 posts, 10 reels, 1,240 likes")), **{name: claim, "why_now": "1,240 likes"}
    )
    assert problem.startswith(f"{name} names")
    assert problems(make_candidate(proof=backed_by), **{name: claim}) == []


def test_the_day_of_a_cited_item_may_be_named() -> None:
    assert problems(angle="Begin with the post of 7 March, then go on.") == []
    assert problems(angle="Begin with the post of 8 March, then go on.") != []


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("term", ["CHEAP", "#nobrainer", "no-brainer"])
def test_a_taboo_is_found_in_every_field_however_it_is_spelled(name: str, term: str) -> None:
    assert problems(**{name: f"{getattr(GOOD, name)} {term}"}) == [f"{name} holds a term that the brand never uses."]


@pytest.mark.parametrize("field", ["title", "text_primary", "text_secondary"])
def test_a_taboo_in_any_text_of_any_cited_item_is_found(field: str) -> None:
    candidate = make_candidate(items=(spoiled(1), spoiled(2, **{field: "So cheap!"})))
    assert problems(candidate) == ["The cited item post-2 holds a term that the brand never uses."]
    assert source_problems(candidate, RULES) == problems(candidate)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("text", ["Visit https://evil.example/x", "Write to a@b.example", "Call +31 20 555 01 23 45"])
def test_links_and_contact_data_are_refused(name: str, text: str) -> None:
    found = problems(**{name: f"{getattr(GOOD, name)} {text}"})
    assert f"{name} holds a link or contact data." in found


@pytest.mark.parametrize("text", ["Two\nlines here", "A bell\a rings", "Half \ud83d of it"])
def test_a_text_is_one_line_of_whole_characters(text: str) -> None:
    assert "title holds a line break or another control character." in problems(title=text)


def test_everything_that_is_wrong_is_told() -> None:
    found = problems(title="New", angle="A game changer!", why_now="Timeless, and so cheap.")
    assert len(found) == 5


@pytest.mark.parametrize("kind", ["cliches", "empty_timing"])
def test_every_phrase_of_the_lists_is_found_as_it_is_written(kind: str) -> None:
    for phrase in read_wording_rules()[kind]:
        text = phrase.replace("{word}", "coffee").replace("{ing}", "brewing")
        assert problems(why_now=f"{GOOD.why_now} {text}!") != [], phrase


def test_the_lists_hold_no_phrase_twice() -> None:
    for kind in ("cliches", "empty_timing", "metrics", "events"):
        phrases = read_wording_rules()[kind]
        assert len(set(phrases)) == len(phrases)
