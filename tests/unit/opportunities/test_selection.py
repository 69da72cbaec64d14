"""What a board keeps: each idea once, the best of them, what is pinned, and nothing that was turned away."""

from uuid import UUID

import msgspec

from brandbrain_dagster.domain.opportunities.decisions import Standing
from brandbrain_dagster.domain.opportunities.opportunity import opportunity_id
from brandbrain_dagster.domain.opportunities.selection import MOST_KEPT, opportunities_from, select
from tests.unit.opportunities.candidates import GOOD, make_candidate
from tests.unit.opportunities.ideas import make_idea

BRAND_ID = UUID(int=7)


def test_candidates_become_opportunities_with_the_formulas_score() -> None:
    candidate = make_candidate(items=(make_candidate().items[0],))
    cited = UUID(int=5)
    candidate = make_candidate(items=(msgspec.structs.replace(candidate.items[0], id=str(cited)),))
    (opportunity,) = opportunities_from([candidate], {"c1": GOOD}, drafts={"c1": GOOD}, brand_id=BRAND_ID)
    assert (opportunity.score, opportunity.evidence_ids) == (75, (cited,))
    assert opportunity.id == opportunity_id(BRAND_ID, GOOD.title)
    assert opportunity.score_explanation.startswith("75 of 100")


def test_candidate_without_a_breakdown_or_words_is_dropped_and_counted() -> None:
    unscored, unworded = make_candidate("c1", breakdown=None), make_candidate("c2")
    made = opportunities_from([unscored, unworded], {"c1": GOOD}, drafts={"c1": GOOD}, brand_id=BRAND_ID)
    kept = select(made, total_candidates=2, standing={})
    assert kept.opportunities == ()
    assert kept.total_candidates == 2
    assert kept.notes == ("2 candidates could not be scored or worded.",)


def test_titles_of_the_same_words_keep_the_better_one() -> None:
    worse = make_idea(1, 40, title="Come back to glazing: three coats of tin white")
    better = make_idea(2, 60, title="Come back to glazing: “three coats of white tin”!")
    other = make_idea(3, 30, title="Come back to throwing: a bowl starts centred")
    kept = select([worse, other, better], total_candidates=3, standing={})
    assert kept.opportunities == (better, other)
    assert kept.notes == ("1 idea said what a better one says.",)


def test_ignored_idea_is_left_out_and_does_not_hide_one_like_it() -> None:
    ignored = make_idea(1, 90, title="Come back to glazing: three coats of tin white")
    alike = make_idea(2, 50, title="Come back to glazing: three coats of white tin")
    kept = select([ignored, alike], total_candidates=2, standing={ignored.id: Standing(is_ignored=True)})
    assert kept.opportunities == (alike,)


def test_pinned_idea_that_was_not_found_again_stays_as_it_is() -> None:
    pinned, new = make_idea(1, 20), make_idea(2, 80)
    kept = select([new], total_candidates=1, standing={pinned.id: Standing(is_pinned=True)}, carried=[pinned])
    assert kept.opportunities == (new, pinned)
    assert "1 pinned idea stayed from a board before." in kept.notes


def test_pinned_idea_that_was_found_again_is_the_new_one() -> None:
    before, again = make_idea(1, 20), make_idea(1, 80)
    kept = select([again], total_candidates=1, standing={}, carried=[before])
    assert kept.opportunities == (again,)


def test_pinned_idea_stays_where_a_board_is_full_and_a_better_one_says_the_same() -> None:
    crowd = [make_idea(number, 90, title=f"Wholly{number} different{number} words{number}") for number in range(2, 40)]
    pinned = make_idea(1, 10, title=crowd[0].title + " again")
    kept = select(crowd, total_candidates=len(crowd), standing={}, carried=[pinned])
    assert len(kept.opportunities) == MOST_KEPT
    assert pinned in kept.opportunities
    assert crowd[0] not in kept.opportunities


def test_equal_scores_are_ordered_by_id() -> None:
    first, second = make_idea(1, 50, title="Alpha beta"), make_idea(2, 50, title="Gamma delta")
    assert select([second, first], total_candidates=2, standing={}).opportunities == (first, second)
