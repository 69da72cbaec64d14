"""Positioning: the answers, and where there is none, the brand's own sentences about itself, word for word."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import regex

from brandbrain_dagster.domain.compile.extractive.field_nodes import answered, inferred, no_list, no_text, quoted_list
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, Sentence
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, Positioning
from brandbrain_dagster.domain.features.style_stats import count_pronouns
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers

_MAX_LIST = 4
_LEXICON = "self_description.toml"


def compile_positioning(answers: OnboardingAnswers, reading: BundleReading) -> Positioning:
    """Returns the positioning; an inferred value is a quotation."""
    return Positioning(
        what_we_do=_text(answers.what_we_do, "tier0.what_we_do", reading, "what_we_do"),
        who_for=_text(answers.who_for, "tier0.who_for", reading, "who_for"),
        differentiators=_list(answers.edge, "tier0.edge", reading, "differentiators"),
        proof_types=_list([claim.claim for claim in answers.proof_claims], "tier2.proof_claims", reading, "proof"),
    )


def _text(answer: str | None, question: str, reading: BundleReading, subject: str) -> FieldNode[str]:
    if answer:
        return answered(answer, question)
    found = sentences_about(subject, reading, limit=1)
    return inferred(found[0].text, [found[0].source()]) if found else no_text()


def _list(answer: Any, question: str, reading: BundleReading, subject: str) -> FieldNode[list[str]]:
    if answer:
        return answered(list(answer), question)
    found = sentences_about(subject, reading, limit=_MAX_LIST)
    return quoted_list(found) if found else no_list()


def sentences_about(subject: str, reading: BundleReading, *, limit: int) -> list[Sentence]:
    """Returns the brand's sentences on a subject of the lexicon, the site's first, each wording once."""
    found: dict[str, Sentence] = {}
    ordered = sorted(reading.texts, key=lambda text: text.item.platform != "web")
    for text in ordered:
        pattern = _pattern(subject, text.language)
        for sentence in reading.sentences(text.item.id):
            if pattern.search(sentence.text) and _speaks_of_itself(sentence, reading):
                found.setdefault(sentence.text.casefold(), sentence)
    return list(found.values())[:limit]


def _speaks_of_itself(sentence: Sentence, reading: BundleReading) -> bool:
    """On its site a brand speaks of itself, in a post where it says "we" or its name; a question says nothing."""
    if sentence.text.endswith(("?", "？", ":")):
        return False
    is_named = reading.brand_name.casefold() in sentence.text.casefold()
    says_we = count_pronouns(sentence.text, sentence.language)["first_person_plural"] > 0
    return sentence.item.platform == "web" or is_named or says_we


@cache
def _pattern(subject: str, language: str) -> regex.Pattern[str]:
    lexicon = tomllib.loads(files(__package__).joinpath(_LEXICON).read_text(encoding="utf-8"))
    expressions = lexicon[subject].get("any", []) + lexicon[subject].get(language, lexicon[subject]["en"])
    return regex.compile(rf"(?<!\w)(?:{'|'.join(expressions)})(?!\w)", regex.IGNORECASE)
