"""Emoji and lengths are counted as a reader sees them."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.features.graphemes import count_graphemes, find_emoji


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no emoji, 3 # * 1", []),
        ("🇳🇱🇧🇪", ["🇳🇱", "🇧🇪"]),
        ("ok👍🏽", ["👍🏽"]),
        ("👩‍👩‍👧 and 👨‍🚀", ["👩‍👩‍👧", "👨‍🚀"]),
        ("1️⃣ first", ["1️⃣"]),
        ("☕️ and ☕", ["☕", "☕"]),
        ("❤ and ❤️", ["❤️", "❤️"]),
        ("© Acme™", []),
        ("©️ Acme", ["©️"]),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", ["🏴󠁧󠁢󠁥󠁮󠁧󠁿"]),
        ("🐙‍🚀", ["🐙‍🚀"]),
        ("커피☕를", ["☕"]),
    ],
)
def test_emoji_of_several_code_points_are_one(text: str, expected: list[str]) -> None:
    assert find_emoji(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), ("abc", 3), ("e\u0301a", 2), ("👩‍👩‍👧!", 2), ("커피", 2), ("a\r\nb", 3)]
)
def test_graphemes_are_counted_as_seen(text: str, expected: int) -> None:
    assert count_graphemes(text) == expected


@given(
    st.text(
        alphabet=st.one_of(
            st.characters(exclude_categories=["Cs"]), st.sampled_from("👩👧🇳🇱🏽❤\u200d\ufe0f\u20e3\u0301각\u11a8\r\n1a")
        )
    )
)
def test_grapheme_count_agrees_with_the_unicode_rule(text: str) -> None:
    assert count_graphemes(text) == len(regex.findall(r"\X", text))
