"""Cleaning of text from outside."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.text import clean_hashtags, clean_optional, clean_text, hashtags_in

ANY_TEXT = st.text(st.characters(), max_size=60)
"""Lone surrogates, NULs and control characters included."""
HARD_TEXT = st.text(st.sampled_from("ae\u0301\u0327\u1100\u1161\r\n\0\ud800\udc00 #"), max_size=20)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("e\u0301", "é"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\rb", "a\rb"),
        ("a\0b", "ab"),
        ("e\0\u0301", "é"),
        ("a\r\0\nb", "a\nb"),
        ("a\ud800b\udc00", "ab"),
        ("e\ud800\u0301", "é"),
        ("  kept \t\u200b ", "  kept \t\u200b "),
        ("👩\u200d🍳 ﬁ ½", "👩\u200d🍳 ﬁ ½"),
        ("", ""),
    ],
)
def test_text_is_cleaned_and_nothing_else_changes(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@given(text=ANY_TEXT | HARD_TEXT)
def test_clean_text_stays_as_it_is_when_cleaned_again(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\0" not in cleaned
    assert "\r\n" not in cleaned
    assert cleaned.encode().decode() == cleaned


@pytest.mark.parametrize("text", [None, "", " ", "\n\t", "\0", "\ud800", " \0 ", "\u3000"])
def test_blank_text_is_absent(text: str | None) -> None:
    assert clean_optional(text) is None


@given(text=ANY_TEXT | HARD_TEXT)
def test_optional_text_is_the_clean_text_or_absent(text: str) -> None:
    cleaned = clean_optional(text)
    assert cleaned is None or (cleaned == clean_text(text) and bool(cleaned.strip()))


def test_hashtags_lose_marks_blanks_and_repetitions_and_keep_their_order() -> None:
    assert clean_hashtags(["#b", "a", "", None, " #b ", "##c", "# d", "#", "A"]) == ["b", "a", "c", "d", "A"]
    assert clean_hashtags(None) == []


def test_hashtags_in_a_text_need_a_letter_and_a_free_hash() -> None:
    assert hashtags_in("#one #2 #3d a#b C# &#39; #été_2024 #ひらがな, #one") == ["one", "3d", "été_2024", "ひらがな"]


@given(text=ANY_TEXT)
def test_every_hashtag_found_is_written_in_the_text(text: str) -> None:
    cleaned = clean_text(text)
    assert all(f"#{tag}" in cleaned for tag in hashtags_in(cleaned))
