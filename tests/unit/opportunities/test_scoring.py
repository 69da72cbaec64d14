"""The score is the formula of the spec, and says how it came about."""

import pytest

from brandbrain_dagster.domain.opportunities.opportunity import ScoreBreakdown
from brandbrain_dagster.domain.opportunities.scoring import CAPPED_AT, WEIGHTS, explain, score_of


def breakdown(*parts: int) -> ScoreBreakdown:
    return ScoreBreakdown(**dict(zip(WEIGHTS, parts, strict=True)))


def test_weights_add_up_to_the_whole() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert set(WEIGHTS) == set(ScoreBreakdown.__struct_fields__)


@pytest.mark.parametrize(
    ("parts", "score"),
    [
        ((4, 4, 4, 4, 4), 100),
        ((1, 1, 1, 1, 1), 25),
        ((0, 0, 0, 0, 0), 0),
        ((4, 0, 4, 4, 4), CAPPED_AT),
        ((0, 4, 4, 4, 4), CAPPED_AT),
        ((1, 0, 0, 0, 0), 6),
        ((4, 4, 0, 0, 0), 50),
        ((4, 4, 4, 0, 0), 70),
        ((4, 4, 0, 4, 0), 65),
        ((4, 4, 0, 0, 4), 65),
        ((2, 3, 1, 0, 1), 40),
        ((3, 4, 1, 1, 2), 60),
    ],
)
def test_score_is_the_weighted_sum_with_its_caps(parts: tuple[int, ...], score: int) -> None:
    assert score_of(breakdown(*parts)) == score


def test_half_a_point_is_rounded_up() -> None:
    assert score_of(breakdown(1, 1, 0, 0, 0)) == 13


def test_explanation_names_every_part_and_the_cap() -> None:
    parts = "clarity 4, strategic fit 3, timeliness 2, differentiation 1, execution readiness 0"
    assert explain(breakdown(4, 3, 2, 1, 0)) == f"58 of 100; of 4 points each: {parts}."
    assert explain(breakdown(4, 0, 4, 4, 4)).endswith("Without any strategic fit it gets no more than 40.")
    assert "no more than" not in explain(breakdown(1, 0, 0, 0, 0))
