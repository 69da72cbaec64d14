"""What a model's output is refused for."""

from copy import deepcopy
from typing import Any

import pytest

from brandbrain_dagster.domain.compile.extractive.reading import BundleReading
from brandbrain_dagster.domain.compile.llm.draft_problems import Question
from brandbrain_dagster.domain.compile.llm.profile_draft import ProfileDraft
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from tests.fakes.evidence_items import make_item
from tests.unit.compile.brands import WORLD_TEXTS, roaster
from tests.unit.compile.llm_outputs import GOOD_OUTPUT, cited, output_with

ITEMS = roaster()
PILLAR = GOOD_OUTPUT["pillars"][0]


def question(*, taboos: tuple[str, ...] = ("cheap",), pillar_names: tuple[str, ...] = (), **more: Any) -> Question:
    items = more.get("items", ITEMS)
    reading = BundleReading(items, build_feature_report(items), brand_name="Acme Roasters", taboos=taboos)
    return Question(
        fields=more.get("fields", ProfileDraft.__struct_fields__),
        items={item.id: item for item in items},
        pillar_names=pillar_names,
        is_allowed=reading.is_allowed,
    )


def problems_with(path: str, value: Any) -> list[str]:
    return question().problems_of(output_with(path, value))


def test_the_good_output_has_no_problems() -> None:
    assert question().problems_of(GOOD_OUTPUT) == []


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (None, "not a JSON object"),
        ([], "not a JSON object"),
        ("{", "not a JSON object"),
        ({}, "missing: what_we_do"),
        ({name: value for name, value in GOOD_OUTPUT.items() if name != "do"}, "missing: do"),
        (GOOD_OUTPUT | {"confidence": 0.9}, "not asked for"),
        (GOOD_OUTPUT | {"taboos": []}, "not asked for"),
        (GOOD_OUTPUT | {"risk_boundaries": []}, "not asked for"),
    ],
)
def test_an_output_of_another_form_is_refused(output: Any, told: str) -> None:
    problems = question().problems_of(output)
    assert len(problems) == 1
    assert told in problems[0]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("what_we_do.confidence", 0.9, "what_we_do has a key that was not asked for."),
        ("what_we_do", "Roasts coffee.", "what_we_do: expected `object | null`, got `str`."),
        ("what_we_do.value", 7, "what_we_do.value: expected `str`, got `int`."),
        ("what_we_do.value", "x" * 401, "what_we_do.value: expected `str` of length <= 400."),
        ("what_we_do.citations", [], "what_we_do.citations: expected `array` of length >= 1."),
        ("cta_policy.value", "gentle", "cta_policy.value is none of the allowed values."),
        ("emoji_policy.value", "soft", "emoji_policy.value is none of the allowed values."),
        ("do.0.citations.0.field", "caption", "do.0.citations.0.field is none of the allowed values."),
        ("tone_tags", [{"value": "warm"}], "tone_tags.0: object missing required field `citations`."),
    ],
)
def test_a_wrong_key_type_or_enum_value_is_refused_by_its_place(path: str, value: Any, told: str) -> None:
    assert problems_with(path, value) == [told]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("do.0.citations", [cited("post-99")], "do.0.citations.0 cites an evidence_id that is not in the evidence."),
        ("what_we_do.citations.0.quote", "we never roast before they order", "quotes words that do not stand"),
        ("what_we_do.citations.0.quote", "We never roast before you order", "quotes words that do not stand"),
        ("what_we_do.citations.0.field", "title", "quotes words that do not stand"),
        ("what_we_do.citations.0.evidence_id", "post-0", "quotes words that do not stand"),
        ("what_we_do.citations", [cited("page-1")], "what_we_do needs a quote."),
        ("differentiators.0.citations", [cited("page-1")], "differentiators.0 needs a quote."),
        ("do.0.citations", [cited("page-1", "Write to hello@acme.example")], "do.0.citations.0 quotes a link, contact"),
        ("do.0.value", "Write to hello@acme.example.", "do.0 holds a link, contact data or a forbidden term."),
        ("do.0.value", "Call +31 20 123 45 67.", "do.0 holds a link, contact data or a forbidden term."),
        ("do.0.value", "Point to https://acme.example.", "do.0 holds a link, contact data or a forbidden term."),
        ("dont.0.value", "Never say Cheap.", "dont.0 holds a link, contact data or a forbidden term."),
        ("proof_types.0.value", "Over 9000 cafés.", "proof_types.0 holds a figure that no cited item holds."),
        ("do.0.value", " ", "do.0 is blank"),
        ("do.0.value", "Ask\u0000.", "do.0 is blank, or holds a line break or another control character."),
        ("pillars.0.keyphrases", ["espresso\ud800"], "pillars.0.keyphrases.0 is blank, or holds a line break"),
        ("do.1.value", "ASK readers what they like.", "do.1 repeats another entry."),
        ("pillars.0.item_ids", ["post-0", "post-99"], "pillars.0.item_ids holds an id that is not in the evidence."),
        ("pillars.0.item_ids", [], "pillars.0 needs items and a description"),
        ("pillars.0.description", None, "pillars.0 needs items and a description"),
        ("pillars.0.citations", [cited("post-0")], "pillars.0 needs a quote."),
        ("pillars.0.citations.0.quote", "we show you nothing", "pillars.0.citations.0 quotes words"),
        ("pillars.0.name", "Cheap roasts", "pillars.0.name holds a link, contact data or a forbidden term."),
        ("pillars.0.description", "Rated 5 stars.", "pillars.0.description holds a figure that no cited item holds."),
        ("pillars.0.keyphrases", ["latte art"], "pillars.0.keyphrases.0 stands in none of the pillar's items."),
        ("pillars.1.name", "ESPRESSO roasts", "pillars.1 repeats the name or an item of another pillar."),
        ("pillars.1.item_ids", ["post-3", "post-5", "post-0"], "pillars.1 repeats the name or an item"),
        ("pillars", [PILLAR] * 6, "pillars must be 5 at most."),
    ],
)
def test_what_the_evidence_does_not_bear_out_is_refused(path: str, value: Any, told: str) -> None:
    problems = problems_with(path, value)
    assert any(told in problem for problem in problems), problems


def test_named_pillars_must_be_the_named_ones_in_their_order() -> None:
    output = deepcopy(GOOD_OUTPUT)
    names = tuple(pillar["name"] for pillar in output["pillars"])
    assert question(pillar_names=names).problems_of(output) == []
    for wrong in (names[::-1], names[:1], (*names, "Latte art")):
        assert question(pillar_names=wrong).problems_of(output) == [
            "pillars must be the named ones, each once, in their order and spelling."
        ]


def test_a_forbidden_term_in_another_form_is_refused() -> None:
    output = output_with("do.0.value", "Share a #NoBrainer a week.")
    assert question(taboos=("no brainer",)).problems_of(output) != []
    assert question(taboos=("no trainer",)).problems_of(output) == []


@pytest.mark.parametrize("text", [text for _, text in WORLD_TEXTS])
def test_a_quote_in_any_script_must_be_exact_to_the_character(text: str) -> None:
    items = [make_item("w", text)]
    asked = question(items=items, fields=("do",))

    def problems(quote: str) -> list[str]:
        return asked.problems_of({"do": [{"value": "Write so.", "citations": [cited("w", quote, "text_primary")]}]})

    quote = text[:40]
    assert problems(quote) == []
    for index, character in enumerate(quote):
        changed = quote[:index] + ("x" if character != "x" else "y") + quote[index + 1 :]
        assert len(problems(changed)) == 1, changed


def test_a_problem_never_repeats_what_the_output_says() -> None:
    secret = "attack-at-dawn"
    outputs = [
        output_with("cta_policy.value", secret),
        output_with(f"what_we_do.{secret}", 1),
        GOOD_OUTPUT | {secret: 1},
        output_with("do.0.citations.0.evidence_id", secret),
        output_with("do.0.citations.0.quote", secret),
        output_with("do.0.citations.0.field", f"{secret}'"),
        output_with("do.0.value", f"{secret} 12345 https://{secret}.com"),
    ]
    for output in outputs:
        problems = question().problems_of(output)
        assert problems != []
        assert secret not in " ".join(problems)


def test_no_more_problems_are_told_than_a_model_can_read() -> None:
    entries = [{"value": f"Say {number}.", "citations": [cited("nowhere")] * 6} for number in range(8)]
    assert len(problems_with("do", entries)) == 20
