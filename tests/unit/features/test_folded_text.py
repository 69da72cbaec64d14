"""A folded text that knows where its characters come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.features.folded_text import FoldedText
from brandbrain_dagster.domain.features.graphemes import emoji_places, find_emoji
from brandbrain_dagster.domain.features.lexicon import fold_text


@given(st.text(alphabet=st.characters(codec="utf-8", max_codepoint=0x2FFF)))
def test_folding_by_graphemes_gives_what_folding_the_whole_gives(text: str) -> None:
    assert FoldedText(text).text == fold_text(text)


@pytest.mark.parametrize(
    ("text", "part", "origin"),
    [
        ("Die STRASSE", "strasse", "STRASSE"),
        ("Die Straße!", "strasse", "Straße"),
        ("un cafe\u0301 noir", "café", "cafe\u0301"),
        ("İndirim var", "indirim", "İndirim"),
        ("🎉 don’t", "don't", "don’t"),
    ],
)
def test_origin_is_the_stretch_that_was_folded(text: str, part: str, origin: str) -> None:
    folded = FoldedText(text)
    start = folded.text.index(part)
    first, last = folded.origin(start, start + len(part))
    assert text[first:last] == origin


@given(st.text(alphabet="a1 #❤\ufe0f\u200d👩🏽🍳🇳🇱©"))
def test_places_of_emoji_are_those_of_the_emoji_found(text: str) -> None:
    places = emoji_places(text)
    assert len(places) == len(find_emoji(text))
    assert all(find_emoji(text[start:end]) for start, end in places)
