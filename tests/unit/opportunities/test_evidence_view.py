"""The evidence that a board looks at."""

from datetime import timedelta

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.opportunities.evidence_view import look_at, summarize
from brandbrain_dagster.domain.opportunities.gate_config import GateConfig
from tests.unit.opportunities.evidence import NOW, good_evidence, reel, spoiled

CONFIG = GateConfig()


def ids_looked_at(*items: EvidenceItem, config: GateConfig = CONFIG) -> list[str]:
    return [item.id for item in look_at(items, config=config, now=NOW)]


def test_the_newest_come_first_and_those_without_a_date_last() -> None:
    undated = spoiled(0, published_at=None)
    assert ids_looked_at(undated, spoiled(3), spoiled(1)) == ["post-1", "post-3", "post-0"]


def test_items_published_at_the_same_time_are_ordered_by_id() -> None:
    twins = [spoiled(number, published_at=NOW) for number in (4, 2, 3)]
    assert ids_looked_at(*twins) == ["post-2", "post-3", "post-4"]


def test_only_as_many_as_configured_are_looked_at() -> None:
    config = GateConfig(max_items=3)
    assert ids_looked_at(*good_evidence(), config=config) == ["post-0", "post-1", "post-2"]


def test_what_was_not_seen_lately_is_left_out_however_new_it_claims_to_be() -> None:
    limit = NOW - timedelta(days=30)
    seen, unseen = spoiled(0, last_seen_at=limit), spoiled(1, last_seen_at=limit - timedelta(seconds=1))
    assert ids_looked_at(seen, unseen) == ["post-0"]


def test_low_value_items_are_left_out_before_the_newest_are_counted_off() -> None:
    empty = spoiled(0, flags=Flags(is_low_value=True))
    assert ids_looked_at(empty, spoiled(1), spoiled(2), config=GateConfig(max_items=2)) == ["post-1", "post-2"]


def test_a_reel_that_two_actors_returned_is_there_once_with_its_transcript() -> None:
    spoken = reel(1, has_transcript=True, external_id="medium")
    as_post = spoiled(0, external_id="medium")
    elsewhere = spoiled(1, external_id="medium", platform="tiktok", content_type="short_video")
    assert ids_looked_at(as_post, spoken, elsewhere) == ["reel-1", "post-1"]


def test_of_one_medium_without_a_transcript_the_item_with_most_counts_is_looked_at() -> None:
    bare = spoiled(0, external_id="medium", metrics=Metrics(likes=5))
    counted = spoiled(1, external_id="medium", metrics=Metrics(likes=5, comments=1))
    assert ids_looked_at(bare, counted) == ["post-1"]


def test_items_without_an_id_of_their_platform_are_not_taken_for_one() -> None:
    assert len(ids_looked_at(*(spoiled(number, external_id=None) for number in range(3)))) == 3


def test_the_summary_counts_what_was_looked_at() -> None:
    items = [
        reel(1, has_transcript=True),
        spoiled(0),
        spoiled(1, text="  ", title="A title"),
        spoiled(2, published_at=None, platform="web", content_type="web_page", text="", text_secondary="Said below"),
    ]
    summary = summarize(items)
    assert summary.total_items == 4
    assert summary.platforms == {"instagram": 3, "web": 1}
    assert (summary.items_with_text, summary.items_with_transcript, summary.transcript_coverage) == (3, 1, 0.25)
    assert summary.newest_published_at == NOW - timedelta(days=1)
    assert summary.oldest_published_at == NOW - timedelta(days=2)


def test_the_summary_of_nothing_is_zeroes_and_no_dates() -> None:
    summary = summarize([])
    assert (summary.total_items, summary.transcript_coverage, summary.platforms) == (0, 0.0, {})
    assert summary.newest_published_at is summary.oldest_published_at is None
