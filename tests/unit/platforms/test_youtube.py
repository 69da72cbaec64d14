"""YouTube videos: mapping of real and of made rows."""

from datetime import UTC, datetime

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Metrics
from brandbrain_dagster.domain.normalization.row_reader import RefusalKind
from tests.fakes.actor_rows import youtube_row
from tests.fakes.raw_runs import normalize, refusal_of, sighting_of
from tests.shared_data import real_rows

VIDEOS = "youtube.channel_videos"


def test_real_videos_all_become_items_and_match_their_rows() -> None:
    items, counts = normalize(VIDEOS, real_rows("apify", "streamers~youtube-scraper", "korean-2025-08.json"))
    first, sixth = items[0], items[6]
    assert (len(items), counts.refused) == (200, [])
    assert first.external_id == "OaljnS36kJg"
    assert first.canonical_url == "https://www.youtube.com/shorts/OaljnS36kJg"
    assert first.published_at == datetime(2025, 8, 28, 8, 17, 1, tzinfo=UTC)
    assert first.author_ref == "UC5lDrTi-3fmy46HUD4tYKOg"
    assert first.title == first.text_primary == "결혼전 피부과 관리 #세르프 #결혼 #결혼준비 #결혼식피부관리"
    assert first.text_secondary is None
    assert first.metrics == Metrics(views=243, likes=6, comments=0)
    assert (first.media["duration"], first.media["duration_seconds"]) == ("00:00:25", 25)
    assert (first.media["channel_name"], first.media["channel_subscribers"]) == ("닥터어울림", 67)
    assert (first.flags.is_members_only, first.flags.is_monetized, first.flags.comments_off) == (False, None, False)
    assert (sixth.external_id, sixth.hashtags, sixth.media["duration_seconds"]) == ("nIkOXDDWqBY", ["인모드"], 69)
    assert (sixth.text_secondary or "").startswith("퍼플의원 ")
    assert sum(item.text_secondary is None for item in items) == 44
    assert not any(item.flags.is_low_value for item in items)


def test_real_videos_under_several_inputs_are_merged_and_the_error_row_is_counted() -> None:
    rows = real_rows("apify", "streamers~youtube-scraper", "korean-2025-09-with-error-row.json")
    items, counts = normalize(VIDEOS, rows)
    assert (len(items), counts.sightings, counts.created, counts.updated) == (174, 199, 174, 0)
    assert [(row.item_index, row.kind, row.reason) for row in counts.refused] == [
        (199, RefusalKind.ERROR_ROW, "No videos found on the page.")
    ]
    merged = next(item for item in items if item.external_id == "l9Icd-VW-uo")
    assert [ref.item_index for ref in merged.raw_refs] == [22, 190]
    assert merged.title == "20대 리프팅, 이중턱과 볼살이 고민 된다면..?!"
    assert merged.metrics == Metrics(views=260, likes=1, comments=0)


def test_real_rows_without_duration_keys_have_no_duration() -> None:
    rows = real_rows("apify", "streamers~youtube-scraper", "korean-2025-09-with-error-row.json")
    items, _ = normalize(VIDEOS, rows)
    keys = ("duration", "duration_seconds", "channel_name", "channel_subscribers")
    assert {tuple(item.media[key] for key in keys) for item in items} == {(None, None, None, None)}
    assert items[0].external_id == "IK3WVmA-yQg"
    assert items[0].metrics == Metrics(views=159, likes=2, comments=0)


@pytest.mark.parametrize(
    ("identifier", "is_own"),
    [
        ("UCZ4qs1SgV7wTkM2VjHByuRQ", True),
        ("@nogoodhq", True),
        ("@someoneelse", False),
        ("UC5lDrTi-3fmy46HUD4tYKOg", False),
        (None, None),
    ],
)
def test_a_real_video_knows_its_own_channel_by_id_and_by_handle(identifier: str | None, is_own: bool | None) -> None:
    rows = real_rows("apify", "streamers~youtube-scraper", "nogood.json")
    items, _ = normalize(VIDEOS, rows, identifier=identifier)
    assert items[0].flags.is_own_account is is_own
    assert items[0].media["duration_seconds"] == 27 * 60 + 11
    assert items[0].metrics == Metrics(views=316, likes=2, comments=4)


def test_a_video_is_mapped_field_by_field() -> None:
    found = sighting_of(VIDEOS, youtube_row())
    assert (found.title, found.text_primary, found.text_secondary) == (
        "How we roast",
        "How we roast",
        "The whole story.",
    )
    assert found.hashtags == ["roast"]
    assert found.media == {
        "type": "video",
        "duration": "00:27:11",
        "duration_seconds": 1631,
        "thumbnail_url": "https://i.ytimg.com/vi/8eEOaCCxGwo/maxresdefault.jpg",
        "channel_name": "Nova",
        "channel_url": "https://www.youtube.com/channel/UCZ4qs1SgV7wTkM2VjHByuRQ",
        "channel_subscribers": 86400,
    }
    assert (found.flags.is_monetized, found.flags.comments_off, found.flags.has_transcript) == (None, True, False)


@pytest.mark.parametrize("duration", ["00:00:00", "0:00", "", "soon", None, 12, []])
def test_a_zero_or_unreadable_duration_is_unknown(duration: object) -> None:
    media = sighting_of(VIDEOS, youtube_row(duration=duration)).media
    assert (media["duration"], media["duration_seconds"]) == (None, None)


@pytest.mark.parametrize(("duration", "seconds"), [("01:00:01", 3601), ("2:05", 125), ("100:00:00", 360000)])
def test_a_duration_is_read_in_seconds_too(duration: str, seconds: int) -> None:
    assert sighting_of(VIDEOS, youtube_row(duration=duration)).media["duration_seconds"] == seconds


def test_a_video_without_title_and_description_is_low_value() -> None:
    assert sighting_of(VIDEOS, youtube_row(title="", text=" ")).flags.is_low_value is True
    assert sighting_of(VIDEOS, youtube_row(title="", text="Words")).flags.is_low_value is False


def test_a_row_that_is_only_a_url_is_an_error_row() -> None:
    assert refusal_of(VIDEOS, {"url": "https://www.youtube.com/watch?v=a"}).kind is RefusalKind.ERROR_ROW


def test_the_same_video_twice_is_one_item_with_two_references() -> None:
    rows = [youtube_row(input="a", viewCount=1), youtube_row(input="b", viewCount=2)]
    items, counts = normalize(VIDEOS, rows)
    assert (len(items), counts.sightings, counts.created) == (1, 2, 1)
    assert [ref.item_index for ref in items[0].raw_refs] == [0, 1]
    assert items[0].metrics.views == 2
