"""The gates: each at its threshold, every failure listed, and figures that are true whichever failed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.opportunities.evidence_figures import count_figures, count_repeated
from brandbrain_dagster.domain.opportunities.gate_config import GateConfig, default_gate_config
from brandbrain_dagster.domain.opportunities.gates import GateReport, run_gates
from brandbrain_dagster.domain.opportunities.remediation import Lack
from tests.unit.opportunities.evidence import NOW, SUBJECTS, good_evidence, reel, spoiled

POSTS_ONLY = frozenset({"instagram.posts"})
WITH_REELS = frozenset({"instagram.posts", "instagram.reels"})
CONFIG = GateConfig()


def gated(
    items: Sequence[EvidenceItem], config: GateConfig = CONFIG, connected: frozenset[str] = POSTS_ONLY
) -> GateReport:
    return run_gates(items, config=config, now=NOW, connected=connected)


def failures(items: Sequence[EvidenceItem], **changes: Any) -> tuple[str, ...]:
    return gated(items, msgspec.structs.replace(CONFIG, **changes)).failures


def some_with(count: int, **fields: Any) -> list[EvidenceItem]:
    """The good evidence, all but ``count`` items of it with other fields."""
    return [spoiled(number, **({} if number < count else fields)) for number in range(len(SUBJECTS))]


def test_good_evidence_passes_and_has_no_shortfall() -> None:
    report = gated(good_evidence())
    assert (report.failures, report.shortfall, report.remediation, report.reason) == ((), None, None, None)
    assert all(gate["passed"] for gate in report.results_json["gates"])


def test_the_defaults_are_those_of_the_specification() -> None:
    assert msgspec.to_builtins(default_gate_config(8, ("tiktok", "instagram"))) == {
        "max_age_days": 30,
        "max_items": 50,
        "min_items": 8,
        "min_text_items": 6,
        "required_platforms": ("instagram", "tiktok"),
        "min_transcript_coverage": 0.3,
        "max_days_since_published": 7,
        "long_text_characters": 30,
        "min_long_texts": 4,
        "min_authors": 1,
        "min_urls": 6,
        "same_text_jaccard": 0.8,
        "same_text_across_platforms": False,
        "max_duplicate_share": 0.2,
        "min_content_share": 0.6,
    }


@pytest.mark.parametrize("field", GateConfig.__struct_fields__)
def test_another_threshold_is_another_version(field: str) -> None:
    value = getattr(CONFIG, field)
    other = ("youtube",) if isinstance(value, tuple) else value + 1
    assert msgspec.structs.replace(CONFIG, **{field: other}).version != CONFIG.version


EXACTLY: dict[Lack, tuple[list[EvidenceItem], dict[str, Any], dict[str, Any]]] = {
    Lack.ITEMS: (good_evidence(), {"min_items": 10}, {"min_items": 11}),
    Lack.TEXT_ITEMS: (some_with(7, text=""), {"min_text_items": 7}, {"min_text_items": 8}),
    Lack.PLATFORMS: (
        good_evidence(),
        {"required_platforms": ("instagram", "youtube")},
        {"required_platforms": ("tiktok", "youtube")},
    ),
    Lack.FRESHNESS: (good_evidence(), {"max_days_since_published": 1}, {"max_days_since_published": 0}),
    Lack.LONG_TEXTS: (some_with(5, text="x" * 29), {"min_long_texts": 5}, {"min_long_texts": 6}),
    Lack.AUTHORS: (some_with(9, author_ref="guest"), {"min_authors": 2}, {"min_authors": 3}),
    Lack.URLS: (some_with(9), {"min_urls": 10}, {"min_urls": 11}),
    Lack.ORIGINALITY: (
        some_with(7, text="the very same words again"),
        {"max_duplicate_share": 0.3},
        {"max_duplicate_share": 0.29},
    ),
    Lack.CONTENT: (
        some_with(7, text=""),
        {"min_content_share": 0.7, "min_text_items": 1},
        {"min_content_share": 0.71, "min_text_items": 1},
    ),
}
"""Evidence, thresholds that it just meets, and thresholds that it just misses."""


@pytest.mark.parametrize("lack", EXACTLY)
def test_a_gate_closes_exactly_where_its_threshold_says(lack: Lack) -> None:
    items, met, missed = EXACTLY[lack]
    assert lack not in failures(items, **met)
    assert lack in failures(items, **missed)


@pytest.mark.parametrize("lack", EXACTLY)
def test_what_is_recorded_are_the_thresholds_that_were_used(lack: Lack) -> None:
    items, _, missed = EXACTLY[lack]
    config = msgspec.structs.replace(CONFIG, **missed)
    report = gated(items, config)
    assert report.results_json["version"] == config.version
    assert msgspec.convert(report.results_json["thresholds"], GateConfig) == config
    recorded = {gate["code"]: gate for gate in report.results_json["gates"]}
    assert recorded[lack]["required"] in missed.values() or lack is Lack.FRESHNESS
    assert [code for code, gate in recorded.items() if not gate["passed"]] == list(report.failures)


def test_every_gate_is_recorded_whatever_failed_before_it() -> None:
    for items in ([], good_evidence()):
        assert [gate["code"] for gate in gated(items).results_json["gates"]] == [str(lack) for lack in Lack]


def test_no_evidence_fails_with_every_other_lack_beside_it() -> None:
    report = gated([])
    assert report.failures[:2] == ("no_evidence", "insufficient_items")
    assert set(report.failures) == {str(lack) for lack in Lack if lack not in (Lack.TRANSCRIPTS, Lack.ORIGINALITY)}


def test_shortfall_figures_are_true_when_only_a_late_gate_failed() -> None:
    items = some_with(2, text="the very same words again and again and again")
    report = gated([*items, reel(1, has_transcript=True)], connected=WITH_REELS)
    assert report.failures == ("too_many_duplicates",)
    assert report.shortfall is not None
    assert msgspec.to_builtins(report.shortfall) == {
        "required_items": 8,
        "found_items": 11,
        "required_platforms": ("instagram", "tiktok"),
        "found_platforms": ("instagram",),
        "missing_platforms": (),
        "transcript_coverage": 1.0,
        "min_transcript_coverage": 0.3,
        "failures": ("too_many_duplicates",),
    }


def test_required_platforms_are_missing_only_where_none_of_them_is_found() -> None:
    items = some_with(0, platform="linkedin", content_type="text_post", capability="company_posts")
    report = gated(items)
    assert report.failures == ("missing_required_platforms",)
    assert report.shortfall is not None
    assert report.shortfall.found_platforms == ("linkedin",)
    assert report.shortfall.missing_platforms == ("instagram", "tiktok")
    assert failures(items, required_platforms=()) == ()


@pytest.mark.parametrize(("transcribed", "is_enough"), [(3, True), (2, False)])
def test_transcripts_are_asked_for_where_reels_are_connected_and_counted_among_reels(
    transcribed: int, is_enough: bool
) -> None:
    reels = [reel(number, has_transcript=number < transcribed) for number in range(10)]
    report = gated([*good_evidence(), *reels], connected=WITH_REELS)
    assert ("insufficient_transcript_coverage" not in report.failures) is is_enough


def test_transcripts_are_not_asked_for_where_no_reels_are_connected() -> None:
    items = [*good_evidence(), reel(1, has_transcript=False)]
    report = gated(items)
    assert report.failures == ()
    asked = {gate["code"]: gate["asked"] for gate in report.results_json["gates"]}
    assert [code for code, is_asked in asked.items() if not is_asked] == ["insufficient_transcript_coverage"]
    assert gated(items, connected=WITH_REELS).failures == ("insufficient_transcript_coverage",)


@pytest.mark.parametrize("published_at", [None, NOW + timedelta(seconds=1), NOW - timedelta(days=7, seconds=1)])
def test_an_item_without_a_date_or_with_one_that_lies_ahead_is_not_fresh(published_at: Any) -> None:
    stale = some_with(0, published_at=published_at)
    assert failures(stale) == ("stale_evidence",)
    assert failures([*stale[1:], spoiled(0, published_at=NOW - timedelta(days=7))]) == ()


def test_the_same_text_on_two_platforms_is_one_post_made_for_both() -> None:
    there = [
        spoiled(
            number,
            id=f"there-{number}",
            platform="linkedin",
            content_type="text_post",
            canonical_url=f"https://www.linkedin.com/posts/{number}",
        )
        for number in range(len(SUBJECTS))
    ]
    assert failures([*good_evidence(), *there]) == ()


def test_items_that_repeat_each_other_by_address_and_by_words_are_counted_once() -> None:
    same = [spoiled(number, text="same words", canonical_url="https://x.example/p") for number in range(4)]
    assert count_repeated(same, GateConfig()) == 4
    assert count_repeated([*same, spoiled(5)], GateConfig()) == 4


def test_pictures_without_words_do_not_repeat_each_other() -> None:
    assert count_repeated([spoiled(1, text=""), spoiled(2, text="!!!")], GateConfig()) == 0


def test_two_texts_are_the_same_from_four_shared_words_of_five() -> None:
    four = "roast grind pour taste"
    shared = [spoiled(1, text=four), spoiled(2, text=f"{four} again")]
    assert count_repeated(shared, GateConfig()) == 2
    assert count_repeated([spoiled(1, text=four), spoiled(2, text=f"{four} again now")], GateConfig()) == 0


def test_remediation_names_platforms_that_can_be_connected() -> None:
    report = gated([], connected=frozenset())
    assert report.remediation is not None
    assert "Connect Instagram or TikTok." in report.remediation
    elsewhere = gated([], connected=frozenset({"web.crawl_pages"})).remediation
    assert elsewhere is not None
    assert "Instagram, LinkedIn, TikTok or YouTube" in elsewhere


def test_remediation_does_not_ask_to_connect_what_is_connected() -> None:
    report = gated([], connected=frozenset({"instagram.posts"}))
    assert report.remediation is not None
    assert "Connect Instagram" not in report.remediation
    assert "Check that the account on Instagram exists, is public" in report.remediation


def test_remediation_says_since_when_nothing_was_published() -> None:
    report = gated(some_with(0, published_at=NOW - timedelta(days=40)))
    assert report.remediation is not None
    assert "2026-01-29" in report.remediation


@pytest.mark.parametrize("lack", [*EXACTLY, Lack.TRANSCRIPTS, Lack.EVIDENCE])
def test_every_lack_has_a_reason_and_a_step_in_whole_sentences(lack: Lack) -> None:
    report = {
        Lack.TRANSCRIPTS: gated([*good_evidence(), reel(1, has_transcript=False)], connected=WITH_REELS),
        Lack.EVIDENCE: gated([]),
    }.get(lack)
    if report is None:
        items, _, missed = EXACTLY[lack]
        report = gated(items, msgspec.structs.replace(CONFIG, **missed))
    assert lack in report.failures
    for text in (report.reason, report.remediation):
        assert text is not None
        assert text[0].isupper()
        assert text.endswith(".")
        assert lack not in text


TEXTS = st.sampled_from(["", "one two three", "one two three four five", "three four five six", "seven"])
ITEMS = st.lists(
    st.builds(
        spoiled,
        st.integers(0, 9),
        text=TEXTS,
        id=st.uuids().map(str),
        canonical_url=st.sampled_from([f"https://x.example/{number}" for number in range(4)]),
        platform=st.sampled_from(["instagram"]),
        published_at=st.none() | st.datetimes(timezones=st.just(NOW.tzinfo)),
    ),
    max_size=12,
)


@given(ITEMS, st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_a_duplicate_share_is_never_above_one(items: list[EvidenceItem], jaccard: float) -> None:
    figures = count_figures(items, config=GateConfig(same_text_jaccard=jaccard), now=NOW)
    assert 0 <= figures.duplicate_share <= 1
    assert figures.repeated != 1


FLOORS = ("min_items", "min_text_items", "min_long_texts", "min_authors", "min_urls")


@given(ITEMS, st.sampled_from(FLOORS), st.integers(0, 12), st.integers(0, 12))
def test_a_lower_threshold_lets_no_less_through(items: list[EvidenceItem], field: str, one: int, other: int) -> None:
    lower, higher = sorted((one, other))
    lenient, strict = (set(failures(items, **{field: value})) for value in (lower, higher))
    assert lenient <= strict


@given(ITEMS)
def test_one_more_fresh_post_of_its_own_never_closes_a_gate(items: list[EvidenceItem]) -> None:
    more = spoiled(0, id="more", canonical_url="https://x.example/more", text="wholly different and long enough words")
    assert set(gated([*items, more]).failures) <= set(gated(items).failures)
