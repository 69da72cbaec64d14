"""Rows that are no evidence: error rows, look-alikes, flattened exports, rows of other actors."""

import json
from itertools import product
from typing import Any

import pytest

from brandbrain_dagster.domain.normalization.row_reader import Refusal, RefusalKind, only_errors_reason
from brandbrain_dagster.domain.platforms.registry import CAPABILITIES
from tests.fakes.actor_rows import MADE_ROWS
from tests.fakes.raw_runs import normalize, read_row, refusal_of
from tests.shared_data import real_rows

NAMES = [capability.dotted_name for capability in CAPABILITIES]
LOOKALIKES = (
    "clockworks_tiktok__flattened_view__gammatoxx_shorts-spy.json",
    "harvestapi__linkedin-profile-posts__RamprakashRP.json",
    "other_youtube-scraper__antonkor_briefify.json",
)
FLATTENED_KEYS = {
    "instagram.posts": ("musicInfo", "audio_id"),
    "instagram.reels": ("hashtags", "0"),
    "linkedin.company_posts": ("stats", "like"),
    "linkedin.profile_posts": ("posted_at", "timestamp"),
    "tiktok.profile_videos": ("videoMeta", "duration"),
    "youtube.channel_videos": ("hashtags", "0"),
    "web.crawl_pages": ("metadata", "title"),
}
INSTAGRAM_TWINS = {("instagram.posts", "instagram.reels"), ("instagram.reels", "instagram.posts")}
"""Both actors return the same rows."""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("file", LOOKALIKES)
def test_real_lookalikes_are_a_wrong_shape_for_every_capability(file: str, name: str) -> None:
    for row in real_rows("apify-lookalikes", file):
        assert refusal_of(name, row).kind is RefusalKind.WRONG_SHAPE


@pytest.mark.parametrize("name", NAMES)
def test_real_error_rows_are_counted_as_such_and_not_quarantined(name: str) -> None:
    rows = [entry["item"] for entry in real_rows("apify-error-items", "error_items.json")]
    items, counts = normalize(name, rows)
    assert items == []
    assert (len(counts.error_rows), counts.quarantined) == (8, [])
    assert only_errors_reason([json.dumps(row).encode() for row in rows]) == "No videos found on the page."


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"error": "no_items", "errorDescription": "Empty or private data"}, "Empty or private data"),
        ({"url": "https://a.example", "error": "NO_VIDEOS", "note": "No videos found."}, "No videos found."),
        ({"url": "https://a.example", "errorCode": "NOT_FOUND"}, "NOT_FOUND"),
        ({"#error": True, "#debug": {"statusCode": 200}}, "the page could not be read"),
        ({"url": "https://a.example"}, "nothing but an address"),
        ({"url": "https://a.example", "input": "a"}, "nothing but an address"),
    ],
)
def test_error_rows_are_recognised_with_the_actors_words(name: str, row: dict[str, Any], reason: str) -> None:
    assert refusal_of(name, row) == Refusal(RefusalKind.ERROR_ROW, reason)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mark", [{"error": "no_items"}, {"errorCode": "NOT_FOUND"}, {"#error": True}])
def test_a_whole_row_that_carries_an_error_is_an_error_row(name: str, mark: dict[str, Any]) -> None:
    assert refusal_of(name, MADE_ROWS[name] | mark).kind is RefusalKind.ERROR_ROW


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("separator", [".", "/"])
def test_a_flattened_row_is_refused_also_when_it_carries_id_and_url(name: str, separator: str) -> None:
    parent, key = FLATTENED_KEYS[name]
    if (parent, separator) == ("musicInfo", "/"):
        parent, key = "hashtags", "0"
    row = {field: value for field, value in MADE_ROWS[name].items() if field != parent}
    refusal = refusal_of(name, row | {f"{parent}{separator}{key}": 5})
    assert refusal.kind is RefusalKind.WRONG_SHAPE
    assert f"'{parent}{separator}{key}'" in refusal.reason


@pytest.mark.parametrize("name", NAMES)
def test_a_wholly_flattened_row_is_refused(name: str) -> None:
    assert refusal_of(name, _flattened(MADE_ROWS[name])).kind is RefusalKind.WRONG_SHAPE


def _flattened(row: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": part for key, part in value.items()}
        elif isinstance(value, list):
            flat |= {f"{name}.{index}": part for index, part in enumerate(value)}
        else:
            flat[name] = value
    return flat


@pytest.mark.parametrize(
    ("reader", "writer"),
    [pair for pair in product(NAMES, NAMES) if pair[0] != pair[1] and pair not in INSTAGRAM_TWINS],
)
def test_a_row_of_another_capability_is_quarantined(reader: str, writer: str) -> None:
    found = read_row(reader, MADE_ROWS[writer])
    assert isinstance(found, Refusal)
    assert found.kind in (RefusalKind.WRONG_SHAPE, RefusalKind.NO_STABLE_ID)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"[]", RefusalKind.WRONG_SHAPE),
        (b"7", RefusalKind.WRONG_SHAPE),
        (b"null", RefusalKind.WRONG_SHAPE),
        (b"{}", RefusalKind.WRONG_SHAPE),
        (b'"text"', RefusalKind.WRONG_SHAPE),
        (b"", RefusalKind.INVALID_JSON),
        (b"{", RefusalKind.INVALID_JSON),
        (b'{"id": "\xff\xfe"}', RefusalKind.INVALID_JSON),
        (b"[" * 10_000 + b"]" * 10_000, RefusalKind.INVALID_JSON),
    ],
)
def test_what_is_no_object_is_quarantined_with_its_reason(name: str, raw: bytes, kind: RefusalKind) -> None:
    refusal = refusal_of(name, raw)
    assert refusal.kind is kind
    assert refusal.reason


def test_every_refused_row_is_listed_with_its_position() -> None:
    rows = [MADE_ROWS["web.crawl_pages"], {"error": "x"}, b"{", {"odd": 1}]
    _, counts = normalize("web.crawl_pages", rows)
    assert [(row.item_index, row.kind) for row in counts.refused] == [
        (1, RefusalKind.ERROR_ROW),
        (2, RefusalKind.INVALID_JSON),
        (3, RefusalKind.WRONG_SHAPE),
    ]
    assert (counts.rows, counts.sightings, len(counts.error_rows), len(counts.quarantined)) == (4, 1, 1, 2)
