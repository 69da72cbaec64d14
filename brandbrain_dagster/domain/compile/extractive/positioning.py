"""Positioning: the answers, and where there is none, the brand's own sentences about itself, word for word."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import regex

from brandbrain_dagster.domain.compile.extractive.field_nodes import answered, inferred, no_list, no_text, quoted_list
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, Sentence
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, Positioning
from brandbrain_dagster.domain.features.item_text import ItemText
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.style_stats import count_pronouns
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers

_MAX_LIST = 4
_LEXICON = "self_description.toml"
_PRICE = regex.compile(r"\p{Sc}\s?\d|\d\s?(?:\p{Sc}|(?:eur|usd|gbp|krw|tl|원)(?!\w))", regex.IGNORECASE)
_SENTENCE_END = regex.compile(r"[.!…。！][\p{Pf}\p{Pe}\p{So}\p{Emoji}\uFE0F\s]*$")
_QUOTATION = regex.compile(r"^[\p{Pi}\p{Ps}\"'„]")
"""What a customer says stands in quotation marks."""
_READABLE = 160
_WANTED = {
    "what_we_do": "what the brand does",
    "who_for": "for whom it is",
    "differentiators": "what sets it apart",
    "proof": "what proves it",
}


def compile_positioning(answers: OnboardingAnswers, reading: BundleReading) -> Positioning:
    """Returns the positioning; an inferred value is a quotation."""
    what_we_do = _text(answers.what_we_do, "tier0.what_we_do", reading, "what_we_do")
    said = {source.quote for source in what_we_do.sources if source.quote}
    return Positioning(
        what_we_do=what_we_do,
        who_for=_text(answers.who_for, "tier0.who_for", reading, "who_for"),
        differentiators=_list(answers.edge, "tier0.edge", reading, "differentiators", said),
        proof_types=_list(
            [claim.claim for claim in answers.proof_claims], "tier2.proof_claims", reading, "proof", said
        ),
    )


def _text(answer: str | None, question: str, reading: BundleReading, subject: str) -> FieldNode[str]:
    if answer:
        return answered(answer, question)
    found = sentences_about(subject, reading)
    return (
        inferred(found[0].text, [found[0].source()]) if found else no_text(*_nothing_says(subject, question, reading))
    )


def _list(answer: Any, question: str, reading: BundleReading, subject: str, said: set[str]) -> FieldNode[list[str]]:
    if answer:
        return answered(list(answer), question)
    found = [sentence for sentence in sentences_about(subject, reading) if sentence.text not in said][:_MAX_LIST]
    return quoted_list(found) if found else no_list(*_nothing_says(subject, question, reading))


def _nothing_says(subject: str, question: str, reading: BundleReading) -> tuple[str, str]:
    if any(text.item.platform == "web" for text in reading.texts):
        return f"Nothing on the site or in the posts says {_WANTED[subject]}.", f"Answer {question}."
    if reading.texts:
        return f"Nothing in the posts says {_WANTED[subject]}.", f"Answer {question} or connect the website."
    return (
        f"No text of the brand was collected that could say {_WANTED[subject]}.",
        f"Answer {question} or connect the website.",
    )


def sentences_about(subject: str, reading: BundleReading) -> list[Sentence]:
    """Returns the brand's sentences on a subject of the lexicon, each wording once, the most telling first."""
    found: dict[str, Sentence] = {}
    for text in sorted(reading.texts, key=_place):
        pattern, never = _pattern(subject, text.language), _pattern("never", text.language)
        for sentence in reading.sentences(text.item.id):
            folded = fold_text(sentence.text)
            if pattern.search(folded) and not never.search(folded) and _speaks_of_itself(sentence, subject, reading):
                found.setdefault(folded, sentence)
    return sorted(found.values(), key=lambda sentence: _weakness(sentence, reading))


def _place(text: ItemText) -> tuple[bool, int, str]:
    """The site before posts, its front page before those below."""
    path = urlsplit(text.item.canonical_url).path.strip("/")
    return text.item.platform != "web", len(path.split("/")) if path else 0, text.item.canonical_url


def _weakness(sentence: Sentence, reading: BundleReading) -> tuple[bool, int]:
    """Ranks sentences: of the site first, then those that are whole, say who they speak of, and are soon read."""
    is_whole = _SENTENCE_END.search(sentence.text) is not None
    is_named = fold_text(reading.brand_name) in fold_text(sentence.text)
    says_we = count_pronouns(sentence.text, sentence.language)["first_person_plural"] > 0
    flaws = [not is_whole, not (is_named or says_we), len(sentence.text) > _READABLE]
    return sentence.item.platform != "web", sum(flaws)


def _speaks_of_itself(sentence: Sentence, subject: str, reading: BundleReading) -> bool:
    """On its site a brand speaks of itself, in a post where it says "we" or its name; to say for whom it is, "you".

    A question, a price, a heading and what a customer says tell nothing of it.
    """
    if sentence.text.endswith(("?", "？", ":")) or _PRICE.search(sentence.text) or _QUOTATION.search(sentence.text):
        return False
    is_named = fold_text(reading.brand_name) in fold_text(sentence.text)
    persons = count_pronouns(sentence.text, sentence.language)
    speaks = persons["first_person_plural"] or (subject == "who_for" and persons["second_person"])
    return sentence.item.platform == "web" or is_named or bool(speaks)


@cache
def _pattern(subject: str, language: str) -> regex.Pattern[str]:
    lexicon = tomllib.loads(files(__package__).joinpath(_LEXICON).read_text(encoding="utf-8"))
    expressions: Sequence[str] = lexicon[subject].get("any", []) + lexicon[subject].get(
        language, lexicon[subject]["en"]
    )
    # The texts are folded, and folding writes the Turkish dotless i with a dot.
    return regex.compile(rf"(?<!\w)(?:{'|'.join(expressions)})(?!\w)".replace("ı", "i"))
