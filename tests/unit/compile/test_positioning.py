"""Positioning: the brand's own sentences, and not what else stands on a site."""

from typing import Any

import pytest

from tests.fakes.evidence_items import make_item
from tests.unit.compile.profiles import compile_profile


def _positioning(*pages: str, language: str = "en", **settings: Any) -> dict[str, dict[str, Any]]:
    items = [
        make_item(
            f"page-{number}", text, platform="web", language=language, canonical_url=f"https://acme.example/{path}"
        )
        for number, (text, path) in enumerate(zip(pages, ("", "about", "shop/all"), strict=False))
    ]
    positioning: dict[str, dict[str, Any]] = compile_profile(items, **settings)["positioning"]
    return positioning


@pytest.mark.parametrize(
    "other",
    [
        "We are using cookies to make this site better for you.",
        "Home | We are open | Menu | Contact us today",
        "“We are a family that never had better coffee than this.” Ruth",
        "We are selling the large bag for £24 this month only.",
        "We are happy when you subscribe to our newsletter.",
        "We are doing what for whom exactly?",
        "© 2024 Acme. We are a registered company in Leeds.",
        "By continuing you agree that we are allowed to store data.",
    ],
)
def test_what_is_no_self_description_is_passed_over(other: str) -> None:
    told = "We are a small roastery in Leeds."
    assert _positioning(f"{other}\n{told}")["what_we_do"]["value"] == told
    assert _positioning(other)["what_we_do"]["value"] is None


def test_the_front_page_comes_before_those_below() -> None:
    front, below = "We are a roastery in the north of Leeds.", "We are proud of every single bag we pack."
    assert _positioning(front, below)["what_we_do"]["value"] == front
    assert _positioning("Nothing here.", below)["what_we_do"]["value"] == below


def test_a_whole_sentence_comes_before_a_heading() -> None:
    page = "We are what you drink, every day\nWe are a roastery in the north of Leeds."
    assert _positioning(page)["what_we_do"]["value"] == "We are a roastery in the north of Leeds."


def test_a_sentence_is_not_used_twice() -> None:
    positioning = _positioning("We are a roastery that never blends.\nUnlike others, we print the harvest on the bag.")
    assert positioning["what_we_do"]["value"] == "We are a roastery that never blends."
    assert positioning["differentiators"]["value"] == ["Unlike others, we print the harvest on the bag."]


@pytest.mark.parametrize(
    ("language", "lines", "lines_of_fields"),
    [
        (
            "nl",
            (
                "Wij gebruiken cookies op deze site.",
                "Wij bakken brood voor mensen met tijd.",
                "Alles met de hand, nooit uit een fabriek.",
                "Al meer dan 20 jaar in Utrecht.",
            ),
            (1, 1, 2, 3),
        ),
        (
            "ko",
            (
                "쿠키 사용에 동의해 주세요.",
                "저희는 매일 아침 커피를 볶습니다.",
                "바쁜 직장인을 위한 커피 구독 서비스.",
                "향료를 넣지 않고 손으로 고릅니다.",
                "2015년부터 한 자리에서 커피를 볶았습니다.",
            ),
            (1, 2, 3, 4),
        ),
        (
            "tr",
            (
                "Çerez politikamızı kabul ediyoruz.",
                "Her sabah taş fırında ekmek pişiriyoruz.",
                "Kahvaltı sevenler için sıcak simit.",
                "Katkısız un, el emeği hamur.",
                "1987'den beri aynı sokaktayız.",
            ),
            (1, 2, 3, 4),
        ),
    ],
)
def test_a_brand_describes_itself_in_its_language(
    language: str, lines: tuple[str, ...], lines_of_fields: tuple[int, ...]
) -> None:
    found = _positioning("\n".join(lines), language=language)
    values = (
        found["what_we_do"]["value"],
        found["who_for"]["value"],
        found["differentiators"]["value"][0],
        found["proof_types"]["value"][0],
    )
    assert values == tuple(lines[number] for number in lines_of_fields)


def test_a_post_that_speaks_to_the_reader_may_say_for_whom() -> None:
    post = make_item("1", "Kom koken met je team, je vrienden of je familie.", language="nl")
    assert compile_profile([post])["positioning"]["who_for"]["value"] == post.text_primary


def test_what_nothing_says_is_left_open_with_the_question_to_answer() -> None:
    without_site = compile_profile([make_item("1", "Rain on the roof today.")])["positioning"]["who_for"]
    assert without_site["abstained"] == {
        "reason": "Nothing in the posts says for whom it is.",
        "next_step": "Answer tier0.who_for or connect the website.",
    }
    with_site = _positioning("Rain on the roof today, and nobody here.")["proof_types"]
    assert with_site["value"] == []
    assert with_site["abstained"] == {
        "reason": "Nothing on the site or in the posts says what proves it.",
        "next_step": "Answer tier2.proof_claims.",
    }
