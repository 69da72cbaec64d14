"""Putting candidates into words without a language model."""

from collections.abc import Sequence

from brandbrain_dagster.domain.opportunities.candidate import Candidate, Wording
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.idea import Idea
from brandbrain_dagster.domain.opportunities.sentences import title_and_angle


def word_candidates(candidates: Sequence[Candidate], context: BoardContext) -> dict[str, Wording]:
    """Returns title, angle and why_now of every candidate, by its key; ``why_now`` is made of its facts and no more."""
    return {candidate.key: _word(candidate, context) for candidate in candidates}


def _word(candidate: Candidate, context: BoardContext) -> Wording:
    title, angle = title_and_angle(Idea(candidate, context))
    return Wording(title=title, angle=angle, why_now=" ".join(f"{fact.text}." for fact in candidate.facts))
