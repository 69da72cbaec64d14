"""The figures that a text states, in one form each."""

import pytest

from brandbrain_dagster.domain.opportunities.stated_figures import claimed_figures, stated_figures


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("1,240 likes, 1240 likes, 1.24k likes", {"1240"}),
        ("2 posts, two posts", {"2"}),
        ("twice, doubled, two times, 2x, 2 ×, two-fold", {"2x"}),
        ("3.60 times and 3,6 times", {"3.6x"}),
        ("nine out of ten, 9 of 10, 9/10, 9-out-of-10", {"9/10"}),
        ("a sheet of 10x15", {"10", "15"}),
        ("10 and of 12", {"10", "12"}),
        ("40%, 40 %, 40 percent, 40 per cent", {"40%"}),
        ("half of them, three quarters of the rest", {"50%", "75%"}),
        ("5m views, 2 million views", {"5000000", "2", "1000000"}),
        ("on 18 November", {"18 November"}),
        ("on Nov 18th, November 18 and the 18th of November", {"18 November"}),
        ("since 2026-11-18", {"18 November", "2026"}),
        ("on 18 November 2026", {"18 November", "2026"}),
        ("every Tuesday in March", {"Tuesday", "March"}),
        ("we may march on, and sunday is no name here", set()),
        ("Black Friday and Easter Monday", {"Monday"}),
        ("from 19:00 to 21:30", {"19", "0", "21", "30"}),
        ("version 1.2.3", {"1.2.3"}),
        ("٣ posts", {"3"}),
        ("one of the things they often say", set()),
        ("", set()),
    ],
)
def test_a_figure_has_one_form_however_it_is_written(text: str, figures: set[str]) -> None:
    assert stated_figures(text) == figures


@pytest.mark.parametrize(
    "text",
    [
        "3 questions",
        "Three short questions",
        "a 5-step list",
        "Part two of it",
        "a scene or two",
        "“One” and 2 more",
        "Slide 3",
    ],
)
def test_a_small_count_of_what_is_planned_is_no_claim(text: str) -> None:
    assert stated_figures(text) != set()
    assert claimed_figures(text) == set()


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("We are rated 10 out of 10 by customers", {"10/10"}),
        ("9/10 on every platform", {"9/10"}),
        ("9 out of 10 questions are yours", {"9"}),
        ("3x better", {"3x"}),
        ("Three times more reasons", {"3x"}),
        ("8 customers came back", {"8"}),
        ("12 questions", {"12"}),
        ("5-star answers", {"5"}),
        ("The 10 May questions", {"10 May"}),
        ("We have 3 more shops", {"3"}),
    ],
)
def test_any_other_figure_is_a_claim(text: str, figures: set[str]) -> None:
    assert claimed_figures(text) == figures


def test_a_day_is_more_than_its_number() -> None:
    assert stated_figures("18 likes in November").isdisjoint(stated_figures("18 November"))
