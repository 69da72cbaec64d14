"""TikTok videos: mapping of real and of made rows."""

from datetime import UTC, datetime

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Metrics
from brandbrain_dagster.domain.normalization.row_reader import RefusalKind
from tests.fakes.actor_rows import tiktok_row
from tests.fakes.raw_runs import normalize, refusal_of, sighting_of
from tests.shared_data import real_rows

VIDEOS = "tiktok.profile_videos"


def test_real_videos_all_become_items_and_the_first_matches_its_row() -> None:
    items, counts = normalize(VIDEOS, real_rows("apify", "clockworks~tiktok-scraper", "search-39.json"))
    first = items[0]
    assert (len(items), counts.refused) == (39, [])
    assert first.external_id == "7540888590516014344"
    assert first.canonical_url == "https://www.tiktok.com/@rixi404/video/7540888590516014344"
    assert first.published_at == datetime(2025, 8, 21, 4, 19, 8, tzinfo=UTC)
    assert first.author_ref == "rixi404"
    assert first.text_primary == "#xh #tiktok #rexi404 #meme #funny "
    assert first.hashtags == ["xh", "tiktok", "rexi404", "meme", "funny"]
    assert first.metrics == Metrics(plays=5500000, likes=442300, comments=1809, shares=115800, saves=59288)
    assert (first.media["duration"], first.media["width"], first.media["height"]) == (41, 576, 1246)
    assert first.media["author_fans"] == 81700
    assert (first.language, first.flags.has_transcript, first.flags.is_low_value) == (None, False, False)


def test_real_videos_have_no_empty_hashtags_and_keep_their_advertising_flags() -> None:
    items, _ = normalize(VIDEOS, real_rows("apify", "clockworks~tiktok-scraper", "search-39.json"))
    assert items[10].hashtags == ["fyp", "violin", "cover", "viral", "musician"]
    assert items[16].hashtags[-1] == "y2cmin"
    assert [index for index, item in enumerate(items) if item.flags.is_sponsored] == [4]
    assert [index for index, item in enumerate(items) if item.flags.is_ad] == [6]
    assert items[36].metrics.plays == 133100000
    assert [items[index].language for index in (0, 2)] == [None, "en"]


def test_real_samples_hold_a_slideshow_a_follower_and_a_video() -> None:
    rows = real_rows("apify", "clockworks~tiktok-scraper", "readme-samples.json")
    items, counts = normalize(VIDEOS, rows, identifier="shaiie_foeva")
    assert [item.external_id for item in items] == ["7535448384170331414", "7533731959172861206"]
    assert [item.flags.is_low_value for item in items] == [True, True]
    assert [item.flags.is_own_account for item in items] == [True, True]
    assert [item.media["is_slideshow"] for item in items] == [True, False]
    assert (items[0].media["duration"], items[1].media["duration"]) == (0, 74)
    assert items[1].metrics == Metrics(plays=573900, likes=25900, comments=346, shares=352, saves=1356)
    assert [(row.item_index, row.kind) for row in counts.refused] == [(1, RefusalKind.NOT_AN_ITEM)]
    assert counts.quarantined == []


def test_a_video_is_mapped_field_by_field() -> None:
    found = sighting_of(VIDEOS, tiktok_row(), identifier="nova.roasters")
    assert found.external_id == "7540888590516014344"
    assert found.author_ref == "Nova.Roasters"
    assert found.hashtags == ["coffee"]
    assert found.metrics == Metrics(plays=5500000, likes=442300, comments=1809, shares=115800, saves=59288)
    assert found.media == {
        "duration": 41,
        "width": 576,
        "height": 1246,
        "cover_url": "https://p19.example/cover",
        "author_fans": 81700,
        "is_slideshow": False,
    }
    assert (found.flags.is_sponsored, found.flags.is_ad, found.flags.is_own_account) == (True, False, True)
    assert found.text_secondary is None


def test_subtitle_links_are_no_transcript() -> None:
    video = {"duration": 4, "subtitleLinks": [{"language": "eng-US", "downloadLink": "https://v16.example/a"}]}
    found = sighting_of(VIDEOS, tiktok_row(videoMeta=video))
    assert (found.text_secondary, found.flags.has_transcript) == (None, False)


def test_epoch_seconds_stand_in_for_an_absent_iso_time() -> None:
    found = sighting_of(VIDEOS, tiktok_row(createTimeISO=None))
    assert found.published_at == datetime(2025, 8, 21, 4, 19, 8, tzinfo=UTC)


def test_a_follower_row_is_no_item_and_no_quarantine() -> None:
    row = {"connectedTo": {"name": "nova"}, "connectionType": "follower", "authorMeta": {"name": "ann"}}
    assert refusal_of(VIDEOS, row).kind is RefusalKind.NOT_AN_ITEM
    assert normalize(VIDEOS, [row])[1].quarantined == []


@pytest.mark.parametrize("text", ["", "  ", None])
def test_a_video_without_text_is_low_value(text: str | None) -> None:
    assert sighting_of(VIDEOS, tiktok_row(text=text)).flags.is_low_value is True


def test_a_view_count_beyond_a_trillion_is_kept_and_one_beyond_64_bits_is_unknown() -> None:
    assert sighting_of(VIDEOS, tiktok_row(playCount=110_000_000_000_000)).metrics.plays == 110_000_000_000_000
    assert sighting_of(VIDEOS, tiktok_row(playCount=2**63)).metrics.plays is None
