"""Quotations within a text: which words are quoted, and whether evidence holds them."""

import pytest

from brandbrain_dagster.domain.compile.quotations import is_quoted_from, quotations_in
from tests.fakes.evidence_items import make_item

LONG = "We bake before the sun is up"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (f"As they say: “{LONG}.” Often.", [f"{LONG}."]),
        (f"„{LONG}“ und „{LONG}”", [LONG, LONG]),
        (f"«{LONG}», 「{LONG}」『{LONG}』", [LONG, LONG, LONG]),
        (f'Use "bake" and be as plain as in "{LONG}" each day, "often"', [LONG]),
        ("Say “we” and “you”, and speak as if to a friend, “often”.", []),
        (f"no marks: {LONG}", []),
        (f"“{LONG}", []),
    ],
)
def test_words_in_quotation_marks_are_quoted_from_twenty_characters_on(text: str, quoted: list[str]) -> None:
    assert quotations_in(text) == quoted


def test_a_quotation_stands_in_an_item_character_for_character() -> None:
    item = make_item("1", "Hello.", text_secondary=f"{LONG}, every day.")
    assert is_quoted_from(LONG, [make_item("2"), item])
    assert is_quoted_from(f"{LONG}.", [item])
    assert not is_quoted_from(LONG.lower(), [item])
    assert not is_quoted_from(LONG, [])
