"""The figures that a text states, in one form each."""

import pytest

from brandbrain_dagster.domain.opportunities.stated_figures import stated_figures


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("1,240 likes, 1240 likes, 1.24k likes", {"1240"}),
        ("2 posts, two posts, twice, doubled", {"2"}),
        ("3.60 times and 3,6 times", {"3.6"}),
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


def test_a_day_is_more_than_its_number() -> None:
    assert stated_figures("18 likes in November").isdisjoint(stated_figures("18 November"))
