"""What of a cited item is shown beside an idea."""

from typing import Any
from uuid import UUID

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Flags
from brandbrain_dagster.domain.normalization.served_item import served_json
from brandbrain_dagster.domain.opportunities.evidence_preview import EvidencePreview, evidence_preview
from tests.fakes.evidence_items import make_item

ITEM_ID = UUID(int=1)


def preview_of(**fields: Any) -> EvidencePreview:
    return evidence_preview(ITEM_ID, served_json(make_item(str(ITEM_ID), **fields)))


def test_preview_says_where_the_item_is_and_what_it_says() -> None:
    item = make_item(str(ITEM_ID), text="  We roast on Tuesdays. ", flags=Flags(has_transcript=True))
    assert evidence_preview(ITEM_ID, served_json(item)) == EvidencePreview(
        id=ITEM_ID,
        platform=item.platform,
        canonical_url=item.canonical_url,
        author_ref=item.author_ref,
        text_snippet="We roast on Tuesdays.",
        has_transcript=True,
    )


@pytest.mark.parametrize(
    ("fields", "snippet"),
    [
        ({"text": "Said", "title": "Title", "text_secondary": "Spoken"}, "Said"),
        ({"text": " ", "title": "Title", "text_secondary": "Spoken"}, "Title"),
        ({"text": "", "title": None, "text_secondary": " Spoken\n"}, "Spoken"),
        ({"text": "", "title": "", "text_secondary": None}, ""),
    ],
)
def test_snippet_is_the_first_text_that_says_something(fields: dict[str, Any], snippet: str) -> None:
    assert preview_of(**fields).text_snippet == snippet


@pytest.mark.parametrize(
    ("text", "snippet"),
    [
        ("a" * 200, "a" * 200),
        ("a" * 201, "a" * 200),
        ("a" * 199 + "👩‍🍳!", "a" * 199),
        ("a" * 197 + "👩‍🍳!", "a" * 197 + "👩‍🍳"),
        ("e" + "\u0301" * 300, "e" + "\u0301" * 199),
    ],
)
def test_long_text_is_cut_between_characters(text: str, snippet: str) -> None:
    assert preview_of(text=text).text_snippet == snippet


def test_item_that_nobody_looked_at_for_a_transcript_has_none() -> None:
    assert preview_of(flags=Flags()).has_transcript is False
