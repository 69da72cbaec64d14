"""Brands that do not write English: their words are read by their own language, and nothing by the English one."""

from typing import Any

from brandbrain_dagster.domain.compile.extractive.stems import compound_heads, stem
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from tests.fakes.evidence_items import make_item
from tests.unit.compile.profiles import compile_profile

KOREAN = (
    "에티오피아 원두를 볶았습니다. 이 원두는 자두 향이 납니다.",
    "원두가 새로 들어왔어요. 여러분은 어떤 원두를 좋아하세요?",
    "콜롬비아 원두의 산미를 좋아하세요? 원두 봉투를 열어 보세요.",
    "드립 클래스를 열었습니다. 클래스에 오신 분들께 감사합니다.",
    "저희는 토요일 클래스에서 라떼 아트를 가르칩니다.",
    "클래스가 끝나고 모두 웃었어요. 다음 클래스도 기대해 주세요!",
    "저희는 딸기 케이크를 매일 굽습니다. 케이크는 조금만 만들어요.",
    "케이크와 커피가 잘 어울려요. 저희 케이크를 맛보세요.",
)
TURKISH = (
    "Ekşi mayalı ekmeklerimizi her sabah taş fırında pişiriyoruz. Ekmek sıcak çıkıyor.",
    "Bu sabah yeni bir ekmek denedik, ekmekler hemen bitti. Siz hangi ekmeği seversiniz?",
    "Ekmek hamurunu elle yoğuruyoruz, ekmeklerimiz bütün gece dinleniyor.",
    "Atölyemizde simit yapmayı öğretiyoruz. Atölye cumartesi günü başlıyor.",
    "Atölyeye gelen herkes kendi simidini götürdü. Atölyede çok güldük.",
    "Yeni atölye için kayıt açıldı. Atölyemize bekliyoruz!",
    "Değirmenden gelen un kokuyor. Unumuzu komşu köyden alıyoruz.",
    "Un çuvalları geldi, değirmenci un için teşekkür etti.",
)
DUTCH = (
    "De kookworkshop van zaterdag zat vol. Wij koken met een team van zestien mensen.",
    "Een kookworkshop is lachen. Heb je zin in koken met je collega's?",
    "Workshops in de zomer: de workshop buiten blijft de mooiste.",
    "Ons stadsspel begint op het plein. Het stadsspel duurt twee uur.",
    "Twee stadsspellen op één dag, en een stadsspel in de regen. Wij waren nat.",
    "Met een stadsspel leer je de stad kennen. Speel je mee?",
    "Het buffet stond klaar voor de gasten, en een buffet is nooit saai.",
    "We leerden veel van dit buffet: heerlijke hapjes, heerlijke mensen.",
)


def _brand(texts: tuple[str, ...], language: str) -> list[EvidenceItem]:
    return [make_item(f"{language}-{number}", text, language=language) for number, text in enumerate(texts)]


def _names(profile: dict[str, Any]) -> set[str]:
    return {name for pillar in profile["pillars"] for name in pillar["name"]["value"].casefold().split(" & ")}


def test_korean_themes_are_nouns_without_their_particles() -> None:
    profile = compile_profile(_brand(KOREAN, "ko"))
    assert {"원두", "클래스", "케이크"} <= _names(profile)
    phrases = [phrase for pillar in profile["pillars"] for phrase in pillar["keyphrases"]]
    assert not [phrase for phrase in phrases if phrase.endswith(("를", "는", "니다", "요"))]


def test_korean_addresses_the_reader_by_the_endings_of_verbs() -> None:
    voice = compile_profile(_brand(KOREAN, "ko"))["voice"]
    habits = [habit for habit in voice["do"]["value"] if habit.startswith("Speak to the reader")]
    assert habits == ["Speak to the reader directly, as 4 of 8 items do: “여러분은 어떤 원두를 좋아하세요?”"]
    assert "Write in Korean, the language of all 8 items." in voice["do"]["value"]


def test_words_are_measured_by_what_they_say_in_their_language() -> None:
    korean = "우리는 오늘 새로운 원두 봉투를 열고 천천히 커피를 한 잔 내려 마셨습니다."
    english = "We opened a new bag of beans today and we drank."
    assert len(korean.split()) == len(english.split()) + 1
    tags = {
        language: compile_profile([make_item(str(number), text, language=language) for number in range(3)])["voice"]
        for language, text in (("ko", korean), ("en", english))
    }
    assert "plain-spoken" in tags["en"]["tone_tags"]["value"]
    assert "plain-spoken" not in tags["ko"]["tone_tags"]["value"]


def test_a_language_without_spaces_is_not_measured_in_words() -> None:
    items = _brand(("毎朝、焼きたてのパンをお届けします。みなさんはどのパンがお好きですか？",) * 3, "ja")
    profile = compile_profile(items)
    assert "word" not in profile["platform_profiles"]["instagram"]["length"]["value"]
    assert not {"plain-spoken", "concise", "story-led"} & set(profile["voice"]["tone_tags"]["value"])


def test_turkish_says_we_in_the_endings_of_words() -> None:
    profile = compile_profile(_brand(TURKISH, "tr"))
    habits = [habit for habit in profile["voice"]["do"]["value"] if "as a team" in habit]
    assert habits == [
        "Speak as a team, as 5 of 8 items do: “Ekşi mayalı ekmeklerimizi her sabah taş fırında pişiriyoruz.”"
    ]
    assert _names(profile) & {"ekmek", "atölye", "un"}
    assert not [name for name in _names(profile) if name.endswith(("yor", "yoruz"))]


def test_dutch_themes_are_nouns_and_a_compound_is_no_theme_beside_its_head() -> None:
    profile = compile_profile(_brand(DUTCH, "nl"))
    names = _names(profile)
    assert "stadsspel" in names
    assert len([name for name in names if "workshop" in name]) == 1
    phrases = {phrase.casefold() for pillar in profile["pillars"] for phrase in pillar["keyphrases"]}
    assert not phrases & {"heerlijke", "leerden", "stond"}


def test_dutch_is_familiar_or_formal() -> None:
    formal = "Wilt u weten hoe dat gaat? Wij helpen u graag met uw bestelling."
    familiar = "Wil je weten hoe dat gaat? Wij helpen je graag met jouw bestelling."
    for text, word, register in ((formal, "u", "formally"), (familiar, "je", "informally")):
        habits = compile_profile(_brand((text,) * 3, "nl"))["voice"]["do"]["value"]
        assert [habit for habit in habits if habit.startswith(f"Speak to the reader as “{word}”, {register}, as all 3")]


def test_a_brand_that_says_all_twice_is_told_so() -> None:
    twice = (
        "Vandaag koken we samen met een groot team in de keuken van het museum.\n\n"
        "Today we are cooking together with a large team in the kitchen of the museum."
    )
    habits = compile_profile([make_item(str(number), twice, language="nl") for number in range(3)])["voice"]["do"]
    assert habits["value"][0] == "Write in Dutch, the language of all 3 items; 3 of them say it again in English."


def test_stems_join_the_forms_of_a_word_and_compounds_know_their_heads() -> None:
    assert stem("stadsspellen", "nl") == stem("stadsspel", "nl")
    assert stem("kookworkshops", "nl") == stem("kookworkshop", "nl")
    assert stem("원두", "ko") == "원두"
    assert compound_heads(["kookworkshop", "workshop", "shop"]) == {"kookworkshop": "workshop"}
