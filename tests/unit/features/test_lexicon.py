"""Phrases match as whole words, in their language, and in the right part of a text."""

import pytest

from brandbrain_dagster.domain.features.lexicon import load_lexicon, read_lexicon_file


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Click the Link in Bio", "en", ["click", "link in bio"]),
        ("CLICK!", "en", ["click"]),
        ("clicks and clicking", "en", []),
        ("unclick", "en", []),
        ("likely to be shared", "en", []),
        ("a shareholder's visitors", "en", []),
        ("follow-up call", "en", []),
        ("click\u0301", "en", []),
        ("👉click👈", "en", ["click"]),
        ("(click)", "en", ["click"]),
        ("@follow the account", "en", []),
        ("#share", "en", []),
        ("#linkinbio", "en", ["link in bio"]),
        ("check\n  out", "en", ["check out"]),
        ("What\u2019s your take?", "en", ["what do you think"]),
        ("Drop a comment below", "en", ["drop a comment"]),
        ("comment, comment", "en", ["comment", "comment"]),
        ("Agree or disagree?", "en", ["agree or disagree"]),
        ("Klik op de link in de bio", "nl", ["klik", "link in bio"]),
        ("Deel 2 van de serie", "nl", []),
        ("In dieser Folge teilen wir alles", "de", []),
        ("Folgt uns und was meint ihr?", "de", ["folge uns", "was meinst du"]),
        ("Abonnez-vous, lien en bio", "fr", ["abonne-toi", "lien en bio"]),
        ("¡Suscríbete y cuéntanos!", "es", ["suscríbete", "cuéntanos"]),
        ("프로필 링크를 클릭하세요", "ko", ["프로필 링크", "클릭"]),
        ("구독자 여러분 감사합니다", "ko", []),
        ("PROFİLDEKİ LİNKE TIKLAYIN", "tr", ["profildeki link", "tıkla"]),
        ("katılımcılar", "tr", []),
        ("Schrijf je nu in en kook mee!", "nl", ["meld je aan", "doe mee"]),
        ("Interesse? Mail naar ons of boek je plek", "nl", ["neem contact op", "boek nu"]),
        ("체험해 보세요. 예약은 프로필 링크에서!", "ko", ["즐겨보세요", "예약하세요", "프로필 링크"]),
        ("Sipariş için bize mesaj atın", "tr", ["sipariş ver", "bize yaz"]),
    ],
)
def test_calls_to_action_match_whole_words(text: str, language: str, expected: list[str]) -> None:
    assert load_lexicon("cta").find_phrases(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("5 ways to brew", "en", ["N ways"]),
        ("10+ simple tips for you", "en", ["N tips"]),
        ("always in hallways", "en", []),
        ("ways to brew", "en", []),
        ("Stop scrolling. Start brewing.", "en", ["stop …ing", "start …ing"]),
        ("Stop thing", "en", []),
        ("nonstop scrolling", "en", []),
        ("How to brew", "en", ["how to"]),
        ("\n\n How to brew", "en", ["how to"]),
        ("Good morning.\nHow to brew", "en", []),
        ("a" * 113 + " how to brew", "en", ["how to"]),
        ("a" * 114 + " how to brew", "en", []),
        ("Good morning.\n\nThe truth about decaf: you need to try it", "en", ["the truth about", "you need to"]),
        ("Here\u2019s why it works", "en", ["here's why"]),
        ("Stop met wachten", "nl", ["stop met …"]),
        ("3가지 비결", "ko", ["N가지", "비결"]),
        ("5 Tipps für dich", "de", ["N tipps"]),
        ("Even iets anders.\nWist je dat desem leeft?", "nl", ["wist je dat"]),
        ("Ken jij een goede kok?", "nl", ["ken jij"]),
        ("이런 분께 추천합니다", "ko", ["이런 분"]),
        ("Duydunuz mu? Fırın açıldı", "tr", ["biliyor muydun"]),
    ],
)
def test_hooks_match_in_the_opening_or_anywhere(text: str, language: str, expected: list[str]) -> None:
    assert load_lexicon("hooks").find_phrases(text, language) == expected


def test_phrases_of_another_language_do_not_count() -> None:
    lexicon = load_lexicon("cta")

    assert lexicon.find_phrases("teilt mit", "fr") == []
    assert lexicon.find_phrases("tıkla", "en") == []


def test_phrases_of_every_language_count_where_the_language_is_undetermined() -> None:
    assert load_lexicon("cta").find_phrases("tıkla", "und") == ["tıkla"]


def test_a_form_that_languages_have_in_common_goes_to_the_texts_own_language() -> None:
    assert load_lexicon("hooks").find_phrases("Unpopular opinion", "es") == ["opinión impopular"]
    assert load_lexicon("hooks").find_phrases("Unpopular opinion", "it") == ["unpopular opinion"]


@pytest.mark.parametrize("kind", ["cta", "hooks"])
def test_every_phrase_of_a_lexicon_is_found_by_its_own_words(kind: str) -> None:
    lexicon = load_lexicon(kind)
    placeholders = {"{n}": "7", "{ing}": "making", "{word}": "bon"}
    missed = []
    for form, by_language in lexicon.phrases.items():
        text = form
        for placeholder, example in placeholders.items():
            text = text.replace(placeholder, example)
        missed += [
            (language, form)
            for language, phrase in by_language.items()
            if phrase.label not in lexicon.find_phrases(text, language)
        ]

    assert missed == []


@pytest.mark.parametrize(("kind", "version"), [("cta", "2"), ("hooks", "2"), ("pronouns", "2"), ("word_forms", "1")])
def test_every_lexicon_has_a_version(kind: str, version: str) -> None:
    assert read_lexicon_file(kind)["version"] == version
