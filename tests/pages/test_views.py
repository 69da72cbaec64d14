"""What pages show, worked out without a page: laws of diffs and forms, figures of charts, times in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.compile.diff_causes import CompiledSnapshot
from brandbrain_dagster.pages.views.answers_form import answers_from, complete_tier, typed_answers
from brandbrain_dagster.pages.views.charts import HEIGHT, WIDTH, platform_charts
from brandbrain_dagster.pages.views.diff_view import diff_sections
from brandbrain_dagster.pages.views.links import outside_link
from brandbrain_dagster.pages.views.moments import ago, dollars
from tests.pages.published import PROFILE
from tests.unit.compile.brands import ROASTER_ANSWERS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
words = st.text("abc \n", max_size=30)


def compiled(values: list[str]) -> CompiledSnapshot:
    node = {"value": values, "confidence": 0.5, "sources": [], "locked": False, "override_value": None}
    return CompiledSnapshot(version=1, snapshot_json={"voice": {"do": node}}, inputs_json={}, evidence={})


@given(st.lists(words, max_size=6), st.lists(words, max_size=6))
def test_diff_reads_as_the_old_value_without_what_came_and_as_the_new_one_without_what_went(
    old: list[str], new: list[str]
) -> None:
    sections = diff_sections(compiled(old), compiled(new), {})
    if old == new:
        assert sections == []
        return
    lines = sections[0].changes[0].lines

    def read(left_out: str) -> list[str]:
        kept = [line for line in lines if line.kind != left_out]
        return ["".join(piece.text for piece in line.pieces if piece.kind != left_out) for line in kept]

    assert read("came") == [text for text in old if text]
    assert read("gone") == [text for text in new if text]


def test_answers_that_are_loaded_and_sent_unchanged_stay_as_they_are() -> None:
    assert answers_from(typed_answers(ROASTER_ANSWERS), ROASTER_ANSWERS) == ROASTER_ANSWERS


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(ROASTER_ANSWERS)), json_values))
def test_any_stored_answer_can_be_shown_in_the_form(answers: dict[str, Any]) -> None:
    typed = typed_answers(answers)
    assert all(isinstance(text, str) for texts in typed.values() for text in texts)


@pytest.mark.parametrize(
    ("left_out", "tier"), [((), 2), (("tier2.proof_claims",), 1), (("tier1.key_pages",), 0), (("tier0.edge",), 0)]
)
def test_tier_is_the_highest_that_is_answered_with_all_below(left_out: tuple[str, ...], tier: int) -> None:
    answered = {**ROASTER_ANSWERS, "tier0.edge": ["slow"], "tier1.pillars_seed": ["craft"]}
    assert complete_tier({name: answer for name, answer in answered.items() if name not in left_out}) == tier


def test_bars_stay_within_their_chart_and_follow_the_figures() -> None:
    counts = {"monday": 4, "tuesday": 1, "friday": 0}
    cadence = {
        "sample_size": 5,
        "posts_per_week": 2.5,
        "span_days": 14,
        "weekday_counts": counts,
        "hour_counts": {"09": 5},
    }
    charts = platform_charts({"cadence_stats": {"by_platform": {"instagram": cadence}}}, "instagram", [])
    assert [chart.title for chart in charts] == ["Cadence", "Time of day"]
    bars = charts[0].bars
    assert [bar.height for bar in bars[:2]] == [HEIGHT, HEIGHT / 4]
    assert [bar.is_best for bar in bars].index(True) == 0
    for chart in charts:
        for bar in chart.bars:
            assert bar.x >= 0
            assert bar.x + bar.width <= WIDTH
            assert bar.y + bar.height == pytest.approx(HEIGHT)


def test_platform_without_figures_has_no_charts() -> None:
    assert platform_charts({}, "instagram", []) == []
    assert platform_charts({"cadence_stats": {"by_platform": {}}}, "web", []) == []


@pytest.mark.parametrize(
    ("lies_back", "told"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=20), "2 weeks ago"),
        (timedelta(days=90), "2 months ago"),
        (timedelta(days=800), "2 years ago"),
        (-timedelta(hours=3), "in 3 hours"),
    ],
)
def test_time_is_told_in_its_largest_sensible_unit(lies_back: timedelta, told: str) -> None:
    assert ago(NOW - lies_back, NOW) == told


@pytest.mark.parametrize(
    ("usd", "told"),
    [
        (None, "not known"),
        (Decimal(0), "$0.00"),
        (Decimal("0.0875"), "$0.0875"),
        (Decimal("0.5"), "$0.50"),
        (Decimal("0.00001"), "under $0.0001"),
        (Decimal("1234.5"), "$1,234.50"),
    ],
)
def test_amount_keeps_the_digits_that_say_something_and_unknown_is_not_zero(usd: Decimal | None, told: str) -> None:
    assert dollars(usd) == told


@pytest.mark.parametrize(
    "address",
    [
        None,
        7,
        "",
        "acme",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil",
        "https://",
        "http://a b",
        "https://a\n.b",
        "ftp://a",
    ],
)
def test_only_web_addresses_become_links(address: object) -> None:
    assert outside_link(address) is None
    assert outside_link(PROFILE.items[0]["canonical_url"]) == PROFILE.items[0]["canonical_url"]
