"""What selection weighs with: the engagement score, and the criteria as they are stored."""

import pytest

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.bundling.engagement import engagement_score
from brandbrain_dagster.domain.evidence.evidence_item import Metrics
from tests.fakes.evidence_items import make_item


def test_criteria_are_stored_with_their_version_and_defaults() -> None:
    assert BundleCriteria(caps_used={"web/web_page": 3, "instagram/post": 8}).to_json() == {
        "version": "v1",
        "recent_m": 3,
        "top_engagement_n": 5,
        "exclude_collection_pages": True,
        "exclude_linkedin_profile_posts": True,
        "include_low_value_key_pages": True,
        "global_max": 40,
        "caps_used": {"instagram/post": 8, "web/web_page": 3},
    }


@pytest.mark.parametrize(
    ("platform", "content_type", "metrics", "score"),
    [
        ("instagram", "post", Metrics(likes=10, comments=2, views=100), 26.0),
        ("instagram", "reel", Metrics(views=5), 0.5),
        ("linkedin", "text_post", Metrics(reactions=10, likes=8, comments=1, reposts=2), 17.0),
        ("linkedin", "text_post", Metrics(likes=8, comments=1), 11.0),
        ("linkedin", "profile_post", Metrics(reactions=0, likes=8), 0.0),
        ("tiktok", "short_video", Metrics(plays=1000, likes=1, comments=1, shares=1, saves=1), 20.0),
        ("youtube", "video", Metrics(views=100, likes=2, comments=1), 6.0),
        ("web", "web_page", Metrics(likes=9), 0.0),
        ("instagram", "post", Metrics(), 0.0),
    ],
)
def test_the_engagement_score_is_the_weighted_sum_of_the_known_counts(
    platform: str, content_type: str, metrics: Metrics, score: float
) -> None:
    item = make_item("1", platform=platform, content_type=content_type, metrics=metrics)
    assert engagement_score(item) == pytest.approx(score)
