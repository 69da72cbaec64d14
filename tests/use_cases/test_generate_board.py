"""What a generation makes of a brand's evidence: whose words reach the board, what is looked at, what people keep."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Flags
from brandbrain_dagster.domain.opportunities.board import BoardState, EvidenceSummary, ReadyReason
from brandbrain_dagster.domain.opportunities.candidate import Wording
from brandbrain_dagster.domain.opportunities.decisions import DecisionType
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity
from brandbrain_dagster.errors import WorkInterruptedError
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.sources import insert_source, update_source_enabled
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.generate_board import generate_board
from tests.unit.compile.profiles import compile_profile
from tests.unit.opportunities.told_brand import NOW, REPAIRS, post
from tests.use_cases.boarded_brand import BoardedBrand, Reworded, boarded_brand, telling_items

PIN, IGNORE = DecisionType.PINNED, DecisionType.IGNORED
WORDLESS = Reworded(lambda wording: replace(wording, angle="No."))
"""Words that break the rules: nothing but what was pinned is left."""


@pytest.fixture
def kiln(ledger: Ledger, tmp_path: Path) -> BoardedBrand:
    """A brand with a profile."""
    brand = boarded_brand(ledger, tmp_path / "lake")
    brand.publish()
    return brand


def add_capability(kiln: BoardedBrand, platform: str, capability: str) -> UUID:
    with kiln.ledger.begin() as conn:
        source, _ = insert_source(
            conn,
            source_id=uuid4(),
            brand_id=kiln.brand.id,
            platform=platform,
            capability=capability,
            identifier="kiln",
            settings_json={},
            now=NOW,
        )
    return source.id


def disable(kiln: BoardedBrand, source_id: UUID) -> None:
    with kiln.ledger.begin() as conn:
        update_source_enabled(conn, source_id=source_id, is_enabled=False, now=NOW)


def cited_by(idea: Opportunity) -> set[UUID]:
    return set(idea.evidence_ids)


def titles(ideas: tuple[Opportunity, ...]) -> set[str]:
    return {idea.title for idea in ideas}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda wording: replace(wording, title="A game-changer for your cups"),
        lambda wording: replace(wording, why_now="It is always relevant, today as on 3 March."),
        lambda wording: replace(wording, why_now="Posts on it reached 98,765 likes."),
        lambda wording: replace(wording, angle="Film it."),
    ],
    ids=["cliche", "empty_timing", "invented_figure", "too_short"],
)
def test_words_that_break_the_rules_do_not_reach_the_board(
    kiln: BoardedBrand, spoil: Callable[[Wording], Wording]
) -> None:
    board = kiln.generate(synthesizer=Reworded(spoil)).board
    assert (board.state, board.ready_reason) == (BoardState.READY, ReadyReason.NO_VALID_CANDIDATES)
    assert board.opportunities == ()
    assert board.total_candidates
    assert board.notes == (f"{board.total_candidates} candidates could not be scored or worded.",)


def test_only_the_idea_in_bad_words_is_left_out(kiln: BoardedBrand) -> None:
    good = kiln.generate().board.opportunities
    worst = good[-1]

    def spoil(wording: Wording) -> Wording:
        return replace(wording, title="Tell") if wording.title == worst.title else wording

    board = kiln.generate(synthesizer=Reworded(spoil)).board
    assert titles(board.opportunities) == titles(good) - {worst.title}
    assert board.notes == ("1 candidate could not be scored or worded.",)
    assert (board.source, board.ready_reason) == ("reworded", ReadyReason.GENERATED)


def test_what_the_brand_never_says_is_on_no_board(kiln: BoardedBrand) -> None:
    kiln.publish(tier0__taboos=["kiln"])
    holds_it = {UUID(item.id) for item in kiln.items if "kiln" in str(item.text_primary)}
    board = kiln.generate().board
    assert holds_it
    assert board.opportunities
    for idea in board.opportunities:
        assert "kiln" not in f"{idea.title} {idea.angle} {idea.why_now}".lower()
        assert cited_by(idea).isdisjoint(holds_it)


def test_posts_of_a_disabled_source_are_not_looked_at(kiln: BoardedBrand) -> None:
    source_id = add_capability(kiln, "linkedin", "company_posts")
    on_linkedin = [
        post(text, days=day, likes=900, tag="repairs", platform="linkedin", capability="company_posts")
        for day, text in enumerate(REPAIRS, start=1)
    ]
    kiln.write_evidence([*telling_items(), *on_linkedin])
    foreign = {UUID(item.id) for item in on_linkedin}
    switched_off = kiln.generate(disabled=frozenset({"linkedin.company_posts"})).board
    both = kiln.generate().board
    disable(kiln, source_id)
    one = kiln.generate().board
    assert both.evidence_summary is not None
    assert both.evidence_summary.platforms == {"instagram": 12, "linkedin": 6}
    assert foreign <= set(both.evidence_ids)
    for board in (switched_off, one):
        assert board.evidence_summary is not None
        assert board.evidence_summary.platforms == {"instagram": 12}
        assert foreign.isdisjoint(board.evidence_ids)
        assert all(cited_by(idea).isdisjoint(foreign) for idea in board.opportunities)


def test_transcripts_are_asked_for_where_reels_are_connected(kiln: BoardedBrand) -> None:
    add_capability(kiln, "instagram", "reels")
    reels = [post(f"Reel number {number}, silent.", days=number, capability="reels") for number in range(1, 4)]
    kiln.write_evidence([*telling_items(), *(msgspec.structs.replace(reel, content_type="reel") for reel in reels)])
    board = kiln.generate().board
    assert board.state is BoardState.INSUFFICIENT_EVIDENCE
    assert board.evidence_shortfall is not None
    assert board.evidence_shortfall.failures == ("insufficient_transcript_coverage",)


def test_board_counts_all_that_was_looked_at(kiln: BoardedBrand) -> None:
    with_transcript = [
        post(f"Reel {number}", days=30 + number, text_secondary="Hello.", flags=Flags(has_transcript=True))
        for number in range(3)
    ]
    silent = post("", days=None)
    unseen = post("Long gone", last_seen_at=NOW.replace(month=1))
    kiln.write_evidence([*telling_items(), *with_transcript, silent, unseen])
    board = kiln.generate().board
    assert board.evidence_summary == EvidenceSummary(
        total_items=16,
        platforms={"instagram": 16},
        items_with_text=15,
        items_with_transcript=3,
        transcript_coverage=0.1875,
        newest_published_at=telling_items()[0].published_at,
        oldest_published_at=with_transcript[-1].published_at,
    )
    assert len(board.evidence_ids) == 16
    assert UUID(unseen.id) not in board.evidence_ids


def test_profile_without_pillars_gives_an_empty_board_that_says_so(kiln: BoardedBrand) -> None:
    kiln.publish_profile(compile_profile((), {"tier0.what_we_do": "We mend cups."}))
    asked = Reworded()
    board = kiln.generate(synthesizer=asked).board
    assert (board.state, board.ready_reason) == (BoardState.READY, ReadyReason.EMPTY_BRAND_CONTEXT)
    assert (board.opportunities, board.total_candidates, board.source) == ((), None, None)
    assert "no pillars" in str(board.reason)
    assert asked.seen == []


def test_switched_off_synthesis_is_told_before_missing_pillars(kiln: BoardedBrand) -> None:
    kiln.publish_profile(compile_profile((), {"tier0.what_we_do": "We mend cups."}))
    board = kiln.generate(synthesizer=None).board
    assert board.ready_reason is ReadyReason.GATES_ONLY_NO_SYNTHESIS
    assert "BRANDBRAIN_BOARD_SYNTHESIS" in str(board.reason)


def test_brand_that_was_never_collected_gets_a_board_that_says_so(ledger: Ledger, tmp_path: Path) -> None:
    kiln = boarded_brand(ledger, tmp_path / "lake")
    kiln.publish()
    kiln.lake.delete_brand(brand_id=kiln.brand.id)
    board = kiln.generate().board
    assert board.state is BoardState.INSUFFICIENT_EVIDENCE
    assert board.evidence_shortfall is not None
    assert "no_evidence" in board.evidence_shortfall.failures
    assert (board.evidence_summary.total_items if board.evidence_summary else None) == 0


def test_pin_that_is_made_while_a_generation_runs_is_kept(kiln: BoardedBrand) -> None:
    first = kiln.generate().board.opportunities
    kept = first[-1]
    wordless = replace(WORDLESS, meanwhile=lambda: kiln.decide(kept.id, PIN))
    assert kiln.generate(synthesizer=wordless).board.opportunities == (kept,)


def test_idea_that_is_ignored_while_a_generation_runs_is_left_out(kiln: BoardedBrand) -> None:
    first = kiln.generate().board.opportunities
    turned_away = first[0]
    board = kiln.generate(synthesizer=Reworded(meanwhile=lambda: kiln.decide(turned_away.id, IGNORE))).board
    assert {idea.id for idea in board.opportunities} == {idea.id for idea in first[1:]}
    assert "1 idea had been ignored." in board.notes


def test_pinned_idea_whose_cited_text_holds_a_new_taboo_is_not_carried_on(kiln: BoardedBrand) -> None:
    first = kiln.generate().board.opportunities
    kept = first[0]
    kiln.decide(kept.id, PIN)
    kiln.write_evidence(
        msgspec.structs.replace(item, text_primary=f"{item.text_primary} Mind the umbrella.") for item in kiln.items
    )
    assert kiln.generate(synthesizer=WORDLESS).board.opportunities == (kept,)
    kiln.publish(tier0__taboos=["umbrella"])
    assert kiln.generate(synthesizer=WORDLESS).board.opportunities == ()


def test_pinned_idea_whose_own_words_hold_a_new_taboo_is_not_carried_on(kiln: BoardedBrand) -> None:
    reworded = Reworded(lambda wording: replace(wording, angle="Tell it under an umbrella, in one take."))
    kept = kiln.generate(synthesizer=reworded).board.opportunities[0]
    kiln.decide(kept.id, PIN)
    assert kiln.generate(synthesizer=WORDLESS).board.opportunities == (kept,)
    kiln.publish(tier0__taboos=["umbrella"])
    assert kiln.generate(synthesizer=WORDLESS).board.opportunities == ()


def test_pinned_idea_whose_items_are_no_longer_looked_at_is_not_carried_on(kiln: BoardedBrand) -> None:
    first = kiln.generate().board.opportunities
    kept = min(first, key=lambda idea: len(idea.evidence_ids))
    kiln.decide(kept.id, PIN)
    assert kiln.generate(synthesizer=WORDLESS).board.opportunities == (kept,)
    kiln.write_evidence([item for item in kiln.items if UUID(item.id) not in cited_by(kept)])
    board = kiln.generate(synthesizer=WORDLESS).board
    assert board.state is BoardState.READY
    assert board.opportunities == ()


def test_new_ideas_do_not_cite_what_a_pinned_one_cites(kiln: BoardedBrand) -> None:
    first = kiln.generate().board.opportunities
    kept = first[0]
    kiln.decide(kept.id, PIN)
    assert kiln.generate(synthesizer=WORDLESS).board.opportunities == (kept,)
    # Other figures make other ideas of the same posts.
    louder = [
        msgspec.structs.replace(item, metrics=msgspec.structs.replace(item.metrics, likes=100 + 40 * number))
        for number, item in enumerate(telling_items())
    ]
    kiln.write_evidence(louder)
    board = kiln.generate().board
    (carried,) = [idea for idea in board.opportunities if idea.id == kept.id]
    others = [idea for idea in board.opportunities if idea.id != kept.id]
    assert others
    assert all(cited_by(idea).isdisjoint(cited_by(carried)) for idea in others)


def test_ignored_idea_stays_away_under_another_title(kiln: BoardedBrand) -> None:
    first = kiln.generate().board.opportunities
    turned_away = first[0]
    kiln.decide(turned_away.id, IGNORE)
    renamed = Reworded(lambda wording: replace(wording, title=f"Tell again: {wording.title[::2].replace('“', '')}"))
    board = kiln.generate(synthesizer=renamed).board
    assert {idea.id for idea in board.opportunities} == {idea.id for idea in first[1:]}
    assert titles(board.opportunities).isdisjoint(titles(first))


def test_stopped_process_writes_no_board(kiln: BoardedBrand) -> None:
    token, told = uuid4(), iter([False, False, True, True])
    generation = kiln.begin(kiln.ask(), token)
    with pytest.raises(WorkInterruptedError):
        generate_board(generation, lease_token=token, ports=kiln.ports(is_stopping=lambda: next(told)))
    assert kiln.board_count() == 0
    assert kiln.generation(generation.id).status is WorkStatus.RUNNING


def test_board_names_how_long_each_stage_took(kiln: BoardedBrand) -> None:
    def wait() -> None:
        kiln.now += timedelta(minutes=2)

    stored = kiln.generate(synthesizer=Reworded(meanwhile=wait))
    assert stored.timings_ms == {
        "fetching_evidence": 0,
        "running_quality_gates": 0,
        "synthesizing": 120_000,
        "scoring": 0,
    }
    assert stored.created_at == NOW + timedelta(minutes=2)
