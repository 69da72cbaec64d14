"""A post as ideas are found in it: its opening line, its question, and what says the same."""

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Flags, Metrics
from brandbrain_dagster.domain.features.item_text import read_item_text
from brandbrain_dagster.domain.opportunities.idea import opening
from brandbrain_dagster.domain.opportunities.posts import Post, read_posts
from brandbrain_dagster.domain.opportunities.yardstick import Yardstick
from tests.fakes.evidence_items import make_item
from tests.unit.opportunities.told_brand import GLAZES, REPAIRS, post


def as_post(text: str, language: str = "en", **fields: object) -> Post:
    item = make_item("one", text, language=language, **fields)
    return Post(item, read_item_text(item))


@pytest.mark.parametrize(
    ("text", "language", "hook"),
    [
        ("Stop buying cedar balls. Here's how.", "en", "Stop buying cedar balls."),
        ("🌟 Afscheid van een ster!\nVandaag zwaaien we uit.", "nl", "Afscheid van een ster!"),
        ("Insta:\n\nVakantie voorbij? Tijd voor je volgende uitje. ✨", "nl", "Vakantie voorbij?"),
        ("Hoi! Kibbeh maken? Makkelijk, toch?", "nl", "Hoi! Kibbeh maken?"),
        ("새벽 다섯 시에 반죽을 시작합니다. 빵은 기다려 줍니다.", "ko", "새벽 다섯 시에 반죽을 시작합니다."),
        ("Salçanın sırrı güneşte sabretmek. Üç gün.", "tr", "Salçanın sırrı güneşte sabretmek."),
        ("هل تعرف سر القهوة العربية؟ نخبرك اليوم.", "ar", "هل تعرف سر القهوة العربية؟"),
        ("Thanks @friend for this evening! We will be back for the soup.", "en", "We will be back for the soup."),
        ("Write to me@kiln.example about the class. The class is full of beginners.", "en",
         "The class is full of beginners."),
        ("#kiln", "en", None),
        ("", "en", None),
    ],
)  # fmt: skip
def test_hook_is_the_first_sentence_that_says_anything(text: str, language: str, hook: str | None) -> None:
    found = as_post(text, language).hook
    assert found == hook
    assert found is None or found in text


@pytest.mark.parametrize(
    ("text", "language", "opens_with"),
    [
        ("🌟 Afscheid van een topper!\nVandaag zwaaien we uit.", "nl", "an exclamation"),
        ("꽃이 피었습니다 정말로 아름답게! 오세요.", "ko", "an exclamation"),
        ("Nobody tells you, when you take over a theatre's costume store, that its moths are yours, all of them!", "en",
         "an exclamation"),
        ("Do you know, when you take over a theatre's costume store, what lives in all of those boxes by then?", "en",
         "a question"),
        ("هل تعرف سر القهوة العربية؟ نخبرك اليوم.", "ar", "a question"),
        ("3 reasons to say no!", "en", "a number"),
        ("Stop buying cedar balls. Here's how!", "en", "a flat statement"),
    ],
)  # fmt: skip
def test_opening_is_named_as_what_it_is(text: str, language: str, opens_with: str) -> None:
    assert opening(as_post(text, language)) == opens_with


@pytest.mark.parametrize(
    ("flags", "is_own"),
    [
        (Flags(is_own_account=True), True),
        (Flags(is_own_account=None), True),
        (Flags(is_own_account=False), False),
        (Flags(is_own_account=True, is_repost=True), False),
    ],
)
def test_post_is_the_brands_unless_it_is_known_to_be_somebody_elses(flags: Flags, is_own: bool) -> None:
    assert as_post("Handles break where the thumb rests.", flags=flags).is_own is is_own


def test_long_sentence_is_cut_at_a_mark_or_between_words() -> None:
    clause = "Nobody tells you, when you take over a theatre's costume store"
    assert as_post(f"{clause}, that you also take over its moths and their many, many children.").hook == clause
    endless = " ".join(["unstoppable"] * 20)
    assert as_post(endless).hook == " ".join(["unstoppable"] * 7)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Pilling is not a fault. What do you use: a comb or denial? 🧶\n#wool", "What do you use: a comb or denial?"),
        ("Pilling is not a fault. Questions about your wardrobe? Ask us, we have seen worse.", None),
        ("Is pilling a fault of the wool?", None),
    ],
)
def test_question_is_what_the_post_leaves_its_readers_with(text: str, question: str | None) -> None:
    assert as_post(text).question == question


@pytest.mark.parametrize(
    ("text", "language", "is_of_a_day"),
    [
        ("Donderdag was het tijd voor soep.", "nl", True),
        ("Nog twee weken tot de workshop!", "nl", True),
        ("Vrijheid smaakt naar verse munt.", "nl", False),
        ("On 3 December we open the kiln.", "en", True),
        ("수요일 저녁 둥근 탁자에 앉습니다.", "ko", True),
    ],
)
def test_opening_of_a_day_makes_no_sense_at_another_time(text: str, language: str, is_of_a_day: bool) -> None:
    assert as_post(text, language).is_of_a_day is is_of_a_day


def test_posts_of_one_medium_and_repeated_posts_are_one() -> None:
    items = [
        post(GLAZES[0], days=1, external_id="same"),
        post(GLAZES[0], days=1, external_id="same", capability="reels", content_type="reel",
             flags=Flags(has_transcript=True)),
        post(GLAZES[1], days=3),
        post(GLAZES[1], days=9),
        post(GLAZES[1], days=3, platform="linkedin"),
    ]  # fmt: skip
    posts = read_posts(items)
    assert [found.platform for found in posts].count("instagram") == 2
    assert [found.platform for found in posts].count("linkedin") == 1
    assert posts[0].item.flags.has_transcript


def test_engagement_is_compared_within_what_is_measured_alike() -> None:
    photos = [post(text, days=1, likes=100) for text in GLAZES[:4]]
    reels = [
        post(text, days=1, media={"type": "Video"}, metrics=Metrics(likes=100, comments=10, views=5_000))
        for text in REPAIRS[:4]
    ]
    posts = read_posts([*photos, *reels])
    yardstick = Yardstick(posts)
    assert {yardstick.times(found) for found in posts} == {1.0}


def test_three_posts_have_no_median() -> None:
    posts = read_posts([post(text, days=1) for text in GLAZES[:3]])
    assert [Yardstick(posts).times(found) for found in posts] == [None, None, None]
