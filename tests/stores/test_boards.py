"""Boards in the ledger: written whole or not at all, and never changed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import DBAPIError

from brandbrain_dagster.domain.opportunities.board import Board, BoardState, ReadyReason
from brandbrain_dagster.domain.opportunities.decisions import Decision, DecisionType, Standing, standing_after
from brandbrain_dagster.stores.ledger.board_tables import opportunities_board
from brandbrain_dagster.stores.ledger.boards import (
    find_last_ready_board,
    find_newest_board,
    has_opportunity,
    insert_decision,
    list_decisions,
)
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.profile_api import row_counts
from tests.stores.board_rows import add_board, add_evidence, add_generation, make_board, make_idea
from tests.stores.ledger_rows import NOW, add_brand, add_snapshot, later

_ANOTHER_IDEA = """
INSERT INTO opportunity SELECT board_id, md5('x')::uuid, brand_id, 2, score, opportunity_json
FROM opportunity WHERE position = 0
"""
_ANOTHER_CITATION = """
INSERT INTO opportunity_citation SELECT board_id, opportunity_id, 7, brand_id, evidence_id
FROM opportunity_citation WHERE position = 0
"""
_IDEA_WITH = """
INSERT INTO opportunity SELECT board_id, md5('x')::uuid, brand_id, 2, score, {json}
FROM opportunity WHERE position = 0
"""
_IDEA_OF_ANOTHER_BRAND = """
INSERT INTO opportunity SELECT board_id, md5('x')::uuid, (SELECT id FROM brand WHERE slug = 'other'), 2, score,
    opportunity_json
FROM opportunity WHERE position = 0
"""
_CITATION_OF_ANOTHER_BRAND = """
INSERT INTO opportunity_citation SELECT board_id, opportunity_id, 7, (SELECT id FROM brand WHERE slug = 'other'),
    evidence_id
FROM opportunity_citation WHERE position = 0
"""


@pytest.fixture
def brand(ledger: Ledger) -> Brand:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        add_snapshot(conn, brand, snapshot_json={})
    return brand


def whole_board(conn: Connection, brand: Brand, *titles: str) -> Board:
    return make_board([make_idea(brand, title, add_evidence(conn, brand, 2)) for title in titles or ("One idea",)])


def decide(conn: Connection, brand: Brand, opportunity_id: UUID, decision_type: DecisionType, **fields: Any) -> None:
    values: dict[str, Any] = {"snoozed_until": None, "recorded_at": NOW} | fields
    insert_decision(
        conn,
        decision_id=uuid4(),
        brand_id=brand.id,
        opportunity_id=opportunity_id,
        decision=Decision(decision_type=decision_type, **values),
        reason=None,
        recorded_by="a test",
    )


def test_board_is_found_as_it_was_written(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        board = whole_board(conn, brand, "Second idea", "First idea")
        board_id = add_board(conn, brand, board)
    with ledger.read() as conn:
        newest, ready = find_newest_board(conn, brand_id=brand.id), find_last_ready_board(conn, brand_id=brand.id)
    assert newest is not None
    assert newest == ready
    assert (newest.id, newest.board, newest.created_at, newest.timings_ms) == (board_id, board, NOW, {"scoring": 3})


def test_last_ready_board_stays_under_one_that_failed(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        ready_id = add_board(conn, brand, whole_board(conn, brand))
        failed_id = add_board(conn, brand, make_board(state=BoardState.ERROR), now=later(1))
        newest, ready = find_newest_board(conn, brand_id=brand.id), find_last_ready_board(conn, brand_id=brand.id)
    assert newest is not None
    assert ready is not None
    assert (newest.id, ready.id) == (failed_id, ready_id)


def refused(ledger: Ledger, write: Callable[[Connection], object]) -> str:
    """Returns why the database refuses what is written, at once or when the transaction ends."""
    with pytest.raises(DBAPIError) as refusal, ledger.begin() as conn:
        write(conn)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"ready_reason": None}, "reason"),
        ({"ready_reason": ReadyReason.GENERATED}, "generated"),
        ({"state": BoardState.ERROR, "ready_reason": ReadyReason.NO_VALID_CANDIDATES}, "reason"),
        ({"state": BoardState.GENERATING}, "stored_state"),
        ({"state": BoardState.NOT_GENERATED_YET}, "stored_state"),
    ],
)
def test_board_that_does_not_say_why_it_is_empty_is_refused(
    ledger: Ledger, brand: Brand, fields: dict[str, Any], rule: str
) -> None:
    board = make_board(**fields)
    assert f'"opportunities_board_{rule}_check"' in refused(ledger, lambda conn: add_board(conn, brand, board))


@pytest.mark.parametrize("reason", [reason for reason in ReadyReason if reason is not ReadyReason.GENERATED])
def test_board_with_ideas_that_gives_a_reason_for_none_is_refused(
    ledger: Ledger, brand: Brand, reason: ReadyReason
) -> None:
    def write(conn: Connection) -> None:
        add_board(conn, brand, msgspec.structs.replace(whole_board(conn, brand), ready_reason=reason))

    assert "opportunities_board_generated_check" in refused(ledger, write)


def test_idea_without_evidence_is_refused(ledger: Ledger, brand: Brand) -> None:
    board = make_board([make_idea(brand, "Out of thin air", [])])
    assert "opportunity_evidence_check" in refused(ledger, lambda conn: add_board(conn, brand, board))


@pytest.mark.parametrize(
    "json",
    ["opportunity_json - 'evidence_ids'", "jsonb_set(opportunity_json, '{evidence_ids}', '[]')"],
    ids=["no_list", "empty_list"],
)
def test_idea_whose_document_names_no_evidence_is_refused(ledger: Ledger, brand: Brand, json: str) -> None:
    with ledger.begin() as conn:
        add_board(conn, brand, whole_board(conn, brand))
    sql = _IDEA_WITH.replace("{json}", json)
    assert "opportunity_evidence_check" in refused(ledger, lambda conn: conn.exec_driver_sql(sql))


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        (_IDEA_OF_ANOTHER_BRAND, "opportunity_board_fkey"),
        (_CITATION_OF_ANOTHER_BRAND, "opportunity_citation_opportunity_fkey"),
    ],
    ids=["opportunity", "citation"],
)
def test_what_is_of_another_brand_than_its_board_is_refused(ledger: Ledger, brand: Brand, sql: str, rule: str) -> None:
    with ledger.begin() as conn:
        add_brand(conn, "other")
        add_board(conn, brand, whole_board(conn, brand))
    assert rule in refused(ledger, lambda conn: conn.exec_driver_sql(sql))


@pytest.mark.parametrize("score", [0, 101])
def test_idea_with_an_invalid_score_is_refused(ledger: Ledger, brand: Brand, score: int) -> None:
    def write(conn: Connection) -> None:
        add_board(conn, brand, make_board([make_idea(brand, "An idea", add_evidence(conn, brand), score=score)]))

    assert "opportunity_score_check" in refused(ledger, write)


def test_citation_of_an_item_that_is_not_there_is_refused(ledger: Ledger, brand: Brand) -> None:
    absent = uuid4()
    board = make_board([make_idea(brand, "An idea", [absent])])
    assert str(absent) in refused(ledger, lambda conn: add_board(conn, brand, board))


def test_citation_of_another_brands_item_is_refused(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        foreign = add_evidence(conn, add_brand(conn, "other"))
    board = make_board([make_idea(brand, "An idea", foreign)])
    assert "has citations of {}" in refused(ledger, lambda conn: add_board(conn, brand, board))


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE opportunities_board SET state = 'error', ready_reason = NULL", "never changed"),
        ("UPDATE opportunities_board SET created_at = created_at", "never changed"),
        ("UPDATE opportunity SET score = 99", "never changed"),
        ("UPDATE opportunity_citation SET position = position + 5", "never changed"),
        ("UPDATE opportunity_decision SET reason = 'other'", "never changed"),
        ("DELETE FROM opportunity WHERE position = 0", "is not whole"),
        ("DELETE FROM opportunity WHERE position = 1", "is not whole"),
        ("DELETE FROM opportunity_citation WHERE position = 1", "has citations of"),
        ("DELETE FROM evidence_item", "opportunity_citation"),
        (_ANOTHER_IDEA, "is not whole"),
        (_ANOTHER_CITATION, "has citations of"),
    ],
)
def test_what_was_written_is_never_changed(ledger: Ledger, brand: Brand, sql: str, says: str) -> None:
    with ledger.begin() as conn:
        board = whole_board(conn, brand, "First idea", "Second idea")
        add_board(conn, brand, board)
        decide(conn, brand, board.opportunities[0].id, DecisionType.PINNED)
    assert says in refused(ledger, lambda conn: conn.exec_driver_sql(sql))


def test_list_that_names_an_idea_without_a_row_is_refused(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        generation = add_generation(conn, brand)
    named = uuid4()
    board = insert(opportunities_board).values(
        id=uuid4(),
        brand_id=brand.id,
        generation_id=generation.id,
        snapshot_id=generation.snapshot_id,
        state=BoardState.READY,
        ready_reason=ReadyReason.GENERATED,
        opportunity_ids=[named],
        board_json={},
        created_at=NOW,
    )
    assert f"differ in {named}" in refused(ledger, lambda conn: conn.execute(board))


def test_generation_leaves_one_board(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        add_board(conn, brand, make_board())
    sql = (
        "INSERT INTO opportunities_board SELECT gen_random_uuid(), brand_id, generation_id, snapshot_id, state, "
        "ready_reason, opportunity_ids, board_json, created_at FROM opportunities_board"
    )
    assert "opportunities_board_generation_id_key" in refused(ledger, lambda conn: conn.exec_driver_sql(sql))


@pytest.mark.parametrize(
    ("decision_type", "snoozed_until"),
    [(DecisionType.SNOOZED, None), (DecisionType.PINNED, later(60)), (DecisionType.RESTORED, later(60))],
)
def test_time_goes_with_snoozing_alone(
    ledger: Ledger, brand: Brand, decision_type: DecisionType, snoozed_until: Any
) -> None:
    def write(conn: Connection) -> None:
        decide(conn, brand, uuid4(), decision_type, snoozed_until=snoozed_until)

    assert "opportunity_decision_snoozed_until_check" in refused(ledger, write)


def test_decisions_come_back_in_the_order_in_which_they_were_made(ledger: Ledger, brand: Brand) -> None:
    idea_id, other_id = uuid4(), uuid4()
    with ledger.begin() as conn:
        decide(conn, brand, idea_id, DecisionType.IGNORED, recorded_at=later(2))
        decide(conn, brand, idea_id, DecisionType.SNOOZED, recorded_at=later(3), snoozed_until=later(60))
        decide(conn, brand, idea_id, DecisionType.PINNED, recorded_at=later(1))
        decide(conn, brand, other_id, DecisionType.PINNED)
        decide(conn, add_brand(conn, "other"), idea_id, DecisionType.PINNED)
        made = list_decisions(conn, brand_id=brand.id)
    assert {key: [one.decision_type for one in found] for key, found in made.items()} == {
        idea_id: [DecisionType.PINNED, DecisionType.IGNORED, DecisionType.SNOOZED],
        other_id: [DecisionType.PINNED],
    }
    assert standing_after(made[idea_id]) == Standing(snoozed_until=later(60))


def test_idea_is_known_to_the_brand_that_it_was_made_for(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        board = whole_board(conn, brand)
        add_board(conn, brand, board)
        other = add_brand(conn, "other")
        idea_id = board.opportunities[0].id
        assert has_opportunity(conn, brand_id=brand.id, opportunity_id=idea_id)
        assert not has_opportunity(conn, brand_id=other.id, opportunity_id=idea_id)
        assert not has_opportunity(conn, brand_id=brand.id, opportunity_id=uuid4())


def test_boards_go_with_their_brand(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        board = whole_board(conn, brand, "First idea", "Second idea")
        add_board(conn, brand, board)
        decide(conn, brand, board.opportunities[0].id, DecisionType.PINNED)
    with ledger.begin() as conn:
        conn.exec_driver_sql("DELETE FROM brand")
    assert set(row_counts(ledger).values()) == {0}
