"""Texts are read without markup, and their language is told when there is enough of them."""

import pytest

from brandbrain_dagster.domain.features.item_text import read_item_text
from brandbrain_dagster.domain.features.language_detection import detect_language
from tests.fakes.evidence_items import make_item


def test_links_mentions_and_hashtags_are_taken_out_and_counted() -> None:
    text = read_item_text(
        make_item("1", "See https://acme.com/x?y=1 or acme.io/shop, mail hi@acme.com, ask @acme.nl #Coffee now.Start")
    )

    assert text.link_count == 2
    assert text.mention_count == 1
    assert text.caption.split() == ["See", "or", "mail", ",", "ask", "@acme.nl", "#Coffee", "now.Start"]
    assert text.prose.split() == ["See", "or", "mail", ",", "ask", "now.Start"]


def test_the_voice_is_caption_and_transcript() -> None:
    text = read_item_text(make_item("1", "Caption @you", text_secondary="Spoken www.acme.com words"))

    assert text.voice.split() == ["Caption", "@you", "Spoken", "words"]
    assert text.voice_prose.split() == ["Caption", "Spoken", "words"]
    assert text.link_count == 1


def test_a_secondary_text_that_repeats_the_primary_is_read_once() -> None:
    assert read_item_text(make_item("1", "Same", text_secondary="Same")).voice == "Same"


@pytest.mark.parametrize(
    ("prose", "stated", "expected"),
    [
        ("Our new summer collection is finally in the shop today", None, "en"),
        ("Onze nieuwe zomercollectie ligt vandaag eindelijk in de winkel", None, "nl"),
        ("Unsere neue Sommerkollektion ist endlich im Laden erhältlich", None, "de"),
        ("Notre nouvelle collection est enfin arrivée en boutique", None, "fr"),
        ("Nuestra nueva colección ya está disponible en la tienda", None, "es"),
        ("오늘은 새로운 메뉴를 소개합니다", None, "ko"),
        ("Yeni yaz koleksiyonumuz bugün mağazalarımızda sizleri bekliyor", None, "tr"),
        ("Great news!", None, "und"),
        ("🎉🎉🎉 123 456 789 000 111 222 333", None, "und"),
        ("", None, "und"),
        ("Our new summer collection is finally in the shop today", "nl", "nl"),
        ("Great news!", "en-US", "en"),
        ("Great news!", "pt_BR", "pt"),
        ("Our new summer collection is finally in the shop today", "un", "en"),
        ("Our new summer collection is finally in the shop today", "English", "en"),
    ],
)
def test_the_platforms_language_wins_over_the_detected_one(prose: str, stated: str | None, expected: str) -> None:
    assert detect_language(prose, stated) == expected
