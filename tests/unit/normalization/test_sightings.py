"""Merging of sightings: what the newer one says, what the older one keeps, and in any order of runs."""

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics, RawRef
from brandbrain_dagster.domain.evidence.identity import content_hash
from brandbrain_dagster.domain.normalization.sightings import (
    RawRun,
    fold_run,
    fold_runs,
    merge_sightings,
    total_counts,
)
from tests.fakes.actor_rows import instagram_row, web_row, youtube_row
from tests.fakes.evidence_items import SEEN_AT, make_item
from tests.fakes.raw_runs import BRAND_ID, FETCHED_AT, make_run

some = settings(max_examples=80)
ROWS = st.lists(
    st.builds(
        lambda number, caption, transcript, likes, timestamp: instagram_row(
            id=f"{number}", caption=caption, transcript=transcript, likesCount=likes, timestamp=timestamp
        ),
        st.integers(1, 3),
        st.sampled_from(["", "one", "two"]),
        st.sampled_from([None, "", "said", "said more"]),
        st.sampled_from([-1, 0, 5]),
        st.sampled_from([None, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]),
    ),
    max_size=4,
)
RUNS = st.lists(ROWS, max_size=5).map(
    lambda runs: [
        make_run("instagram.reels", rows, identifier="nova.roasters", run_id=f"run-{hours}", hours=hours)
        for hours, rows in enumerate(runs)
    ]
)


def _sighting(hours: int, **fields: Any) -> EvidenceItem:
    seen = SEEN_AT + timedelta(hours=hours)
    item = make_item("1", first_seen_at=seen, last_seen_at=seen, raw_refs=[RawRef(f"run-{hours}", 0)], **fields)
    msgspec.structs.force_setattr(item, "content_hash", content_hash(item))
    return item


SIGHTING_FIELDS = st.fixed_dictionaries(
    {
        "text": st.sampled_from(["", "one", "two"]),
        "title": st.sampled_from([None, "", "T", "U"]),
        "text_secondary": st.sampled_from([None, "", "said", "more"]),
        "published_at": st.sampled_from([None, SEEN_AT, SEEN_AT + timedelta(days=1)]),
        "metrics": st.builds(Metrics, likes=st.sampled_from([None, 0, 5])),
        "hashtags": st.sampled_from([[], ["a"]]),
    }
)


def _flagged(fields: dict[str, Any]) -> dict[str, Any]:
    has_transcript = bool(fields["text_secondary"])
    is_low_value = not fields["text"] and not has_transcript
    return fields | {"flags": Flags(has_transcript=has_transcript, is_low_value=is_low_value)}


def test_the_newer_sighting_wins_for_text_counts_media_and_flags() -> None:
    older = _sighting(0, text="old", metrics=Metrics(likes=9), media={"a": 1}, flags=Flags(is_ad=True), hashtags=["x"])
    newer = _sighting(1, text="", metrics=Metrics(), media={}, flags=Flags(), hashtags=[])
    merged = merge_sightings(older, newer)
    assert (merged.text_primary, merged.metrics, merged.media) == ("", Metrics(), {})
    assert (merged.flags, merged.hashtags) == (Flags(), [])


def test_a_blank_in_the_newer_never_erases_title_transcript_and_time() -> None:
    older = _sighting(0, title="T", text_secondary="said", flags=Flags(has_transcript=True, is_low_value=False))
    for blank in (None, ""):
        newer = _sighting(
            1,
            title=blank,
            text_secondary=blank,
            published_at=None,
            flags=Flags(has_transcript=False, is_low_value=True),
        )
        merged = merge_sightings(older, newer)
        assert (merged.title, merged.text_secondary, merged.published_at) == ("T", "said", SEEN_AT)
        assert (merged.flags.has_transcript, merged.flags.is_low_value) == (True, False)


def test_seen_times_widen_and_references_accumulate_once() -> None:
    older, newer = _sighting(0), _sighting(5)
    merged = merge_sightings(merge_sightings(older, newer), newer)
    assert (merged.first_seen_at, merged.last_seen_at) == (older.first_seen_at, newer.last_seen_at)
    assert merged.raw_refs == [RawRef("run-0", 0), RawRef("run-5", 0)]


def test_an_older_sighting_that_comes_late_does_not_win() -> None:
    merged = merge_sightings(_sighting(5, text="new"), _sighting(0, text="old", title="T"))
    assert (merged.text_primary, merged.title) == ("new", "T")


@some
@given(fields=st.lists(SIGHTING_FIELDS, min_size=3, max_size=3))
def test_merging_sightings_in_time_order_is_associative(fields: list[dict[str, Any]]) -> None:
    first, second, third = (_sighting(hours, **_flagged(one)) for hours, one in enumerate(fields))
    left = merge_sightings(merge_sightings(first, second), third)
    right = merge_sightings(first, merge_sightings(second, third))
    assert left == right
    assert left.content_hash == content_hash(left)


@some
@given(runs=RUNS, order=st.randoms(use_true_random=False))
def test_runs_in_any_order_give_the_same_evidence(runs: list[RawRun], order: Any) -> None:
    expected, expected_counts = fold_runs(runs, brand_id=BRAND_ID)
    shuffled = order.sample(runs, len(runs))
    items, counts = fold_runs(shuffled, brand_id=BRAND_ID)
    assert items == expected
    assert counts == expected_counts


@some
@given(runs=RUNS)
def test_folding_the_runs_again_changes_nothing(runs: list[RawRun]) -> None:
    items, _ = fold_runs(runs, brand_id=BRAND_ID)
    before = dict(items)
    for run in runs:
        counts = fold_run(items, run, brand_id=BRAND_ID)
        assert (counts.created, counts.updated) == (0, 0)
    assert items == before


@some
@given(runs=RUNS)
def test_every_sighting_is_referenced_once_and_seen_times_span_the_runs(runs: list[RawRun]) -> None:
    items, counts = fold_runs(runs, brand_id=BRAND_ID)
    refs = [ref for item in items.values() for ref in item.raw_refs]
    assert len(set(refs)) == len(refs) == sum(one.sightings for one in counts)
    fetched_at = {run.apify_run_id: run.fetched_at for run in runs}
    for item in items.values():
        times = [fetched_at[ref.apify_run_id] for ref in item.raw_refs]
        assert (item.first_seen_at, item.last_seen_at) == (min(times), max(times))


@some
@given(runs=RUNS)
def test_what_was_ever_said_is_never_lost(runs: list[RawRun]) -> None:
    items: dict[str, EvidenceItem] = {}
    said: set[str] = set()
    dated: set[str] = set()
    for run in runs:
        fold_run(items, run, brand_id=BRAND_ID)
        assert said <= {item.id for item in items.values() if item.text_secondary and item.flags.has_transcript}
        assert dated <= {item.id for item in items.values() if item.published_at}
        said = {item.id for item in items.values() if item.text_secondary}
        dated = {item.id for item in items.values() if item.published_at}


def test_two_runs_fetched_at_the_same_moment_change_nothing_when_folded_again() -> None:
    runs = [
        make_run("instagram.reels", [instagram_row(caption=caption)], run_id=run_id)
        for run_id, caption in (("run-a", "one"), ("run-b", "two"))
    ]
    items, _ = fold_runs(runs, brand_id=BRAND_ID)
    assert [fold_run(items, run, brand_id=BRAND_ID).updated for run in runs] == [0, 0]


def test_counts_tell_new_from_changed_from_unchanged_items() -> None:
    items: dict[str, EvidenceItem] = {}
    first = fold_run(items, make_run("youtube.channel_videos", [youtube_row()]), brand_id=BRAND_ID)
    same = make_run("youtube.channel_videos", [youtube_row()], run_id="run-2", hours=1)
    unchanged = fold_run(items, same, brand_id=BRAND_ID)
    grown = make_run("youtube.channel_videos", [youtube_row(viewCount=999)], run_id="run-3", hours=2)
    changed = fold_run(items, grown, brand_id=BRAND_ID)
    assert [(one.created, one.updated) for one in (first, unchanged, changed)] == [(1, 0), (0, 0), (0, 1)]
    assert total_counts([first, unchanged, changed]) == {
        "rows": 3,
        "sightings": 3,
        "created": 1,
        "updated": 1,
        "error_rows": 0,
        "quarantined": 0,
    }


def test_an_item_carries_its_brand_capability_and_first_reference() -> None:
    items, _ = fold_runs([make_run("web.crawl_pages", [{"error": "x"}, web_row()])], brand_id=BRAND_ID)
    (item,) = items.values()
    assert (item.brand_id, item.platform, item.capability) == (str(BRAND_ID), "web", "crawl_pages")
    assert (item.content_type, item.raw_refs) == ("web_page", [RawRef("run-1", 1)])
    assert (item.first_seen_at, item.last_seen_at) == (FETCHED_AT, FETCHED_AT)
    assert item.content_hash == content_hash(item)
