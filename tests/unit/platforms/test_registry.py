"""The registry: every capability once, as the sources table says."""

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Metrics
from brandbrain_dagster.domain.platforms.capability import Capability
from brandbrain_dagster.domain.platforms.registry import (
    CAPABILITIES,
    capability_by_name,
    capability_of_actor,
    capability_of_content,
    find_capability,
)
from brandbrain_dagster.errors import UnknownCapabilityError, UnknownContentTypeError

TABLE = [
    ("instagram.posts", "apify~instagram-scraper", "post", "BRANDBRAIN_CAP_IG_POSTS", 8),
    ("instagram.reels", "apify~instagram-reel-scraper", "reel", "BRANDBRAIN_CAP_IG_REELS", 6),
    ("linkedin.company_posts", "apimaestro~linkedin-company-posts", "text_post", "BRANDBRAIN_CAP_LI", 6),
    ("linkedin.profile_posts", "apimaestro~linkedin-profile-posts", "profile_post", "BRANDBRAIN_CAP_LI", 6),
    ("tiktok.profile_videos", "clockworks~tiktok-scraper", "short_video", "BRANDBRAIN_CAP_TT", 6),
    ("youtube.channel_videos", "streamers~youtube-scraper", "video", "BRANDBRAIN_CAP_YT", 6),
    ("web.crawl_pages", "apify~website-content-crawler", "web_page", "BRANDBRAIN_CAP_WEB", 3),
]


def test_the_registry_is_the_sources_table() -> None:
    listed = [
        (entry.dotted_name, entry.actor_id, entry.content_type, entry.cap_setting, entry.cap_default)
        for entry in CAPABILITIES
    ]
    assert sorted(listed) == sorted(TABLE)


def test_names_actors_and_content_types_are_unique() -> None:
    for facts in (
        [entry.dotted_name for entry in CAPABILITIES],
        [entry.actor_id for entry in CAPABILITIES],
        [(entry.platform, entry.content_type) for entry in CAPABILITIES],
    ):
        assert len(set(facts)) == len(facts)


def test_only_profile_posts_have_to_be_switched_on() -> None:
    switches = {entry.dotted_name: entry.enabling_setting for entry in CAPABILITIES if entry.enabling_setting}
    assert switches == {"linkedin.profile_posts": "BRANDBRAIN_ENABLE_LINKEDIN_PROFILE_POSTS"}


@pytest.mark.parametrize("entry", CAPABILITIES, ids=lambda entry: entry.dotted_name)
def test_a_capability_is_found_by_name_actor_and_content(entry: Capability) -> None:
    assert capability_by_name(entry.dotted_name) is entry
    assert find_capability(entry.platform, entry.name) is entry
    assert find_capability(entry.platform, entry.dotted_name) is entry
    assert capability_of_actor(entry.actor_id) is entry
    assert capability_of_content(entry.platform, entry.content_type) is entry


@pytest.mark.parametrize("entry", CAPABILITIES, ids=lambda entry: entry.dotted_name)
def test_a_capability_scores_only_counts_that_it_reports(entry: Capability) -> None:
    assert set(entry.metrics) <= set(Metrics.__struct_fields__)
    assert {*entry.engagement_weights, *entry.engagement_substitutes.values()} <= set(entry.metrics)


@pytest.mark.parametrize(
    ("platform", "name"),
    [("instagram", "stories"), ("tiktok", "posts"), ("instagram", "tiktok.profile_videos"), ("", "")],
)
def test_an_unknown_capability_is_an_error_that_lists_the_known(platform: str, name: str) -> None:
    with pytest.raises(UnknownCapabilityError, match=r"instagram\.posts, instagram\.reels"):
        find_capability(platform, name)


def test_an_unknown_actor_or_content_type_is_an_error_that_names_it() -> None:
    with pytest.raises(UnknownCapabilityError, match="apify~facebook-posts-scraper"):
        capability_of_actor("apify~facebook-posts-scraper")
    with pytest.raises(UnknownContentTypeError, match=r"instagram.*story"):
        capability_of_content("instagram", "story")
