"""Instagram posts and reels: mapping of real and of made rows."""

from datetime import UTC, datetime

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Metrics
from brandbrain_dagster.domain.normalization.row_reader import RefusalKind
from tests.fakes.actor_rows import instagram_row
from tests.fakes.raw_runs import normalize, refusal_of, sighting_of
from tests.shared_data import real_rows

POSTS = "instagram.posts"
REELS = "instagram.reels"


def test_real_posts_all_become_items_and_the_first_matches_its_row() -> None:
    items, counts = normalize(POSTS, real_rows("apify", "apify~instagram-scraper", "goeduitje.json"))
    first = items[0]
    assert (len(items), counts.created, counts.updated, counts.refused) == (99, 99, 0, [])
    assert first.external_id == "3674286260684429785"
    assert first.canonical_url == "https://www.instagram.com/p/DL9r-MLMZnZ/"
    assert first.published_at == datetime(2025, 7, 11, 10, 18, 29, tzinfo=UTC)
    assert first.author_ref == "goeduitje"
    assert first.text_primary.startswith("Kibbeh maken? Makkelijk, toch? 🤔 Nou… schijn bedriegt!\n")
    assert first.text_secondary is None
    assert first.metrics == Metrics(likes=4, comments=0, views=9)
    assert first.media == {
        "type": "Video",
        "shortcode": "DL9r-MLMZnZ",
        "owner_id": "67209949762",
        "music_id": "2645451135650824",
    }
    assert (first.flags.has_transcript, first.flags.is_low_value) == (False, False)


def test_real_posts_keep_the_hashtags_of_the_row_and_have_no_views_on_images() -> None:
    items, _ = normalize(POSTS, real_rows("apify", "apify~instagram-scraper", "goeduitje.json"))
    assert items[5].hashtags == ["dankjewelNoura", "chef", "Arnhem", "asielzoekers", "teamGoeduitje"]
    assert items[16].media["type"] == "Image"
    assert items[16].metrics == Metrics(likes=11, comments=1, views=None)
    assert items[16].media["music_id"] is None


def test_real_posts_without_caption_are_the_only_low_value_ones() -> None:
    items, _ = normalize(POSTS, real_rows("apify", "apify~instagram-scraper", "goeduitje.json"))
    assert [index for index, item in enumerate(items) if item.flags.is_low_value] == [32, 34]


def test_real_collaborations_belong_to_the_account_that_owns_the_post() -> None:
    rows = real_rows("apify", "apify~instagram-scraper", "goeduitje.json")
    items, _ = normalize(POSTS, rows, identifier="goeduitje")
    foreign = {index: item.author_ref for index, item in enumerate(items) if not item.flags.is_own_account}
    assert foreign == {9: "buddytobuddynijmegen", 19: "guusvandenelzen"}
    collaborations = [index for index, row in enumerate(rows) if row.get("coauthorProducers")]
    assert collaborations == [5, 9, 19, 22, 46, 51, 53, 76, 80, 82]
    assert [items[index].flags.is_own_account for index in collaborations].count(True) == 8


def test_real_hidden_likes_are_unknown() -> None:
    items, _ = normalize(POSTS, real_rows("apify", "apify~instagram-scraper", "wendys.json"), identifier="wendys")
    assert items[0].metrics == Metrics(likes=None, comments=63, views=151277)
    assert (items[0].author_ref, items[0].flags.is_own_account) == ("kylan_darnell", False)
    assert items[0].hashtags == ["wendyspartner"]


def test_real_rows_of_the_newest_field_set_are_read() -> None:
    items, _ = normalize(POSTS, real_rows("apify", "apify~instagram-scraper", "readme-samples.json"))
    assert [item.external_id for item in items] == ["3923124318436838545", "3913028191006298064"]
    assert [item.metrics.likes for item in items] == [55952, 11481]
    assert items[1].published_at == datetime(2026, 6, 5, 19, 58, 30, tzinfo=UTC)


def test_real_reels_from_csv_have_their_string_numbers_read() -> None:
    rows = real_rows("apify", "apify~instagram-reel-scraper", "olectra.json")
    items, _ = normalize(REELS, rows, identifier="olectraofficial")
    assert len(items) == 25
    assert items[0].external_id == "3880672553911612894"
    assert items[0].metrics == Metrics(likes=94, comments=0, views=727)
    assert items[0].media["duration"] == 10.0
    assert items[0].hashtags == ["WorldEarthDay", "Olectra", "TransformingEveryday"]
    assert items[0].published_at == datetime(2026, 4, 22, 4, 30, 8, tzinfo=UTC)
    assert items[2].metrics == Metrics(likes=60, comments=1, views=None)
    assert items[8].hashtags == []
    assert {item.flags.is_own_account for item in items} == {True}
    assert {item.flags.has_transcript for item in items} == {False}


def test_a_real_reel_with_transcript_keeps_it_beside_the_caption() -> None:
    rows = real_rows("apify", "apify~instagram-reel-scraper", "nogood-with-transcript.json")
    items, _ = normalize(REELS, rows)
    transcript = items[0].text_secondary or ""
    assert len(transcript) == 204
    assert transcript.startswith("The Great Meme Reset has officially begun, but here's why it")
    assert items[0].text_primary.startswith("MLG edits are better than brain rot memes anyways.")
    assert items[0].flags.has_transcript is True
    assert items[0].hashtags == ["meme", "brainrot", "trends", "marketing"]
    assert items[0].metrics == Metrics(likes=18974, comments=548, views=131855)
    assert items[0].media["duration"] == 44.9


def test_a_post_is_mapped_field_by_field() -> None:
    found = sighting_of(POSTS, instagram_row(), identifier="nova.roasters")
    assert found.external_id == "3700000000000000001"
    assert found.published_at == datetime(2026, 1, 2, 15, 51, 22, tzinfo=UTC)
    assert found.metrics == Metrics(likes=120, comments=4, views=900)
    assert found.media == {"type": "Video", "shortcode": "DAbcdEFghiJ", "owner_id": "42", "music_id": "77"}
    assert found.flags.is_own_account is True


def test_a_transcript_is_read_from_reels_only() -> None:
    row = instagram_row(transcript="Hello there", caption="")
    assert sighting_of(POSTS, row).text_secondary is None
    assert sighting_of(POSTS, row).flags.is_low_value is True
    reel = sighting_of(REELS, row)
    assert (reel.text_secondary, reel.flags.has_transcript, reel.flags.is_low_value) == ("Hello there", True, False)


@pytest.mark.parametrize("transcript", [None, "", " \n", [], {}])
def test_a_reel_with_nothing_said_and_nothing_written_is_low_value(transcript: object) -> None:
    reel = sighting_of(REELS, instagram_row(caption=None, transcript=transcript))
    assert (reel.text_primary, reel.text_secondary) == ("", None)
    assert (reel.flags.has_transcript, reel.flags.is_low_value) == (False, True)


@pytest.mark.parametrize(
    ("likes", "read"),
    [
        (-1, None),
        ("-1", None),
        ("1234", 1234),
        (7.0, 7),
        ("", None),
        ("many", None),
        ("NaN", None),
        (None, None),
        (0, 0),
    ],
)
def test_likes_are_read_as_a_count_or_as_unknown(likes: object, read: int | None) -> None:
    assert sighting_of(POSTS, instagram_row(likesCount=likes)).metrics.likes == read


def test_a_row_without_url_gets_the_address_of_its_shortcode() -> None:
    row = instagram_row()
    del row["url"]
    assert sighting_of(POSTS, row).canonical_url == "https://www.instagram.com/p/DAbcdEFghiJ/"


def test_a_row_without_id_is_quarantined_as_it_could_not_be_deduplicated() -> None:
    assert refusal_of(POSTS, instagram_row(id=None)).kind is RefusalKind.NO_STABLE_ID


def test_own_account_is_unknown_without_a_source_or_an_owner() -> None:
    assert sighting_of(POSTS, instagram_row()).flags.is_own_account is None
    assert sighting_of(POSTS, instagram_row(ownerUsername=None), identifier="nova").flags.is_own_account is None
