"""Confidence: the ceiling of every source, every cap, the bands and the summaries."""

from collections.abc import Sequence

import pytest

from brandbrain_dagster.domain.compile.confidence import (
    EvidenceFacts,
    Section,
    confidence_band,
    confidence_of,
    evidence_ceiling,
    inferred_cap,
)
from brandbrain_dagster.domain.compile.snapshot_schema import SourceRef
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags
from tests.fakes.evidence_items import make_item
from tests.unit.compile.profiles import compile_profile

ANSWER = SourceRef(type="answer", id="tier0.edge")
SPOKEN = Flags(has_transcript=True)

POST = make_item("post")
REEL = make_item("reel", content_type="reel", capability="reels", flags=Flags(has_transcript=False))
SPOKEN_REEL = make_item("spoken", content_type="reel", capability="reels", flags=SPOKEN)
COMPANY_POST = make_item("company", platform="linkedin")
PROFILE_POST = make_item("profile", platform="linkedin", content_type="profile_post")
PAGE = make_item("page", platform="web")
TIKTOK = make_item("tiktok", platform="tiktok")
SPOKEN_TIKTOK = make_item("tiktok2", platform="tiktok", flags=SPOKEN)
YOUTUBE = make_item("youtube", platform="youtube")
SPOKEN_YOUTUBE = make_item("youtube2", platform="youtube", flags=SPOKEN)


@pytest.mark.parametrize(
    ("item", "section", "ceiling"),
    [
        (SPOKEN_REEL, Section.VOICE, 0.85),
        (SPOKEN_REEL, Section.POSITIONING, 0.85),
        (COMPANY_POST, Section.VOICE, 0.6),
        (PROFILE_POST, Section.VOICE, 0.6),
        (POST, Section.VOICE, 0.5),
        (REEL, Section.VOICE, 0.5),
        (PAGE, Section.POSITIONING, 0.5),
        (PAGE, Section.VOICE, 0.3),
        (TIKTOK, Section.VOICE, 0.4),
        (SPOKEN_TIKTOK, Section.VOICE, 0.4),
        (YOUTUBE, Section.VOICE, 0.4),
        (SPOKEN_YOUTUBE, Section.PLATFORM_PROFILES, 0.4),
    ],
)
def test_every_kind_of_evidence_has_its_ceiling(item: EvidenceItem, section: Section, ceiling: float) -> None:
    assert evidence_ceiling(item, section) == ceiling


@pytest.mark.parametrize(
    ("items", "section", "cited", "confidence"),
    [
        ([PAGE], Section.VOICE, [PAGE], 0.3),
        ([PAGE], Section.POSITIONING, [PAGE], 0.5),
        ([PAGE, SPOKEN_REEL], Section.POSITIONING, [SPOKEN_REEL], 0.4),
        ([PAGE, SPOKEN_REEL], Section.POSITIONING, [PAGE, SPOKEN_REEL], 0.5),
        ([COMPANY_POST], Section.POSITIONING, [COMPANY_POST], 0.4),
        ([REEL, COMPANY_POST], Section.VOICE, [COMPANY_POST], 0.4),
        ([REEL, SPOKEN_REEL, COMPANY_POST], Section.VOICE, [COMPANY_POST], 0.6),
        ([POST, COMPANY_POST], Section.VOICE, [COMPANY_POST], 0.5),
        ([POST, SPOKEN_REEL], Section.VOICE, [SPOKEN_REEL], 0.85),
        ([COMPANY_POST], Section.VOICE, [COMPANY_POST], 0.6),
        ([TIKTOK, SPOKEN_REEL], Section.VOICE, [TIKTOK], 0.4),
        ([POST, SPOKEN_REEL], Section.PILLARS, [SPOKEN_REEL], 0.5),
        ([POST, TIKTOK], Section.PILLARS, [TIKTOK], 0.4),
        ([POST, COMPANY_POST], Section.PLATFORM_PROFILES, [COMPANY_POST], 0.6),
        ([POST], Section.VOICE, [], 0.1),
        ([], Section.VOICE, [], 0.1),
        ([POST], Section.VOICE, [SPOKEN_REEL], 0.1),
    ],
)
def test_an_inferred_value_has_the_best_ceiling_within_the_caps(
    items: Sequence[EvidenceItem], section: Section, cited: Sequence[EvidenceItem], confidence: float
) -> None:
    sources = [SourceRef(type="evidence", id=item.id) for item in cited]
    by_id = {item.id: item for item in items}
    assert confidence_of(sources, section, EvidenceFacts.of(items), by_id) == confidence


@pytest.mark.parametrize("section", list(Section))
@pytest.mark.parametrize("items", [[], [PAGE], [REEL], [POST], [TIKTOK]])
def test_caps_do_not_bind_an_answer(section: Section, items: Sequence[EvidenceItem]) -> None:
    evidence = [SourceRef(type="evidence", id=item.id) for item in items]
    confidence = confidence_of([*evidence, ANSWER], section, EvidenceFacts.of(items), {item.id: item for item in items})
    assert confidence == (0.8 if section is Section.PILLARS else 0.9)


def test_without_any_item_an_inferred_value_is_capped() -> None:
    assert inferred_cap(Section.PLATFORM_PROFILES, EvidenceFacts.of([]), rests_on_web=False) == 0.3


@pytest.mark.parametrize(
    ("confidence", "band"),
    [
        (1.0, "high"),
        (0.7, "high"),
        (0.69, "medium"),
        (0.4, "medium"),
        (0.39, "low"),
        (0.2, "low"),
        (0.19, "very low"),
        (0.0, "very low"),
        (None, None),
    ],
)
def test_bands_start_at_their_lower_end(confidence: float | None, band: str | None) -> None:
    assert confidence_band(confidence) == band


def test_a_section_is_summed_up_by_its_least_and_its_mean() -> None:
    profile = compile_profile([], {"tier0.what_we_do": "mend", "tier0.edge": ["by hand"], "tier2.risk_boundaries": []})
    summary = profile["meta"]["confidence_summary"]
    assert summary["positioning"] == {"min": 0.1, "mean": 0.5, "band": "medium"}
    assert summary["voice"] == {"min": 0.1, "mean": 0.1, "band": "very low"}
    for empty in ("pillars", "constraints", "platform_profiles", "examples"):
        assert summary[empty] == {"min": None, "mean": None, "band": None}


def test_without_taboos_there_is_nothing_to_be_sure_of() -> None:
    constraints = compile_profile([POST])["constraints"]
    for name in ("taboos", "risk_boundaries"):
        assert (constraints[name]["value"], constraints[name]["confidence"]) == ([], None)


def test_answered_taboos_are_sure() -> None:
    taboos = compile_profile([], {"tier0.taboos": ["cheap"]})["constraints"]["taboos"]
    assert (taboos["value"], taboos["confidence"]) == (["cheap"], 0.9)
    assert taboos["sources"] == [{"type": "answer", "id": "tier0.taboos"}]


def test_a_seeded_pillar_has_a_confidence_of_its_own() -> None:
    item = make_item("1", "We roast coffee in small batches every week.")
    [pillar] = compile_profile([item], {"tier1.pillars_seed": ["Coffee"]})["pillars"]
    assert pillar["name"]["confidence"] == 0.8
    assert pillar["description"]["confidence"] == 0.5
