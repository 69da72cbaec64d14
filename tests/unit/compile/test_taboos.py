"""Taboo terms: nothing that the compiler writes holds one, however it is spelled; what people answered stays theirs."""

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Metrics
from tests.fakes.evidence_items import make_item
from tests.unit.compile.brands import roaster
from tests.unit.compile.profiles import compile_profile, texts_of


@pytest.mark.parametrize(
    ("taboo", "said"),
    [
        ("cheap", "Cheap"),
        ("CHEAP", "cheap"),
        ("low cost", "low cost"),
        ("low cost", "Low-Cost"),
        ("low  cost", "low cost"),
        ("don't wait", "don’t wait"),
        ("café", "cafe\u0301"),
        ("straße", "STRASSE"),
        ("İndirim", "indirim"),
        ("bargain", "“bargain”"),
        ("bargain", "(bargain!)"),
        ("할인", "할인을"),
        ("激安", "本日激安セール"),
        ("رخيص", "رخيص"),
        ("🔥", "🔥"),
    ],
)
def test_a_taboo_term_is_in_nothing_that_is_written(taboo: str, said: str) -> None:
    items = [
        make_item(
            f"{platform}{number}",
            f"We are happy to show you {said} coffee for people like you. Would you like {said} coffee too?",
            platform=platform,
            hashtags=[said.replace(" ", "")],
            metrics=Metrics(likes=number),
        )
        for platform in ("instagram", "web")
        for number in range(4)
    ]
    assert said in "\n".join(texts_of(compile_profile(items)))
    profile = compile_profile(items, {"tier0.taboos": [taboo]})
    assert profile["constraints"].pop("taboos")["value"] == [taboo]
    assert not [text for text in texts_of(profile) if said in text]


@pytest.mark.parametrize("taboo", ["art", "star", "  "])
def test_a_taboo_term_is_a_whole_word(taboo: str) -> None:
    item = make_item("1", "We start every party with a smart idea!!", platform="web")
    profile = compile_profile(
        [item, make_item("2", "We are a small studio.", platform="web")], {"tier0.taboos": [taboo]}
    )
    assert "We start every party with a smart idea!!" in texts_of(profile["examples"])


@pytest.mark.parametrize("taboo", ["playful", "people", "readers", "Instagram", "median", "Fridays", "items", "words"])
def test_the_compilers_own_words_give_way_too(taboo: str) -> None:
    answers = {"tier0.taboos": [taboo]}
    profile = compile_profile(roaster(), answers)
    profile["constraints"].pop("taboos")
    names = {"platform", "content_type"}
    for profile_of in profile["platform_profiles"].values():
        assert not [text for text in texts_of({**profile_of, "platform": ""}) if _holds(text, taboo, names)]
    for section in ("positioning", "voice", "pillars"):
        assert not [text for text in texts_of(profile[section]) if _holds(text, taboo, names)]


def _holds(text: str, taboo: str, names: set[str]) -> bool:
    return text not in {"instagram", *names} and taboo.casefold() in text.casefold()


def test_an_answer_that_holds_a_taboo_term_stays() -> None:
    answers = {"tier0.taboos": ["cheap"], "tier0.what_we_do": "Never cheap coffee", "tier1.pillars_seed": ["Not cheap"]}
    profile = compile_profile(roaster(), answers)
    assert profile["positioning"]["what_we_do"]["value"] == "Never cheap coffee"
    assert profile["pillars"][0]["name"]["value"] == "Not cheap"
