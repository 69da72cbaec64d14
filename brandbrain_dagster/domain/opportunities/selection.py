"""From worded candidates to the opportunities that a board keeps: each idea once, none that was turned away."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from brandbrain_dagster.domain.compile.extractive.wording import counted
from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.opportunities.candidate import Candidate, Wordings
from brandbrain_dagster.domain.opportunities.decisions import Standing
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity, opportunity_id
from brandbrain_dagster.domain.opportunities.scoring import explain, score_of

MOST_KEPT = 30
"""Opportunities of a board, of which the best are shown; the rest step in when one is snoozed or ignored."""
SAME_TITLE = 0.75
"""Share of common words (Jaccard) from which two titles name one idea (opportunities)."""


@dataclass(frozen=True, kw_only=True)
class SelectedOpportunities:
    """What a board keeps, best first; ``total_candidates`` is how many came in, ``notes`` say what was left out."""

    opportunities: tuple[Opportunity, ...]
    total_candidates: int
    notes: tuple[str, ...]


def opportunities_from(
    candidates: Iterable[Candidate], wordings: Wordings, *, drafts: Wordings, brand_id: UUID
) -> list[Opportunity]:
    """Returns the candidates that have words, and a score above 0, as opportunities.

    ``drafts`` are our own words for every candidate: an idea is known by their title, whoever words it.
    """
    made = []
    for candidate in candidates:
        breakdown, wording = candidate.breakdown, wordings.get(candidate.key)
        if breakdown is None or wording is None or score_of(breakdown) == 0:
            continue
        made.append(
            Opportunity(
                id=opportunity_id(brand_id, drafts[candidate.key].title),
                title=wording.title,
                angle=wording.angle,
                why_now=wording.why_now,
                type=candidate.type,
                primary_channel=candidate.primary_channel,
                suggested_channels=candidate.suggested_channels,
                score=score_of(breakdown),
                score_breakdown=breakdown,
                score_explanation=explain(breakdown),
                pillar_id=candidate.pillar_id,
                persona=candidate.persona,
                evidence_ids=tuple(UUID(item.id) for item in candidate.items),
            )
        )
    return made


def select(
    opportunities: Sequence[Opportunity],
    *,
    total_candidates: int,
    standing: Mapping[UUID, Standing],
    carried: Sequence[Opportunity] = (),
) -> SelectedOpportunities:
    """Keeps the best `MOST_KEPT`, each idea once.

    ``carried`` are pinned opportunities of boards before: one whose idea was not found again is kept as it is, and
    they count first, so that nothing new takes the place, or cites the items, of what people keep. An ignored idea is
    left out.
    """
    found = {opportunity.id for opportunity in opportunities}
    kept_on = [opportunity for opportunity in carried if opportunity.id not in found]
    cited = {evidence_id for opportunity in kept_on for evidence_id in opportunity.evidence_ids}
    new = [opportunity for opportunity in opportunities if cited.isdisjoint(opportunity.evidence_ids)]
    wanted = [opportunity for opportunity in new if not standing.get(opportunity.id, Standing()).is_ignored]
    distinct: list[Opportunity] = []
    for opportunity in [*sorted(kept_on, key=_best_first), *sorted(wanted, key=_best_first)]:
        if not any(_is_same_idea(opportunity, other) for other in distinct):
            distinct.append(opportunity)
    kept = sorted(distinct[:MOST_KEPT], key=_best_first)
    notes = (
        _note(total_candidates - len(opportunities), "candidate", "could not be scored or worded"),
        _note(len(opportunities) - len(new), "idea", "rests on what a pinned one cites"),
        _note(len(new) - len(wanted), "idea", "had been ignored"),
        _note(len(kept_on) + len(wanted) - len(distinct), "idea", "said what a better one says"),
        _note(len(distinct) - len(kept), "idea", f"came after the best {MOST_KEPT}"),
        _note(len(kept_on), "pinned idea", "stayed from a board before"),
    )
    return SelectedOpportunities(
        opportunities=tuple(kept), total_candidates=total_candidates, notes=tuple(filter(None, notes))
    )


def _best_first(opportunity: Opportunity) -> tuple[int, str]:
    return -opportunity.score, str(opportunity.id)


def _is_same_idea(opportunity: Opportunity, other: Opportunity) -> bool:
    words, others = _words(opportunity.title), _words(other.title)
    return opportunity.id == other.id or len(words & others) >= SAME_TITLE * max(len(words | others), 1)


def _words(title: str) -> AbstractSet[str]:
    return frozenset(WORD.findall(fold_text(title)))


def _note(count: int, noun: str, what: str) -> str:
    return f"{counted(count, noun)} {what}." if count else ""
