"""Pillars: themes that were planted are found, and named by what they are about."""

from typing import Any

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from tests.fakes.evidence_items import make_item
from tests.unit.compile.brands import FARM, roaster
from tests.unit.compile.profiles import compile_profile


def _pillars(items: list[EvidenceItem], answers: dict[str, Any] | None = None, **settings: Any) -> list[dict[str, Any]]:
    pillars: list[dict[str, Any]] = compile_profile(items, answers, **settings)["pillars"]
    return pillars


def _posts() -> list[EvidenceItem]:
    return [item for item in roaster() if item.id.startswith("post-")]


def test_planted_themes_are_found_with_their_members() -> None:
    pillars = _pillars(_posts())
    assert sorted(sorted(pillar["example_ids"]) for pillar in pillars) == [
        ["post-0", "post-1", "post-2"],
        ["post-3", "post-4", "post-5"],
        ["post-6", "post-7", "post-8"],
    ]
    for pillar in pillars:
        assert pillar["share"] == pytest.approx(1 / 3, abs=1e-6)
        first = {"post-0": ("Espresso", "Roast"), "post-3": ("Barista", "Training"), "post-6": ("Farm", "Harvest")}
        names = next(first[item_id] for item_id in sorted(pillar["example_ids"]))
        assert pillar["name"]["value"].startswith(names)
        assert pillar["name"]["confidence"] == 0.5
        assert pillar["description"]["value"].startswith("3 of 9 items, on Instagram.")


def test_few_texts_hold_no_themes() -> None:
    assert _pillars(_posts()[:5]) == []
    assert _pillars([]) == []


def test_texts_that_were_posted_twice_count_once() -> None:
    twins = [
        make_item(f"t{number}", item.text_primary, platform="linkedin") for number, item in enumerate(_posts()[:5])
    ]
    assert _pillars([*_posts()[:5], *twins]) == []
    repeated = make_item("company-1", FARM, platform="linkedin")
    farm = next(pillar for pillar in _pillars([*_posts(), repeated]) if "company-1" in pillar["example_ids"])
    assert sorted(farm["example_ids"]) == ["company-1", "post-6", "post-7", "post-8"]
    assert farm["description"]["value"].startswith("4 of 10 items, on Instagram and LinkedIn.")


@pytest.mark.parametrize(
    ("brand_name", "said"),
    [
        ("Acme", "Acme"),
        ("Acme Roasters", "Acme Roasters"),
        ("Acme Roasters", "Acme"),
        ("Other", "Friday"),
        ("Other", "October"),
        ("Other", "Fridays"),
    ],
)
def test_neither_days_nor_months_nor_the_brand_name_a_pillar(brand_name: str, said: str) -> None:
    items = [
        make_item(item.id, f"{said} {said}. {item.text_primary} {said}.", hashtags=[said.replace(" ", "")])
        if number < 5
        else item
        for number, item in enumerate(_posts())
    ]
    pillars = _pillars(items, brand_name=brand_name)
    assert len(pillars) >= 2
    for pillar in pillars:
        assert said not in pillar["name"]["value"]
        assert not [phrase for phrase in pillar["keyphrases"] if phrase.casefold() == said.casefold()]


@pytest.mark.parametrize(
    ("seed", "text", "language"),
    [
        ("Workshops", "Last night's workshop was full of laughter.", "en"),
        ("Baking bread", "We baked three breads for the village.", "en"),
        ("Behind the scenes", "A look behind the scenes of our bakery.", "en"),
        ("Design for everyone", "Good design is a right that everyone has.", "en"),
        ("AI", "How AI helps us plan the ovens.", "en"),
        ("kookworkshop", "De kookworkshops van deze week zitten vol.", "nl"),
        ("커피", "우리는 매일 커피를 볶습니다.", "ko"),
        ("Slow fashion", "New in the shop #slowfashion", "en"),
        ("ekmek", "Her sabah taze ekmekler pişiriyoruz.", "tr"),
    ],
)
def test_a_named_theme_finds_its_texts_in_any_form_of_the_word(seed: str, text: str, language: str) -> None:
    tags = [word.removeprefix("#") for word in text.split() if word.startswith("#")]
    items = [make_item("1", text, language=language, hashtags=tags), make_item("2", "Rain all day, and no bus.")]
    [pillar] = _pillars(items, {"tier1.pillars_seed": [seed]})
    assert pillar["name"]["value"] == seed
    assert pillar["example_ids"] == ["1"]
    assert pillar["share"] == 0.5


def test_a_named_theme_without_texts_stays_and_claims_nothing() -> None:
    [pillar] = _pillars(roaster(), {"tier1.pillars_seed": ["Astronomy"]})
    assert pillar["name"]["value"] == "Astronomy"
    assert (pillar["share"], pillar["example_ids"], pillar["description"]["value"]) == (0, [], None)


def test_named_themes_keep_their_order() -> None:
    pillars = _pillars(roaster(), {"tier1.pillars_seed": ["Farm", "Espresso roast", "Farm visits"]})
    assert [(pillar["id"], pillar["name"]["value"]) for pillar in pillars] == [
        ("pillar-1", "Farm"),
        ("pillar-2", "Espresso roast"),
        ("pillar-3", "Farm visits"),
    ]


def test_a_hashtag_names_a_theme_as_people_say_it() -> None:
    texts = (
        ("The freezer holds the bag for two weeks.", ["mothrescue", "SlowWool"]),
        ("A bag, a freezer, and the moth rescue begins.", ["mothrescue"]),
        ("The freezer again: larvae do not like it.", ["mothrescue"]),
        ("A basin and a towel, no more.", ["SlowWool"]),
        ("Wash the scarf in a basin.", ["SlowWool"]),
        ("Dry the scarf flat on a towel.", ["SlowWool"]),
    )
    items = [make_item(str(number), text, hashtags=tags) for number, (text, tags) in enumerate(texts)]
    assert [pillar["name"]["value"] for pillar in _pillars(items)][:2] == ["Slow wool", "Moth rescue"]


def test_a_theme_is_not_named_by_people_verbs_or_words_of_every_brand() -> None:
    texts = (
        "Lucia served the soup beside a lake, and forty guests were gone in no time.",
        "For the soup Lucia served we went to the market with an empty basket.",
        "Last time Lucia served a soup, it snowed on the roof of the school.",
        "The bread that Marco baked took its time, like the tide in a harbour.",
        "Marco baked the bread of a whole village, and the postman carried it.",
        "With the bread Marco baked came butter from the farm on the hill.",
    )
    pillars = _pillars([make_item(str(number), text) for number, text in enumerate(texts)])
    names = {pillar["name"]["value"] for pillar in pillars}
    assert {"Bread", "Soup"} <= names
    phrases = {phrase for pillar in pillars for phrase in pillar["keyphrases"]}
    assert not phrases & {"served", "baked", "time"}


def test_two_names_of_one_theme_make_one_pillar() -> None:
    pillars = _pillars(_posts())
    members = [frozenset(pillar["example_ids"]) for pillar in pillars]
    assert len(set(members)) == len(members)


def test_a_description_says_what_the_theme_is_about_how_it_does_and_how_it_sounds() -> None:
    farm = next(pillar for pillar in _pillars(_posts()) if "post-6" in pillar["example_ids"])
    description = farm["description"]["value"]
    assert description.startswith("3 of 9 items, on Instagram. Speaks of farm. Engages 1.6 times as much")
    quote = farm["description"]["sources"][0]["quote"]
    assert description.endswith(f"In the brand's words: “{quote}”")
    assert "farm" in quote
    assert "harvest" in quote
