"""The figures of one brand, from all its evidence."""

import re
from datetime import timedelta

import emoji
import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Flags, Metrics
from brandbrain_dagster.domain.features.graphemes import find_emoji
from brandbrain_dagster.domain.fleet.brand_figures import EMOJI, LINK, MENTION, brand_figures
from tests.fakes.evidence_items import SEEN_AT, make_item


def test_averages_are_over_all_items_of_a_platform() -> None:
    items = [
        make_item("a", "👍🏻👍 see www.a.example", hashtags=["one", "two"], metrics=Metrics(likes=10)),
        make_item("b", "Hi @you!", metrics=Metrics(likes=0)),
        make_item("c", "Why？", metrics=Metrics(views=7)),
        make_item("d", "", platform="web"),
    ]
    figures = brand_figures(items)
    instagram = figures["instagram"]
    characters = len(items[0].text_primary) + len("Hi @you!") + len("Why？")
    assert instagram == {
        "text_length": characters / 3,
        "emoji_per_item": 2 / 3,
        "emoji_density": 2 / characters,
        "hashtags_per_item": 2 / 3,
        "links_per_item": 1 / 3,
        "mentions_per_item": 1 / 3,
        "question_share": 1 / 3,
        "exclamation_share": 1 / 3,
        "likes_per_item": 5.0,
        "views_per_item": 7.0,
    }
    assert list(figures) == ["instagram", "web"]
    assert "emoji_density" not in figures["web"]


def test_reposts_are_somebody_elses() -> None:
    repost = make_item("b", "!" * 900, flags=Flags(is_repost=True))
    assert brand_figures([make_item("a", "own"), repost]) == brand_figures([make_item("a", "own")])
    assert brand_figures([repost]) == {}


@pytest.mark.parametrize(
    ("days", "per_week"), [([0, 7, 14], 1.0), ([0, 14], 0.5), ([0, 1, 2], 3.0), ([3], None), ([3, 3], None), ([], None)]
)
def test_rate_of_posts_is_over_their_span(days: list[int], per_week: float | None) -> None:
    items = [make_item(f"{number}", published_at=SEEN_AT + timedelta(days=day)) for number, day in enumerate(days)]
    undated = make_item("undated", published_at=None)
    assert brand_figures([*items, undated])["instagram"].get("posts_per_week") == per_week


def test_order_of_items_changes_nothing() -> None:
    items = [make_item(f"{number}", "a!👍" * number, metrics=Metrics(likes=number**9)) for number in range(30)]
    assert brand_figures(items) == brand_figures(items[::-1])


def test_each_emoji_counts_once_however_it_is_put_together() -> None:
    fully_qualified = [
        text for text, entry in emoji.EMOJI_DATA.items() if entry["status"] == emoji.STATUS["fully_qualified"]
    ]
    assert len(fully_qualified) > 3000
    assert [text for text in fully_qualified if re.findall(EMOJI, f"a{text} {text}b") != [text, text]] == []


@pytest.mark.parametrize("text", ["12 # *", "© 2026 ™", "a b", "2\ufe0f\u20e3", "❤", "©\ufe0f", "👍🏿👍", "🇩🇪🇫🇷"])
def test_emoji_are_those_of_the_feature_report(text: str) -> None:
    assert len(re.findall(EMOJI, text)) == len(find_emoji(text))


@pytest.mark.parametrize(
    ("pattern", "text", "count"),
    [
        (MENTION, "@a @b,@c (@d)", 4),
        (MENTION, "a@b.example x.@y @ @é", 0),
        (LINK, "HTTPS://a.example/b?c www.d.example", 2),
        (LINK, "https://www.a.example", 1),
        (LINK, "www. http:// awww", 0),
    ],
)
def test_mentions_and_links_are_told_from_what_looks_like_them(pattern: str, text: str, count: int) -> None:
    assert len(re.findall(pattern, text)) == count
