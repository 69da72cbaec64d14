"""Boards of whole brands, the demo and real rows: enough ideas, each on its own evidence, and every figure true."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import yaml

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.bundling.selection import select_bundle
from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.normalization.sightings import RawRun, fold_run
from brandbrain_dagster.domain.opportunities.arrangement import arrange
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.evidence_view import look_at
from brandbrain_dagster.domain.opportunities.gate_config import default_gate_config
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity, OpportunityType
from brandbrain_dagster.domain.opportunities.selection import opportunities_from, select
from brandbrain_dagster.domain.opportunities.synthesis import find_candidates
from brandbrain_dagster.domain.opportunities.validity import WordingRules, problems_of
from brandbrain_dagster.domain.opportunities.wording import word_candidates
from brandbrain_dagster.domain.platforms.registry import capability_by_name
from tests.shared_data import SHARED_DATA, real_rows
from tests.unit.compile.profiles import compile_profile
from tests.unit.opportunities.fact_check import problems_of_fact

DEMO = Path(__file__).resolve().parents[3] / "demo"
BRAND_ID = UUID(int=7)
COLLECTED_AT = datetime(2026, 11, 21, tzinfo=UTC)
DEMO_RUNS = (
    ("instagram.posts", "apify~instagram-scraper/darnaby.mends.json", "darnaby.mends"),
    ("instagram.reels", "apify~instagram-reel-scraper/darnaby.mends.json", "darnaby.mends"),
    ("linkedin.company_posts", "apimaestro~linkedin-company-posts/darnaby-mends.json", "darnaby-mends"),
    ("tiktok.profile_videos", "clockworks~tiktok-scraper/darnaby.mends.json", "darnaby.mends"),
    ("youtube.channel_videos", "streamers~youtube-scraper/@darnabymends.json", "@darnabymends"),
)
GOEDUITJE_RUNS = (
    ("instagram.posts", "apify~instagram-scraper/goeduitje.json", "goeduitje"),
    ("linkedin.company_posts", "apimaestro~linkedin-company-posts/goeduitje.json", "goeduitje"),
)
"""Capability, rows and the identifier that was asked for."""


@pytest.fixture(scope="module")
def demo() -> BoardContext:
    answers = yaml.safe_load((DEMO / "brand.yaml").read_text("utf-8"))["onboarding"]["answers"]
    return board_context("Darnaby", collected(DEMO / "apify", DEMO_RUNS), answers)


@pytest.fixture(scope="module")
def goeduitje() -> BoardContext:
    for _, path, _ in GOEDUITJE_RUNS:
        real_rows("apify", *path.split("/"))
    return board_context("Goeduitje", collected(SHARED_DATA / "apify", GOEDUITJE_RUNS), {"tier0.cta_posture": "soft"})


@pytest.fixture(params=["demo", "goeduitje"])
def context(request: pytest.FixtureRequest) -> BoardContext:
    found: BoardContext = request.getfixturevalue(request.param)
    return found


def collected(folder: Path, runs: tuple[tuple[str, str, str], ...]) -> list[EvidenceItem]:
    """Returns the items, collected on the day after the newest of them was published."""
    items: dict[str, EvidenceItem] = {}
    for name, path, identifier in runs:
        content = msgspec.json.decode((folder / path).read_bytes(), type=list[msgspec.Raw])
        run = RawRun(
            apify_run_id=name,
            fetched_at=COLLECTED_AT,
            capability=capability_by_name(name),
            identifier=identifier,
            rows=[bytes(row) for row in content],
        )
        fold_run(items, run, brand_id=BRAND_ID)
    seen_at = max(item.published_at for item in items.values() if item.published_at) + timedelta(days=1)
    return [msgspec.structs.replace(item, last_seen_at=seen_at) for item in items.values()]


def board_context(name: str, items: Sequence[EvidenceItem], answers: dict[str, Any]) -> BoardContext:
    """Returns the context that a generation has on the day of the collection."""
    enabled = {(item.platform, item.capability) for item in items}
    bundle = select_bundle(items, BundleCriteria(caps_used={}), brand_id=BRAND_ID, enabled=sorted(enabled))
    snapshot = msgspec.convert(compile_profile(bundle.items, answers, brand_name=name), SnapshotDocument)
    now = items[0].last_seen_at
    looked_at = look_at(items, config=default_gate_config(8, ("instagram", "tiktok")), now=now)
    return BoardContext(brand_id=BRAND_ID, brand_name=name, snapshot=snapshot, items=looked_at, now=now)


def board(context: BoardContext) -> list[Opportunity]:
    """Returns what is shown of the board."""
    candidates = find_candidates(context)
    words = word_candidates(candidates, context)
    made = opportunities_from(candidates, words, drafts=words, brand_id=context.brand_id)
    kept = select(made, total_candidates=len(candidates), standing={})
    return arrange(kept.opportunities, {}, context.now)


def test_board_has_three_to_ten_ideas_of_two_types_and_two_pillars(context: BoardContext) -> None:
    shown = board(context)
    assert 3 <= len(shown) <= 10
    possible = {candidate.type for candidate in find_candidates(context)}
    assert len({opportunity.type for opportunity in shown}) >= min(2, len(possible))
    assert len({opportunity.pillar_id for opportunity in shown if opportunity.pillar_id}) >= 2
    assert OpportunityType.CAMPAIGN not in {opportunity.type for opportunity in shown}


def test_every_idea_rests_on_items_of_its_own(context: BoardContext) -> None:
    cited = [item_id for opportunity in board(context) for item_id in opportunity.evidence_ids]
    assert len(set(cited)) == len(cited)
    assert {str(item_id) for item_id in cited} <= {item.id for item in context.items}


def test_every_figure_is_true(context: BoardContext) -> None:
    items = {item.id: item for item in context.items}
    facts = [fact for candidate in find_candidates(context) for fact in candidate.facts]
    assert len(facts) >= 5
    assert [text for fact in facts for text in problems_of_fact(fact, items, seen_from=context.now.date())] == []


def test_every_sentence_keeps_the_rules_for_wordings(context: BoardContext) -> None:
    candidates = find_candidates(context)
    wordings = word_candidates(candidates, context)
    rules = WordingRules(taboos=tuple(context.snapshot.constraints.taboos.value or ()))
    problems = {candidate.key: problems_of(wordings[candidate.key], candidate, rules) for candidate in candidates}
    assert {key: found for key, found in problems.items() if found} == {}


def test_every_quotation_stands_in_what_is_cited(context: BoardContext) -> None:
    candidates = find_candidates(context)
    wordings = word_candidates(candidates, context)
    for candidate in candidates:
        backing = [claim.support or "" for claim in context.snapshot.meta.proof_library]
        said = [item.text_primary for item in candidate.items]
        known = "\n".join([*said, *backing, candidate.proof or "", candidate.pillar_name or ""])
        wording = wordings[candidate.key]
        quotations = re.findall(r"“([^”]*)”", f"{wording.title} {wording.angle} {wording.why_now}")
        assert [words for words in quotations if words.removesuffix("…") not in known] == []


def test_somebody_elses_words_are_only_answered(context: BoardContext) -> None:
    for candidate in find_candidates(context):
        is_others = [item.flags.is_own_account is False or item.flags.is_repost for item in candidate.items]
        assert bool(is_others[0]) is (candidate.type is OpportunityType.COMPETITIVE)
        assert not any(is_others[1:])
