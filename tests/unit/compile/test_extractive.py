"""The extractive compiler: valid, cited, quoted word for word, and silent where nothing supports a value."""

import itertools
import json
from typing import Any

import jsonschema
import pytest

from brandbrain_dagster.domain.compile.canonical_json import canonical_json
from brandbrain_dagster.domain.compile.citations import citation_problems
from brandbrain_dagster.domain.compile.snapshot_schema import snapshot_json_schema
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from tests.fakes.evidence_items import make_item
from tests.unit.compile.brands import FARM, ROASTER_ANSWERS, WORLD_TEXTS, roaster, world
from tests.unit.compile.profiles import compile_profile, fields_of, texts_of

PLATFORMS = ("instagram", "linkedin", "tiktok", "web", "youtube")
VALIDATOR = jsonschema.Draft202012Validator(snapshot_json_schema())
CASES: list[tuple[list[EvidenceItem], dict[str, Any]]] = [
    ([], {}),
    ([], ROASTER_ANSWERS),
    (roaster(), {}),
    (roaster(), ROASTER_ANSWERS),
    (world(), {}),
    ([item for item in roaster() if item.platform == "web"], {}),
]
case = pytest.mark.parametrize(("items", "answers"), CASES)


@case
def test_a_profile_is_valid_against_the_published_schema(items: list[EvidenceItem], answers: dict[str, Any]) -> None:
    VALIDATOR.check_schema(VALIDATOR.schema)
    VALIDATOR.validate(json.loads(canonical_json(compile_profile(items, answers, platforms=PLATFORMS))))


@case
def test_every_value_rests_on_an_answer_or_on_items_of_the_bundle(
    items: list[EvidenceItem], answers: dict[str, Any]
) -> None:
    profile = compile_profile(items, answers, platforms=PLATFORMS)
    for path, node in fields_of(profile).items():
        has_value = node["value"] not in (None, [])
        assert bool(node["sources"]) == has_value, path
        if not has_value:
            is_never_inferred = path.startswith(("constraints.", "examples."))
            assert node["confidence"] == (None if is_never_inferred else 0.1), path
    assert citation_problems(profile, {item.id: item for item in items}) == []


@pytest.mark.parametrize("items", [roaster(), world()])
def test_every_excerpt_and_quoted_value_is_verbatim(items: list[EvidenceItem]) -> None:
    profile = compile_profile(items)
    said = {item.id: f"{item.text_primary}\n{item.text_secondary or ''}" for item in items}
    refs = profile["examples"]["canonical_evidence"]
    assert refs
    for ref in refs:
        assert ref["excerpt"]
        assert ref["excerpt"] in said[ref["id"]]
    quotes = [
        (source["id"], source["quote"])
        for node in fields_of(profile).values()
        for source in node["sources"]
        if "quote" in source
    ]
    assert len(quotes) >= 4
    assert all(quote in said[item_id] for item_id, quote in quotes)


@pytest.mark.parametrize(
    ("text", "question", "language"),
    [
        (WORLD_TEXTS[0][1], "Heb je zin in een échte uitdaging?", "Dutch"),
        (WORLD_TEXTS[2][1], "여러분은 어떤 커피를 좋아하세요?", "Korean"),
        (WORLD_TEXTS[4][1], "Siz hangi ekmeği seversiniz?", "Turkish"),
        (
            "نحن نصنع الخبز الطازج كل صباح. ما هو نوع الخبز المفضل لديكم؟ شاركونا رأيكم",
            "ما هو نوع الخبز المفضل لديكم؟",
            "Arabic",
        ),
        (
            "毎朝焼きたてのパンをお届けします。みなさんはどのパンが一番お好きですか？教えてください。",
            "みなさんはどのパンが一番お好きですか？",
            "Japanese",
        ),
    ],
)
def test_a_habit_is_shown_in_the_language_of_the_brand(text: str, question: str, language: str) -> None:
    items = [make_item(str(number), text, language=None) for number in range(3)]
    habits = compile_profile(items)["voice"]["do"]
    assert f"Write in {language}, the language of all 3 items." in habits["value"]
    assert f"Ask your readers something, as all 3 items do: “{question}”" in habits["value"]
    assert question in [source.get("quote") for source in habits["sources"]]


def test_the_site_says_what_the_brand_is() -> None:
    positioning = compile_profile(roaster())["positioning"]
    assert positioning["what_we_do"]["value"] == "We are a coffee roastery for people who care."
    assert positioning["what_we_do"]["sources"][0]["id"] == "page-1"
    assert positioning["what_we_do"]["confidence"] == 0.5
    assert "Unlike others, we never roast before you order." in positioning["differentiators"]["value"]
    assert "Since 2011 more than 900 cafés have trusted us." in positioning["proof_types"]["value"]


def test_without_a_site_positioning_is_less_sure() -> None:
    item = make_item("1", "We bake bread for teams in the north of the city.")
    what_we_do = compile_profile([item])["positioning"]["what_we_do"]
    assert (what_we_do["value"], what_we_do["confidence"]) == (item.text_primary, 0.4)


def test_answers_are_used_word_for_word() -> None:
    profile = compile_profile(roaster(), ROASTER_ANSWERS)
    fields = fields_of(profile)
    for path, question in {
        "positioning.what_we_do": "tier0.what_we_do",
        "positioning.who_for": "tier0.who_for",
        "voice.tone_tags": "tier0.tone_words",
        "voice.cta_policy": "tier0.cta_posture",
        "constraints.taboos": "tier0.taboos",
        "constraints.risk_boundaries": "tier2.risk_boundaries",
        "examples.user_examples": "tier1.good_examples",
    }.items():
        assert fields[path]["value"] == ROASTER_ANSWERS[question]
        assert fields[path]["sources"] == [{"type": "answer", "id": question}]
        assert fields[path]["confidence"] == 0.9
    assert fields["positioning.proof_types"]["value"] == ["Q graders on the team"]
    meta = profile["meta"]
    assert meta["content_goal"] == ROASTER_ANSWERS["tier0.primary_goal"]
    assert meta["priority_platforms"] == ["instagram"]
    assert meta["web_key_pages"] == ["https://acme.example/about"]
    assert meta["proof_library"] == [{"claim": "Q graders on the team", "support": "certificates"}]
    rules = ROASTER_ANSWERS["tier2.platform_rules.instagram"]
    assert profile["platform_profiles"]["instagram"]["rules"] == rules


def test_no_contact_data_is_written_anywhere() -> None:
    contacts = (
        "jane.doe@acme.example",
        "+31 6 1234 5678",
        "020-1234567",
        "(020) 123 45 67",
        "+49\u00a0151\u00a012345678",
    )
    items = [
        make_item(str(number), f"We are happy to help you with your order: {contact}", metrics=Metrics(likes=number))
        for number, contact in enumerate(contacts)
    ]
    pages = [make_item(f"p{item.id}", item.text_primary, platform="web") for item in items]
    written = "\n".join(texts_of(compile_profile([*items, *pages])))
    assert not [contact for contact in contacts if contact in written]


def test_every_connected_platform_has_a_profile() -> None:
    profiles = compile_profile([make_item("1", "We mend what others throw away.")], platforms=PLATFORMS)
    assert list(profiles["platform_profiles"]) == sorted(PLATFORMS)
    for name, profile in profiles["platform_profiles"].items():
        assert profile["platform"] == name
        assert profile["rules"] is None
        assert all(node["confidence"] == 0.1 for node in fields_of(profile).values())


@pytest.mark.parametrize("flags", [Flags(is_repost=True), Flags(is_own_account=False)])
def test_words_of_other_people_are_neither_voice_nor_quoted(flags: Flags) -> None:
    foreign = [
        make_item(
            f"f{number}",
            "We are AMAZING!!! 🤩🤩🤩 What do you think? Link in bio, click the link below now! Stop scrolling!",
            flags=flags,
            metrics=Metrics(likes=5000),
        )
        for number in range(8)
    ]
    alone = compile_profile(foreign)
    for node in (*fields_of(alone["voice"]).values(), *fields_of(alone["positioning"]).values()):
        assert node["confidence"] == 0.1
    assert alone["pillars"] == []
    assert alone["examples"]["canonical_evidence"] == []
    profile = alone["platform_profiles"]["instagram"]
    assert (profile["hooks"]["value"], profile["cta"]["value"], profile["top_examples"]) == ([], [], [])

    own = roaster()
    assert compile_profile([*own, *foreign])["voice"] == compile_profile(own)["voice"]
    assert "AMAZING" not in "\n".join(texts_of(compile_profile([*own, *foreign])))


def test_web_pages_do_not_blur_the_voice_of_the_posts() -> None:
    pages = [make_item(f"p{number}", FARM * 40, platform="web") for number in range(5)]
    posts = [item for item in roaster() if item.platform == "instagram"]
    assert compile_profile([*posts, *pages])["voice"] == compile_profile(posts)["voice"]


def test_pictures_without_words_have_no_voice() -> None:
    items = [make_item(str(number), hashtags=["x"], metrics=Metrics(likes=number)) for number in range(9)]
    profile = compile_profile(items)
    assert [node["value"] for node in profile["voice"].values()] == [[], [], [], None, None]
    assert profile["pillars"] == []


@pytest.mark.parametrize("items", [roaster(), world()])
def test_the_order_of_the_items_changes_no_byte(items: list[EvidenceItem]) -> None:
    first = canonical_json(compile_profile(items, platforms=PLATFORMS))
    for other in (items[::-1], items[4:] + items[:4], items[1::2] + items[::2]):
        assert canonical_json(compile_profile(other, platforms=PLATFORMS[::-1])) == first


def test_what_is_written_reads_as_english() -> None:
    awkward = ("1 items", "1 days", "1 words", " 0 ", "1 of 3 items have", "1 of 3 items do", "..", "on linkedin")
    for count, items in itertools.product((1, 3, 4), (roaster(), world())):
        written = texts_of(compile_profile(items[:count]))
        assert not [text for text in written for phrase in awkward if phrase in text]
