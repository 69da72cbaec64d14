"""What is wrong with the wording of an idea, whoever worded it: one set of rules for every path."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import regex

from brandbrain_dagster.domain.compile.citations import TEXT_FIELDS
from brandbrain_dagster.domain.compile.private_text import private_kind
from brandbrain_dagster.domain.compile.taboo_terms import TabooTerms
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.item_text import LINK
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_pattern import compile_phrases
from brandbrain_dagster.domain.opportunities.candidate import Candidate, Wording
from brandbrain_dagster.domain.opportunities.stated_figures import (
    claimed_figures,
    parts_of,
    read_wording_rules,
    stated_figures,
)

_SHORTEST = {"title": 5, "angle": 10, "why_now": 10}
"""Characters (opportunities)."""
_UNPRINTABLE = regex.compile(r"[\p{Cc}\p{Cs}]")


@dataclass(frozen=True, kw_only=True)
class WordingRules:
    """What holds for one brand: ``taboos`` are the terms that must not appear in anything produced."""

    taboos: tuple[str, ...] = ()

    @cached_property
    def forbidden(self) -> TabooTerms:
        """The taboos, ready to be looked for."""
        return TabooTerms(self.taboos)


def problems_of(wording: Wording, candidate: Candidate, rules: WordingRules) -> list[str]:
    """Returns a sentence for everything that is wrong; they name places, and of the wording no more than figures."""
    texts = {name: getattr(wording, name).strip() for name in _SHORTEST}
    return [
        *(problem for name, text in texts.items() for problem in _text_problems(name, text, rules)),
        *source_problems(candidate, rules),
        *_timing_problems(texts["why_now"], candidate),
        *_figure_problems(texts, candidate),
    ]


def _text_problems(name: str, text: str, rules: WordingRules) -> Iterator[str]:
    if len(text) < _SHORTEST[name]:
        yield f"{name} has fewer than {_SHORTEST[name]} characters."
    if _UNPRINTABLE.search(text):
        yield f"{name} holds a line break or another control character."
    if cliche := _found("cliches", text):
        yield f"{name} holds the marketing cliché “{cliche}”."
    if LINK.search(text) or private_kind(text) is not None:
        yield f"{name} holds a link or contact data."
    if rules.forbidden.held_by(text) is not None:
        yield f"{name} holds a term that the brand never uses."


def source_problems(candidate: Candidate, rules: WordingRules) -> list[str]:
    """Returns what is wrong with the items that a candidate cites, which no wording mends."""
    return [
        f"The cited item {item.id} holds a term that the brand never uses."
        for item in candidate.items
        if any(rules.forbidden.held_by(text) is not None for text in _texts_of(item))
    ]


def _timing_problems(why_now: str, candidate: Candidate) -> Iterator[str]:
    if timing := _found("empty_timing", why_now):
        yield f"why_now says “{timing}”, which is true of any day."
    facts = [fact.text for fact in candidate.facts]
    figures, events = stated_figures(why_now), _all_found("events", why_now)
    measured = _all_found("metrics", why_now) & _all_found("metrics", *facts)
    if not figures and not events and (not measured or _found("superlatives", why_now)):
        yield "why_now names no number, date, event or metric of the idea's facts."
    invented = (figures - _figures_in(facts)) | (events - _all_found("events", *facts))
    if invented:
        yield f"why_now names {_listed(invented)}, which no fact of the idea states."


def _figure_problems(texts: dict[str, str], candidate: Candidate) -> Iterator[str]:
    """A title or an angle may plan its parts; every other figure is a claim and has to come from somewhere."""
    said = (candidate.hook, candidate.proof, candidate.pillar_name)
    cited = [text for item in candidate.items for text in (*_texts_of(item), _published(item))]
    known = _figures_in([*(fact.text for fact in candidate.facts), *cited, *filter(None, said)])
    for name in ("title", "angle"):
        invented = claimed_figures(texts[name]) - known
        if invented:
            yield f"{name} names {_listed(invented)}, which neither a fact nor a cited item states."


def _texts_of(item: EvidenceItem) -> list[str]:
    return [text for field in TEXT_FIELDS if (text := getattr(item, field))]


def _published(item: EvidenceItem) -> str:
    return f"{item.published_at:%Y-%m-%d}" if item.published_at else ""


def _figures_in(texts: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(parts_of(figure) for text in texts for figure in stated_figures(text)))


def _listed(figures: Iterable[str]) -> str:
    return ", ".join(sorted(figures))


def _found(kind: str, text: str) -> str | None:
    """Returns the first phrase of a kind that the text holds, as it stands in it (folded)."""
    match = _phrases(kind).search(fold_text(text))
    return " ".join(match.group().split()) if match else None


def _all_found(kind: str, *texts: str) -> frozenset[str]:
    matches = (match for text in texts for match in _phrases(kind).finditer(fold_text(text)))
    return frozenset(" ".join(match.group().split()) for match in matches)


@cache
def _phrases(kind: str) -> regex.Pattern[str]:
    phrases = compile_phrases(map(fold_text, read_wording_rules()[kind]))
    return regex.compile(phrases.pattern)
