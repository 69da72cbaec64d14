"""What is wrong with a model's wordings: their form, their keys, the rules for every wording, and quotes from nowhere.

The sentences name places, never what the output says there: they go back to the model, and into notes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import regex

from brandbrain_dagster.domain.compile.citations import TEXT_FIELDS
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.opportunities.candidate import Candidate, Wording
from brandbrain_dagster.domain.opportunities.llm.wording_draft import read_draft
from brandbrain_dagster.domain.opportunities.validity import WordingRules, problems_of

_MAX_PROBLEMS = 20
_QUOTED = regex.compile(r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»")
_QUOTE_ENDS = " .,…!?"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked, as far as an output is judged by it."""

    candidates: Sequence[Candidate]
    rules: WordingRules

    @cached_property
    def _by_key(self) -> dict[str, Candidate]:
        return {candidate.key: candidate for candidate in self.candidates}

    def problems_of(self, output: Any) -> list[str]:
        """Returns a sentence for everything that is wrong, at most twenty."""
        try:
            draft = read_draft(output)
        except msgspec.ValidationError as error:
            return [_told(error)]
        keys = [entry.key for entry in draft.wordings]
        wrong_keys = list(self._key_problems(keys))
        if wrong_keys:
            return wrong_keys
        found = [
            f"{entry.key}: {problem}"
            for entry in draft.wordings
            for problem in self._wording_problems(entry.wording, self._by_key[entry.key])
        ]
        return found[:_MAX_PROBLEMS]

    def _key_problems(self, keys: Sequence[str]) -> Iterator[str]:
        missing = [key for key in self._by_key if key not in keys]
        if missing:
            yield f"These ideas have no wording: {', '.join(missing)}."
        if not set(keys) <= self._by_key.keys():
            yield "There are wordings with keys that no idea has; give only those that were asked for."
        if len(set(keys)) < len(keys):
            yield "An idea has more than one wording."

    def _wording_problems(self, wording: Wording, candidate: Candidate) -> Iterator[str]:
        yield from problems_of(wording, candidate, self.rules)
        known = fold_text("\n".join(_sources(candidate)))
        for name in ("title", "angle", "why_now"):
            quotes = (next(filter(None, groups)) for groups in _QUOTED.findall(getattr(wording, name)))
            if any(fold_text(quote).strip(_QUOTE_ENDS) not in known for quote in quotes):
                yield f"{name} puts words between quotation marks that stand in none of the idea's texts."


def _sources(candidate: Candidate) -> Iterator[str]:
    yield from (fact.text for fact in candidate.facts)
    yield from filter(None, (candidate.hook, candidate.proof, candidate.pillar_name))
    yield from (getattr(item, field) or "" for item in candidate.items for field in TEXT_FIELDS)


def _told(error: msgspec.ValidationError) -> str:
    """The place and the reason, without keys and values that only the output has."""
    reason, _, where = str(error).partition(" - at `$.")
    place = regex.sub(r"\[(\d+)\]", r".\1", where.rstrip("`")) or "The answer"
    if reason.startswith("Object contains unknown field"):
        return f"{place} has a key that was not asked for."
    return f"{place}: {reason[0].lower()}{reason[1:]}."
