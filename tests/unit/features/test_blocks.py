"""The figures of each block, worked out by hand."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from brandbrain_dagster.domain.bundling.engagement import engagement_score
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.domain.features.reading_ease import reading_ease
from brandbrain_dagster.domain.features.style_stats import count_pronouns
from tests.fakes.evidence_items import make_item

REPOST = Flags(is_repost=True)


def test_text_stats_measure_length_words_sentences_and_ease() -> None:
    block = build_feature_report(
        [make_item("1", "The cat sat. It slept!"), make_item("2", "Hello\nyou #tag", platform="linkedin")]
    )["text_stats"]

    assert block["sample_size"] == 2
    assert (block["min_length"], block["max_length"], block["avg_text_primary_length"]) == (14, 22, 18.0)
    assert (block["words"], block["sentences"]) == (7, 4)
    instagram = block["by_platform"]["instagram"]
    assert (instagram["item_count"], instagram["words"], instagram["sentences"]) == (1, 5, 2)
    # 206.835 - 1.015 * 5 words / 2 sentences - 84.6 * 5 syllables / 5 words
    assert instagram["reading_ease"] == 119.6975


def test_reading_ease_uses_the_languages_own_constants_and_syllables() -> None:
    assert reading_ease(["Das", "Wasser", "kocht"], 1, "de") == pytest.approx(180 - 3 - 58.5 * 4 / 3)
    assert reading_ease(["Das"], 0, "de") is None
    assert reading_ease(["물"], 1, "ko") is None


def test_emoji_stats_divide_emoji_by_graphemes() -> None:
    block = build_feature_report(
        [
            make_item("1", "ab👍🏽👍🏽"),
            make_item("2", "none", text_secondary="🎉"),
            make_item("3", "🎉🎉", flags=REPOST),
            make_item("4", "👍🏽", platform="tiktok"),
        ]
    )["emoji_stats"]

    assert (block["sample_size"], block["sample_size_excluded"], block["items_with_emoji"]) == (3, 1, 2)
    assert (block["overall_avg_density"], block["overall_max_density"], block["overall_avg_count"]) == (0.5, 1.0, 1.0)
    instagram = block["by_platform"]["instagram"]
    assert (instagram["avg_density"], instagram["max_density"], instagram["items_with_emoji"]) == (0.25, 0.5, 1)
    assert block["top_emoji"] == [{"emoji": "👍🏽", "count": 3, "item_count": 2, "item_ids": ["1", "4"]}]


def test_cta_stats_read_caption_and_transcript_but_no_reposts() -> None:
    block = build_feature_report(
        [
            make_item("2", "Tap the link in bio", text_secondary="and subscribe"),
            make_item("1", "Tap, tap"),
            make_item("3", "Subscribe", flags=REPOST),
            make_item("4", "Nothing", platform="web"),
        ]
    )["cta_stats"]

    assert (block["total_items"], block["items_with_cta"], block["sample_size_excluded"]) == (3, 2, 1)
    assert block["overall_avg_cta_count"] == pytest.approx(5 / 3, abs=1e-6)
    assert block["top_ctas"][0] == {"phrase": "tap", "count": 3, "item_count": 2, "item_ids": ["1", "2"]}
    assert [top["phrase"] for top in block["top_ctas"]] == ["tap", "link in bio", "subscribe"]
    assert block["by_platform"]["instagram"]["avg_cta_count"] == 2.5
    assert block["by_platform"]["web"]["items_with_cta"] == 0


def test_hook_marker_stats_read_the_caption_and_the_transcript_only_without_one() -> None:
    block = build_feature_report(
        [
            make_item("1", "5 ways to brew", text_secondary="Unpopular opinion"),
            make_item("2", "", text_secondary="Unpopular opinion: tea"),
            make_item("3", "5 ways to brew", flags=REPOST),
        ]
    )["hook_marker_stats"]

    assert (block["total_items"], block["items_with_hooks"], block["overall_avg_hook_count"]) == (2, 2, 1.0)
    assert block["top_hooks"] == [
        {"phrase": "N ways", "count": 1, "item_count": 1, "item_ids": ["1"]},
        {"phrase": "unpopular opinion", "count": 1, "item_count": 1, "item_ids": ["2"]},
    ]


def test_hashtag_stats_count_a_tag_once_an_item_whatever_its_case() -> None:
    block = build_feature_report(
        [make_item("1", hashtags=["Coffee", "#coffee", "beans"]), make_item("2", hashtags=["coffee"]), make_item("3")]
    )["hashtag_stats"]

    assert (block["overall_avg_count"], block["overall_max_count"]) == (1.0, 2)
    assert (block["items_with_hashtags"], block["total_items"]) == (2, 3)
    assert block["by_platform"]["instagram"]["max_count"] == 2
    assert block["top_hashtags"][0] == {"hashtag": "coffee", "count": 2, "item_count": 2, "item_ids": ["1", "2"]}


def test_transcript_coverage_counts_transcripts_not_descriptions() -> None:
    block = build_feature_report(
        [
            make_item("1", text_secondary="spoken", flags=Flags(has_transcript=True)),
            make_item("2", flags=Flags(has_transcript=False)),
            make_item("3", platform="youtube", text_secondary="description"),
        ]
    )["transcript_coverage"]

    assert (block["overall_with_transcript"], block["overall_total"], block["overall_coverage"]) == (1, 3, 0.333333)
    assert block["by_platform"]["instagram"] == {"sample_size": 2, "with_transcript": 1, "total": 2, "coverage": 0.5}


def _published(*days: float) -> list[EvidenceItem]:
    monday_noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    return [make_item(str(day), published_at=monday_noon + timedelta(days=day)) for day in days]


@pytest.mark.parametrize(
    ("days", "posts_per_week", "span", "gap"),
    [
        ((), 0.0, 0.0, 0.0),
        ((3,), 0.0, 0.0, 0.0),
        ((0, 7), 1.0, 7.0, 7.0),
        ((0, 1, 2), 3.0, 2.0, 1.0),
        ((0, 10, 28), 0.5, 28.0, 18.0),
    ],
)
def test_cadence_is_the_intervals_per_week(
    days: tuple[float, ...], posts_per_week: float, span: float, gap: float
) -> None:
    block = build_feature_report(_published(*days))["cadence_stats"]

    assert (block["posts_per_week"], block["span_days"], block["longest_gap_days"]) == (posts_per_week, span, gap)


def test_cadence_counts_weekdays_and_hours_in_utc_and_leaves_undated_items_out() -> None:
    sunday_evening_in_new_york = datetime(2026, 3, 1, 22, tzinfo=timezone(timedelta(hours=-5)))
    block = build_feature_report(
        [make_item("1", published_at=sunday_evening_in_new_york), make_item("2", published_at=None)]
    )["cadence_stats"]

    assert (block["sample_size"], block["undated_count"]) == (1, 1)
    assert block["weekday_counts"]["monday"] == 1
    assert block["hour_counts"]["03"] == 1
    assert (len(block["weekday_counts"]), len(block["hour_counts"])) == (7, 24)


@pytest.mark.parametrize(
    ("platform", "metrics", "expected"),
    [
        ("instagram", Metrics(likes=10, comments=2, views=100), 26.0),
        ("linkedin", Metrics(reactions=10, likes=8, comments=1, reposts=2), 17.0),
        ("linkedin", Metrics(likes=8, comments=1), 11.0),
        ("tiktok", Metrics(plays=1000, likes=1, comments=1, shares=1, saves=1), 20.0),
        ("youtube", Metrics(views=1000, likes=5, comments=1, shares=9), 18.0),
        ("web", Metrics(likes=10), 0.0),
        ("instagram", Metrics(), 0.0),
    ],
)
def test_engagement_score_weighs_what_the_platform_counts(platform: str, metrics: Metrics, expected: float) -> None:
    assert engagement_score(make_item("1", platform=platform, metrics=metrics)) == pytest.approx(expected)


def test_engagement_stats_rank_items_per_platform_and_format() -> None:
    image, video = {"type": "Image"}, {"type": "Video"}
    block = build_feature_report(
        [
            make_item("1", metrics=Metrics(likes=10), media=image),
            make_item("2", metrics=Metrics(likes=30), media=image),
            make_item("3", metrics=Metrics(likes=30), media=video),
            make_item("4", platform="web", content_type="web_page"),
        ]
    )["engagement_stats"]

    instagram = block["by_platform"]["instagram"]
    assert (instagram["median"], instagram["p90"], instagram["best_item_id"]) == (30.0, 30.0, "2")
    assert instagram["by_format"]["post.image"] == {
        "sample_size": 2,
        "median": 20.0,
        "p90": 28.0,
        "best_score": 30.0,
        "best_item_id": "2",
    }
    assert instagram["by_format"]["post.video"]["best_item_id"] == "3"
    assert list(block["by_platform"]["web"]["by_format"]) == ["web_page"]
    assert (block["sample_size"], block["median"]) == (4, 20.0)


def test_style_stats_count_habits_of_the_voice() -> None:
    block = build_feature_report(
        [
            make_item(
                "1", "Do YOU like it?! Really?? BIG SALE! We do. www.acme.com @you", text_secondary="Made in the US"
            ),
            make_item("2", "Plain."),
            make_item("3", "우리는", language="ko"),
            make_item("4", "Что?", language="ru"),
            make_item("5", "WE?!", flags=REPOST),
        ]
    )["style_stats"]

    assert (block["sample_size"], block["sample_size_excluded"], block["pronoun_sample_size"]) == (4, 1, 3)
    assert (block["questions_rate"], block["avg_questions"]) == (0.5, 0.75)
    assert (block["exclamations_rate"], block["avg_exclamations"]) == (0.25, 0.5)
    assert (block["all_caps_words_rate"], block["avg_all_caps_words"]) == (0.25, 0.75)
    assert (block["links_rate"], block["mentions_rate"]) == (0.25, 0.25)
    assert (block["first_person_plural_rate"], block["avg_first_person_plural"]) == (0.666667, 0.666667)
    assert (block["second_person_rate"], block["avg_second_person"]) == (0.333333, 0.333333)


@pytest.mark.parametrize(
    ("text", "language", "first_person_plural", "second_person"),
    [
        ("We're here for you and your friends, join US or us", "en", 2, 2),
        ("Können Sie das? Sie sagten, sie kommt zu uns.", "de", 1, 2),
        ("Wij maken het voor jullie", "nl", 1, 1),
        ("Bizimle gelin, sizi bekliyoruz", "tr", 2, 1),
        ("Her sabah ekmek pişiriyoruz, siparişinizi verin", "tr", 1, 1),
        ("Deniz, temiz ve yalnız bir yıldız; fındık da var", "tr", 0, 0),
        ("여러분과 우리의 커피", "ko", 1, 1),
        ("어떤 커피를 좋아하세요? 꼭 드셔 보십시오.", "ko", 0, 2),
        ("안녕하세요, 좋은 아침입니다", "ko", 0, 0),
        ("however, bus and yourt", "en", 0, 0),
    ],
)
def test_pronouns_are_whole_words(text: str, language: str, first_person_plural: int, second_person: int) -> None:
    assert count_pronouns(text, language) == {
        "first_person_plural": first_person_plural,
        "second_person": second_person,
    }


def test_language_stats_give_each_items_language_and_the_shares() -> None:
    block = build_feature_report(
        [make_item("1"), make_item("2"), make_item("3", "oké", language=None), make_item("4", language="nl")]
    )["language_stats"]

    assert block["by_item"] == {"1": "en", "2": "en", "3": "und", "4": "nl"}
    assert list(block["shares"].items()) == [("en", 0.5), ("nl", 0.25), ("und", 0.25)]
    assert block["by_platform"]["instagram"]["counts"] == {"en": 2, "nl": 1, "und": 1}
