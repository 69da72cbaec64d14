"""The report as a whole: its keys, its emptiness, its determinism."""

import hashlib
import json
import os
import subprocess
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from tests.fakes.evidence_items import make_item

BLOCK_KEYS = {
    "text_stats",
    "emoji_stats",
    "cta_stats",
    "hashtag_stats",
    "hook_marker_stats",
    "transcript_coverage",
    "cadence_stats",
    "engagement_stats",
    "style_stats",
    "language_stats",
    "keyphrases",
}
PRINT_DIGEST = "from tests.unit.features.test_feature_report import report_digest; print(report_digest())"


def brand_items() -> list[EvidenceItem]:
    return [
        make_item("1", "5 ways to brew ☕ Tap the link in bio! #coffee", hashtags=["coffee"], metrics=Metrics(likes=3)),
        make_item(
            "2", "Cold brew for us all. What do you think?", content_type="reel", text_secondary="Cold brew, we say"
        ),
        make_item("3", "Unpopular opinion: cold brew is tea 🎉☕", platform="linkedin", metrics=Metrics(reactions=9)),
        make_item("4", "Onze nieuwe koffie ligt vandaag in de winkel", platform="tiktok", language=None),
        make_item("5", "Somebody else's cold brew 🎉", platform="linkedin", flags=Flags(is_repost=True)),
        make_item("6", "", platform="web", published_at=None),
    ]


def report_digest() -> str:
    report = json.dumps(build_feature_report(brand_items()), ensure_ascii=False)
    return hashlib.sha256(report.encode()).hexdigest()


def _numbers(figures: Any) -> list[float]:
    if isinstance(figures, dict):
        return [number for value in figures.values() for number in _numbers(value)]
    if isinstance(figures, list):
        return [number for value in figures for number in _numbers(value)]
    return [figures] if isinstance(figures, (int, float)) else []


def test_report_has_every_block_with_a_sample_size() -> None:
    report = build_feature_report(brand_items())

    assert set(report) == BLOCK_KEYS | {"features_version"}
    for name in BLOCK_KEYS:
        platforms = report[name]["by_platform"]
        assert list(platforms) == ["instagram", "linkedin", "tiktok", "web"]
        assert report[name]["sample_size"] == sum(figures["sample_size"] for figures in platforms.values())


def test_report_of_no_items_is_all_zeros() -> None:
    report = build_feature_report([])

    assert set(report) == BLOCK_KEYS | {"features_version"}
    assert set(_numbers(report)) == {0}
    assert all(report[name]["by_platform"] == {} for name in BLOCK_KEYS)


def test_report_is_plain_json_with_six_decimals() -> None:
    report = build_feature_report(brand_items())

    assert json.loads(json.dumps(report)) == report
    assert all(round(number, 6) == number for number in _numbers(report))


@settings(max_examples=20)
@given(st.permutations(brand_items()))
def test_report_does_not_depend_on_the_order_of_items(items: list[EvidenceItem]) -> None:
    assert json.dumps(build_feature_report(items)) == json.dumps(build_feature_report(brand_items()))


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text(), st.none() | st.text(), st.none() | st.text(max_size=5)), max_size=8))
def test_report_can_be_made_of_any_text(rows: list[tuple[str, str | None, str | None]]) -> None:
    items = [
        make_item(str(number), primary, text_secondary=secondary, language=language)
        for number, (primary, secondary, language) in enumerate(rows)
    ]

    assert build_feature_report(items)["text_stats"]["item_count"] == len(rows)


def test_report_does_not_depend_on_the_hash_seed() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", PRINT_DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert digests == {report_digest() + "\n"}
