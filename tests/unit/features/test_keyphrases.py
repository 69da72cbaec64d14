"""Keyphrases are the brand's repeated words, each with the items that hold it."""

from typing import Any

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from tests.fakes.evidence_items import make_item


def _phrases(items: list[EvidenceItem]) -> dict[str, Any]:
    block = build_feature_report(items)["keyphrases"]
    return {phrase["phrase"]: phrase["item_ids"] for phrase in block["phrases"]}


def test_a_repeated_phrase_outranks_its_parts_and_keeps_its_commonest_spelling() -> None:
    texts = ["Cold Brew daily", "Our Cold Brew!", "the cold brew", "an espresso", "one ristretto", "#filter"]
    block = build_feature_report([make_item(str(number), text) for number, text in enumerate(texts)])["keyphrases"]

    assert block["phrases"] == [{"phrase": "Cold Brew", "document_count": 3, "item_ids": ["0", "1", "2"]}]
    assert block["by_platform"]["instagram"]["phrases"] == block["phrases"]


def test_a_part_that_also_stands_alone_is_kept() -> None:
    phrases = _phrases(
        [make_item("1", "single origin"), make_item("2", "single origin"), make_item("3", "rare origin")]
    )

    assert phrases["single origin"] == ["1", "2"]
    assert phrases["origin"] == ["1", "2", "3"]
    assert "single" not in phrases


def test_what_is_not_the_brands_own_wording_is_left_out() -> None:
    phrases = _phrases(
        [
            make_item(
                "1", "Acme_Roasters roast @friend https://acme.com/tasting mail me@acme.com, tap the link in bio"
            ),
            make_item("2", "espresso", flags=Flags(is_repost=True)),
        ]
    )

    assert list(phrases) == ["mail", "roast"]


def test_phrases_neither_start_nor_end_with_a_stop_word_nor_reach_over_a_mark() -> None:
    phrases = _phrases([make_item("1", "the cup of coffee, beans\nwater 2026")])

    assert set(phrases) == {"cup of coffee", "beans", "water"}


def test_every_script_gives_phrases() -> None:
    assert "새로운 메뉴" in _phrases([make_item("1", "새로운 메뉴를", language="ko")])
    assert "ILIK SÜT" in _phrases([make_item("1", "ILIK SÜT", language="tr")])
    assert "スペシャルティコーヒー" in _phrases([make_item("1", "スペシャルティコーヒー。", language="ja")])
    assert _phrases([make_item("1", "กาแฟ" * 500, language="th")]) == {}


def test_at_most_thirty_phrases_are_given() -> None:
    words = [f"bean{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(100)]

    assert len(_phrases([make_item(word, word) for word in words[:5]])) == 5
    assert len(_phrases([make_item("1", ". ".join(words))])) == 30


def test_korean_nouns_are_counted_whatever_particle_is_attached() -> None:
    texts = ("매일 커피를 볶습니다", "커피가 좋아요", "오늘의 커피는 케냐 원두입니다", "고양이와 떡볶이")
    phrases = _phrases([make_item(str(number), text, language="ko") for number, text in enumerate(texts)])

    assert phrases["커피"] == ["0", "1", "2"]
    assert {"고양이", "떡볶이"} <= set(phrases)
    assert not [phrase for phrase in phrases if phrase.endswith(("니다", "요", "를", "는"))]


def test_what_ends_as_a_turkish_verb_is_no_phrase() -> None:
    phrases = _phrases([make_item("1", "taze ekmek pişiriyoruz, herkes seviyor", language="tr")])

    assert "taze ekmek" in phrases
    assert not [phrase for phrase in phrases if phrase.endswith(("yoruz", "yor"))]
