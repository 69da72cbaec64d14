"""Where a value stands among five points of a distribution."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.fleet.brand_figures import FIGURES_VERSION
from brandbrain_dagster.domain.fleet.standing import (
    FEWEST_BRANDS,
    Distribution,
    FleetFigures,
    fleet_figures,
    fleet_inputs,
    fleet_standing,
    standing_of,
    standing_text,
)
from tests.fakes.evidence_items import make_item

POINTS = (10.0, 20.0, 40.0, 60.0, 100.0)
NUMBERS = st.floats(0, 1e6).map(lambda number: round(number, 6))


def distribution(*points: float, n: int = 1240) -> Distribution:
    p10, p25, p50, p75, p90 = points
    return Distribution(n=n, p10=p10, p25=p25, p50=p50, p75=p75, p90=p90)


def fleet_of(**figures: tuple[float, ...]) -> FleetFigures:
    return fleet_figures([("instagram", name, 20, points) for name, points in figures.items()])


@pytest.mark.parametrize(
    ("value", "percentile", "bound"),
    [
        (0.0, 10, "at_most"),
        (10.0, 10, "at_most"),
        (15.0, 18, None),
        (40.0, 50, None),
        (50.0, 62, None),
        (90.0, 86, None),
        (100.0, 90, "at_least"),
        (1e9, 90, "at_least"),
    ],
)
def test_percentile_is_interpolated_and_bounded_beyond_what_is_known(
    value: float, percentile: int, bound: str | None
) -> None:
    expected = {"value": value, "percentile": percentile, "bound": bound, "n": 1240}
    assert standing_of(value, distribution(*POINTS)) == expected


@pytest.mark.parametrize(
    ("points", "value", "percentile", "bound"),
    [
        ((0.0, 0.0, 0.0, 1.0, 2.0), 0.0, 50, "at_most"),
        ((0.0, 1.0, 1.0, 1.0, 2.0), 1.0, 50, None),
        ((0.0, 1.0, 1.0, 2.0, 2.0), 2.0, 75, "at_least"),
    ],
)
def test_value_that_many_brands_share_is_not_told_more_exactly_than_it_is_known(
    points: tuple[float, ...], value: float, percentile: int, bound: str | None
) -> None:
    standing = standing_of(value, distribution(*points))
    assert standing is not None
    assert (standing["percentile"], standing["bound"]) == (percentile, bound)


def test_nobody_stands_anywhere_where_all_are_the_same_or_too_few() -> None:
    same = distribution(1, 1, 1, 1, 1)
    assert standing_of(1.0, same) is None
    assert standing_of(1.5, same) == {"value": 1.5, "percentile": 90, "bound": "at_least", "n": 1240}
    assert standing_of(1.0, distribution(*POINTS, n=FEWEST_BRANDS - 1)) is None
    assert standing_of(1.0, distribution(*POINTS, n=FEWEST_BRANDS)) is not None


@given(points=st.lists(NUMBERS, min_size=5, max_size=5).map(sorted), values=st.lists(NUMBERS, min_size=2).map(sorted))
def test_higher_value_never_stands_lower(points: list[float], values: list[float]) -> None:
    standings = [standing_of(value, distribution(*points)) for value in values]
    told = [standing["percentile"] for standing in standings if standing is not None and standing["bound"] is None]
    assert all(10 <= percentile <= 90 for percentile in told)
    assert all(lower <= higher for lower, higher in pairwise(told))


def test_figure_of_nineteen_brands_is_not_in_a_benchmark() -> None:
    found = fleet_figures([("instagram", "text_length", 19, POINTS), ("tiktok", "text_length", 20, POINTS)])
    assert list(found.platforms) == ["tiktok"]
    assert fleet_figures([("instagram", "text_length", 19, POINTS)]).platforms == {}


def test_same_figures_have_the_same_id_and_others_another() -> None:
    assert fleet_of(text_length=POINTS).benchmark_id == fleet_of(text_length=POINTS).benchmark_id
    assert fleet_of(text_length=POINTS).benchmark_id != fleet_of(text_length=(*POINTS[:4], 101.0)).benchmark_id


def test_standing_is_made_from_what_was_recorded_alone() -> None:
    fleet = fleet_of(text_length=POINTS, likes_per_item=POINTS)
    recorded = fleet_inputs([make_item("a", "x" * 40), make_item("b", "", platform="web")], fleet)
    assert fleet_standing(recorded) == {
        "benchmark_id": str(fleet.benchmark_id),
        "platforms": {"instagram": {"text_length": {"value": 40.0, "percentile": 50, "bound": None, "n": 20}}},
    }


def test_brand_that_cannot_be_compared_has_no_standing() -> None:
    items = [make_item("a", "x" * 40)]
    other_version = FleetFigures(version=f"not {FIGURES_VERSION}", platforms=fleet_of(text_length=POINTS).platforms)
    for recorded in (
        fleet_inputs(items, None),
        fleet_inputs(items, other_version),
        fleet_inputs([], fleet_of(text_length=POINTS)),
        fleet_inputs(items, fleet_figures([])),
        fleet_inputs(items, fleet_of(text_length=(40.0,) * 5)),
    ):
        assert fleet_standing(recorded) is None


@pytest.mark.parametrize(
    ("percentile", "bound", "text"),
    [
        (82, None, "emoji density: 82nd percentile of 1,240 brands"),
        (11, None, "emoji density: 11th percentile of 1,240 brands"),
        (50, "at_most", "emoji density: at most 50th percentile of 1,240 brands"),
        (90, "at_least", "emoji density: at least 90th percentile of 1,240 brands"),
        (21, None, "emoji density: 21st percentile of 1,240 brands"),
        (63, None, "emoji density: 63rd percentile of 1,240 brands"),
    ],
)
def test_standing_is_told_in_words(percentile: int, bound: str | None, text: str) -> None:
    standing = {"value": 0.1, "percentile": percentile, "bound": bound, "n": 1240}
    assert standing_text("emoji_density", standing) == text
