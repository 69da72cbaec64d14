"""Selection of a bundle: the seven rules, and the same result in any order of the evidence."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.bundling.selection import EvidenceBundle, select_bundle
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.platforms.registry import CAPABILITIES
from brandbrain_dagster.errors import UnknownContentTypeError
from tests.fakes.evidence_items import SEEN_AT, make_item

BRAND_ID = UUID("3f8f1f2e-5d3b-4c55-9c1c-0d5a3b1f7a10")
ALL = [(entry.platform, entry.name) for entry in CAPABILITIES]
CAPS = {f"{entry.platform}/{entry.content_type}": 8 for entry in CAPABILITIES}


def _post(item_id: str, *, days: int | None = 0, likes: int | None = None, **fields: Any) -> EvidenceItem:
    """Returns an Instagram post, published ``days`` before the day it was seen (None: unknown)."""
    time = None if days is None else SEEN_AT - timedelta(days=days)
    return make_item(item_id, published_at=time, metrics=Metrics(likes=likes), **fields)


def _page(item_id: str, *, is_collection: bool = False, is_low: bool = False, **fields: Any) -> EvidenceItem:
    address = f"https://nova.example/{item_id}"
    flags = Flags(is_collection_page=is_collection, is_low_value=is_low or is_collection)
    values = {"canonical_url": address, "external_id": None, "published_at": None, "flags": flags} | fields
    return make_item(item_id, platform="web", capability="crawl_pages", **values)


def _reel(item_id: str, external_id: str, *, transcript: bool, **fields: Any) -> EvidenceItem:
    flags = Flags(has_transcript=transcript)
    return make_item(item_id, external_id=external_id, capability="reels", content_type="reel", flags=flags, **fields)


def _profile_post(item_id: str) -> EvidenceItem:
    return make_item(item_id, platform="linkedin", capability="profile_posts", content_type="profile_post")


def _select(
    items: Iterable[EvidenceItem],
    *,
    enabled: Sequence[tuple[str, str]] = ALL,
    key_pages: Sequence[str] = (),
    **criteria: Any,
) -> EvidenceBundle:
    return select_bundle(
        items,
        BundleCriteria(**{"caps_used": CAPS, **criteria}),
        brand_id=BRAND_ID,
        enabled=enabled,
        key_pages=key_pages,
    )


def _ids(bundle: EvidenceBundle) -> list[str]:
    return [item.id for item in bundle.items]


def test_only_evidence_of_enabled_sources_is_a_candidate() -> None:
    items = [_post("1"), _reel("2", "m2", transcript=False), _page("3")]
    assert _ids(_select(items, enabled=[("instagram", "posts")])) == ["1"]
    assert _ids(_select(items, enabled=[])) == []


def test_collection_pages_are_out_and_counted() -> None:
    bundle = _select([_post("1"), _page("2", is_collection=True), _page("3")])
    assert _ids(bundle) == ["1", "3"]
    assert bundle.summary["excluded_collection_pages"] == 1
    assert bundle.summary["web_only_exception_applied"] is False


def test_collection_pages_stay_where_there_is_nothing_but_web() -> None:
    items = [_page("2", is_collection=True), _page("3")]
    bundle = _select(items)
    assert _ids(bundle) == ["2", "3"]
    assert bundle.summary["web_only_exception_applied"] is True
    assert bundle.summary["excluded_collection_pages"] == 0
    assert _select([_page("3")]).summary["web_only_exception_applied"] is False


def test_evidence_of_a_disabled_source_does_not_end_the_web_only_exception() -> None:
    bundle = _select([_post("1"), _page("2", is_collection=True)], enabled=[("web", "crawl_pages")])
    assert _ids(bundle) == ["2"]
    assert bundle.summary["web_only_exception_applied"] is True


def test_collection_pages_stay_when_the_criteria_do_not_exclude_them() -> None:
    bundle = _select([_post("1"), _page("2", is_collection=True)], exclude_collection_pages=False)
    assert _ids(bundle) == ["1", "2"]


def test_a_low_value_page_stays_only_as_a_key_page() -> None:
    items = [_post("1"), _page("about", is_low=True), _page("mission", is_low=True)]
    assert _ids(_select(items)) == ["1"]
    assert _ids(_select(items, key_pages=["HTTPS://nova.example/about/#us"])) == ["1", "about"]
    kept = _select(items, key_pages=["https://nova.example/about"], include_low_value_key_pages=False)
    assert _ids(kept) == ["1"]


def test_a_collection_page_never_stays_as_a_key_page() -> None:
    items = [_post("1"), _page("blog", is_collection=True)]
    assert _ids(_select(items, key_pages=["https://nova.example/blog"])) == ["1"]


def test_profile_posts_are_out_unless_the_criteria_say_otherwise() -> None:
    items = [_post("1"), _profile_post("2")]
    bundle = _select(items)
    assert _ids(bundle) == ["1"]
    assert bundle.summary["excluded_linkedin_profile_posts"] == 1
    included = _select(items, exclude_linkedin_profile_posts=False)
    assert _ids(included) == ["1", "2"]
    assert included.summary["excluded_linkedin_profile_posts"] == 0


@pytest.mark.parametrize("transcript", [True, False])
def test_one_medium_counts_once_and_the_reel_stays(transcript: bool) -> None:
    items = [_post("1", external_id="m1"), _reel("2", "m1", transcript=transcript), _post("3", external_id="m3")]
    bundle = _select(items)
    assert sorted(_ids(bundle)) == ["2", "3"]
    assert bundle.summary["duplicates_collapsed"] == 1
    assert bundle.summary["total_eligible"] == 2


def test_a_post_with_a_transcript_stays_before_a_reel_without() -> None:
    items = [_post("1", external_id="m1", flags=Flags(has_transcript=True)), _reel("2", "m1", transcript=False)]
    assert _ids(_select(items)) == ["1"]


def test_media_of_two_platforms_with_one_id_are_two_media() -> None:
    video = make_item("2", platform="tiktok", capability="profile_videos", external_id="m1")
    assert _ids(_select([_post("1", external_id="m1"), video])) == ["1", "2"]


def test_the_newest_are_chosen_and_then_the_best_of_the_rest() -> None:
    items = [_post(f"{day:02}", days=day, likes=day * 10) for day in range(12)]
    bundle = _select(items, recent_m=2, top_engagement_n=3)
    assert _ids(bundle) == ["11", "10", "09", "01", "00"]
    assert bundle.summary["by_platform"] == {"instagram": {"post": {"eligible": 12, "selected": 5, "cap": 8}}}


def test_undated_items_are_the_oldest_and_ties_are_settled_by_address() -> None:
    items = [_post("a", days=None), _post("d"), _post("c"), _post("b", days=3)]
    assert _ids(_select(items, recent_m=3, top_engagement_n=0)) == ["c", "d", "b"]
    assert _ids(_select(items, recent_m=1, top_engagement_n=0)) == ["c"]


def test_a_cap_bounds_its_platform_and_content_type_only() -> None:
    items = [_post(f"p{day}", days=day) for day in range(5)]
    items += [_reel(f"r{number}", f"m{number}", transcript=False) for number in range(5)]
    bundle = _select(items, caps_used={**CAPS, "instagram/post": 2})
    assert [item_id for item_id in _ids(bundle) if item_id.startswith("p")] == ["p0", "p1"]
    assert bundle.summary["by_platform"]["instagram"] == {
        "post": {"eligible": 5, "selected": 2, "cap": 2},
        "reel": {"eligible": 5, "selected": 5, "cap": 8},
    }


def test_a_cap_does_not_raise_what_the_criteria_ask_for() -> None:
    items = [_post(f"p{day}", days=day) for day in range(20)]
    bundle = _select(items, caps_used={"instagram/post": 50})
    assert len(bundle.items) == 3 + 5


def test_over_the_maximum_the_best_of_all_platforms_are_kept() -> None:
    videos = [
        make_item(f"v{number}", platform="tiktok", capability="profile_videos", metrics=Metrics(likes=number * 100))
        for number in range(3)
    ]
    posts = [_post(f"p{number}", likes=number * 60 + 1, days=number) for number in range(3)]
    bundle = _select([*posts, *videos], global_max=3)
    assert _ids(bundle) == ["p2", "v2", "v1"]
    assert bundle.summary["total_selected"] == 3
    assert bundle.summary["total_eligible"] == 6
    assert bundle.summary["by_platform"]["instagram"]["post"]["selected"] == 1
    assert bundle.summary["by_platform"]["tiktok"]["short_video"]["selected"] == 2


def test_items_are_ordered_by_platform_score_time_and_address() -> None:
    video = make_item("v", platform="youtube", capability="channel_videos", metrics=Metrics(likes=9999))
    items = [video, _post("d", likes=1), _post("c", likes=1), _post("b", likes=1, days=1), _post("a", likes=5, days=9)]
    assert _ids(_select(items)) == ["a", "c", "d", "b", "v"]


def test_evidence_of_an_unknown_content_type_is_an_error_that_names_it() -> None:
    with pytest.raises(UnknownContentTypeError, match=r"instagram.*story"):
        _select([make_item("1", content_type="story")])


def test_no_evidence_and_no_enabled_source_are_an_empty_bundle() -> None:
    for bundle in (_select([]), _select([_post("1")], enabled=[])):
        assert bundle.items == []
        assert bundle.summary | {"evidence_version": ""} == {
            "by_platform": {},
            "total_selected": 0,
            "total_eligible": 0,
            "excluded_collection_pages": 0,
            "excluded_linkedin_profile_posts": 0,
            "duplicates_collapsed": 0,
            "web_only_exception_applied": False,
            "transcript_coverage": {"items_with_transcript": 0, "total_items": 0, "coverage": 0.0},
            "newest_published_at": None,
            "oldest_published_at": None,
            "evidence_version": "",
        }


def test_the_summary_has_transcript_coverage_times_and_version() -> None:
    items = [_reel("1", "m1", transcript=True), _post("2", days=2), _post("3", days=None)]
    bundle = _select(items)
    assert bundle.summary["transcript_coverage"] == {
        "items_with_transcript": 1,
        "total_items": 3,
        "coverage": 0.333333,
    }
    assert bundle.summary["newest_published_at"] == "2026-03-01T00:00:00+00:00"
    assert bundle.summary["oldest_published_at"] == "2026-02-27T00:00:00+00:00"
    assert bundle.summary["evidence_version"] == bundle.evidence_version


def test_a_bundle_is_the_same_bundle_only_with_the_same_content_criteria_and_brand() -> None:
    items = [_post("1"), _post("2")]
    bundle = _select(items)
    assert _select(reversed(items)).bundle_id == bundle.bundle_id
    assert _select(items, caps_used=dict(reversed(CAPS.items()))).bundle_id == bundle.bundle_id
    others = [
        _select([_post("1")]),
        _select([_post("1"), _post("2", content_hash="1" * 64)]),
        _select(items, global_max=39),
        select_bundle(items, BundleCriteria(caps_used=CAPS), brand_id=UUID(int=1), enabled=ALL),
    ]
    assert len({bundle.bundle_id, *(other.bundle_id for other in others)}) == 5


def test_evidence_that_was_not_chosen_does_not_change_the_version() -> None:
    chosen = _select([_post("1", likes=5)], global_max=1)
    with_more = _select([_post("1", likes=5), _post("2", likes=1)], global_max=1)
    assert with_more.evidence_version == chosen.evidence_version


EVIDENCE = st.lists(
    st.one_of(
        st.builds(
            _post,
            st.integers(0, 30).map(lambda n: f"p{n}"),
            days=st.none() | st.integers(0, 3),
            likes=st.none() | st.integers(0, 3),
        ),
        st.builds(
            _reel,
            st.integers(0, 30).map(lambda n: f"r{n}"),
            st.integers(0, 30).map(lambda n: f"p{n}"),
            transcript=st.booleans(),
        ),
        st.builds(_page, st.integers(0, 9).map(lambda n: f"w{n}"), is_collection=st.booleans(), is_low=st.booleans()),
        st.builds(_profile_post, st.integers(0, 5).map(lambda n: f"l{n}")),
    ),
    max_size=25,
    unique_by=lambda item: item.id,
)


@settings(max_examples=120)
@given(items=EVIDENCE, global_max=st.integers(0, 12), cap=st.integers(0, 6), order=st.randoms(use_true_random=False))
def test_a_bundle_does_not_depend_on_the_order_of_the_evidence(
    items: list[EvidenceItem], global_max: int, cap: int, order: Any
) -> None:
    chosen: dict[str, Any] = {"global_max": global_max, "caps_used": {**CAPS, "instagram/post": cap}}
    pages = ["https://nova.example/w1"]
    bundle = _select(items, key_pages=pages, **chosen)
    assert _select(order.sample(items, len(items)), key_pages=pages, **chosen) == bundle
    assert len(bundle.items) <= global_max
    assert sum(item.content_type == "post" for item in bundle.items) <= cap
    media = [(item.platform, item.external_id) for item in bundle.items if item.external_id]
    assert len(set(media)) == len(media)
