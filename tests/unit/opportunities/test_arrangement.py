"""The order of a board: pins first, then scores, nothing that was turned away, and more than one kind of idea."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.opportunities.arrangement import MOST_SHOWN, arrange, is_settled
from brandbrain_dagster.domain.opportunities.decisions import Decision, DecisionType, Standing, standing_after
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity, OpportunityType
from tests.unit.opportunities.ideas import make_idea

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PINNED, IGNORED = Standing(is_pinned=True), Standing(is_ignored=True)
SNOOZED, WOKEN = (Standing(snoozed_until=NOW + timedelta(seconds=seconds)) for seconds in (1, 0))


def numbers(ideas: list[Opportunity], **standing: Standing) -> list[int]:
    """Returns the numbers of the ideas shown; ``i3=PINNED`` pins idea 3."""
    by_id = {UUID(int=int(name[1:])): stand for name, stand in standing.items()}
    return [idea.id.int for idea in arrange(ideas, by_id, NOW)]


def test_the_best_score_comes_first_and_the_lower_id_of_equals() -> None:
    assert numbers([make_idea(3, 50), make_idea(1, 40), make_idea(2, 50)]) == [2, 3, 1]


def test_what_is_pinned_comes_before_all_better_scores() -> None:
    ideas = [make_idea(1, 90), make_idea(2, 10), make_idea(3, 20)]
    assert numbers(ideas, i2=PINNED, i3=PINNED) == [3, 2, 1]


def test_what_is_ignored_or_snoozed_is_left_out_and_comes_back_when_its_time_has_come() -> None:
    ideas = [make_idea(1), make_idea(2), make_idea(3)]
    assert numbers(ideas, i1=IGNORED, i2=SNOOZED, i3=WOKEN) == [3]


def test_a_pinned_idea_that_is_snoozed_waits_and_is_first_again_afterwards() -> None:
    ideas = [make_idea(1, 90), make_idea(2, 10)]
    until = NOW + timedelta(hours=1)
    assert numbers(ideas, i2=Standing(is_pinned=True, snoozed_until=until)) == [1]
    assert numbers(ideas, i2=Standing(is_pinned=True, snoozed_until=NOW)) == [2, 1]


def test_the_next_best_steps_in_for_what_is_ignored() -> None:
    ideas = [make_idea(number, 100 - number) for number in range(1, 13)]
    assert numbers(ideas) == list(range(1, 11))
    assert numbers(ideas, i1=IGNORED) == list(range(2, 12))


def test_ten_are_shown_and_what_is_pinned_beyond_ten_stays() -> None:
    ideas = [make_idea(number, 100 - number) for number in range(1, 16)]
    pins = {f"i{number}": PINNED for number in range(4, 16)}
    assert numbers(ideas, **pins) == list(range(4, 16))


def test_a_second_type_takes_the_place_of_the_last_of_the_first() -> None:
    ideas = [make_idea(number, 100 - number) for number in range(1, 13)]
    trends = [make_idea(number, 40 - number, type=OpportunityType.TREND) for number in (20, 21)]
    assert numbers([*ideas, *trends]) == [*range(1, 10), 20]


def test_a_second_type_and_a_second_pillar_may_come_with_one_idea_or_with_two() -> None:
    ideas = [make_idea(number, 100 - number) for number in range(1, 13)]
    trend = make_idea(20, 20, type=OpportunityType.TREND)
    elsewhere = make_idea(21, 30, pillar_id="pillar-2")
    both = make_idea(22, 40, type=OpportunityType.TREND, pillar_id="pillar-2")
    assert numbers([*ideas, trend, elsewhere]) == [*range(1, 9), 21, 20]
    assert numbers([*ideas, trend, elsewhere, both]) == [*range(1, 10), 22]


def test_what_brings_the_second_type_is_not_given_up_for_a_second_pillar() -> None:
    ideas = [make_idea(number, 100 - number) for number in range(1, 10)]
    trend = make_idea(10, 10, type=OpportunityType.TREND)
    elsewhere = make_idea(11, 5, pillar_id="pillar-2")
    assert numbers([*ideas, trend, elsewhere]) == [*range(1, 9), 10, 11]


def test_ideas_without_a_pillar_are_of_no_second_one() -> None:
    ideas = [make_idea(number, 100 - number, pillar_id=None if number == 1 else "pillar-1") for number in range(1, 11)]
    trend = make_idea(11, 2, type=OpportunityType.TREND)
    assert numbers([*ideas, trend, make_idea(12, 1, pillar_id="pillar-2")]) == [*range(1, 9), 11, 12]


def test_a_pin_is_not_given_up_for_variety() -> None:
    ideas = [make_idea(number, 100 - number) for number in range(1, 11)]
    pins = {f"i{number}": PINNED for number in range(1, 11)}
    assert numbers([*ideas, make_idea(11, 99, type=OpportunityType.TREND)], **pins) == list(range(1, 11))


IDEAS = st.lists(
    st.builds(
        make_idea,
        st.integers(0, 40),
        st.integers(1, 100),
        type=st.sampled_from(OpportunityType),
        pillar_id=st.sampled_from([None, "pillar-1", "pillar-2", "pillar-3"]),
    ),
    max_size=30,
    unique_by=lambda idea: idea.id,
)
STANDING = st.dictionaries(
    st.integers(0, 40).map(lambda number: UUID(int=number)),
    st.sampled_from([PINNED, IGNORED, SNOOZED, WOKEN, Standing(is_pinned=True, snoozed_until=NOW + timedelta(days=1))]),
)


@given(IDEAS, STANDING)
def test_arranging_twice_changes_nothing(ideas: list[Opportunity], standing: dict[UUID, Standing]) -> None:
    once = arrange(ideas, standing, NOW)
    assert arrange(once, standing, NOW) == once


@given(IDEAS.flatmap(lambda ideas: st.tuples(st.just(ideas), st.permutations(ideas))), STANDING)
def test_the_order_in_which_ideas_come_in_does_not_matter(
    both: tuple[list[Opportunity], list[Opportunity]], standing: dict[UUID, Standing]
) -> None:
    ideas, shuffled = both
    assert arrange(ideas, standing, NOW) == arrange(shuffled, standing, NOW)


@given(IDEAS, STANDING)
def test_every_pinned_idea_is_shown_first_and_as_much_of_the_rest_as_there_is_room_for(
    ideas: list[Opportunity], standing: dict[UUID, Standing]
) -> None:
    stands = {idea.id: standing.get(idea.id, Standing()) for idea in ideas}
    visible = [idea for idea in ideas if stands[idea.id].is_shown(NOW)]
    pinned = {idea.id for idea in visible if stands[idea.id].is_pinned}
    shown = [idea.id for idea in arrange(ideas, standing, NOW)]
    assert set(shown[: len(pinned)]) == pinned
    assert len(shown) == max(len(pinned), min(len(visible), MOST_SHOWN))
    assert set(shown) <= {idea.id for idea in visible}


@given(IDEAS, STANDING)
def test_where_there_is_room_two_types_and_two_pillars_are_shown_if_there_are_two(
    ideas: list[Opportunity], standing: dict[UUID, Standing]
) -> None:
    visible = [idea for idea in ideas if standing.get(idea.id, Standing()).is_shown(NOW)]
    shown = arrange(ideas, standing, NOW)
    pins = sum(standing.get(idea.id, Standing()).is_pinned for idea in shown)
    if pins <= MOST_SHOWN - 2:
        assert len({idea.type for idea in shown}) >= min(2, len({idea.type for idea in visible}))
        pillars, shown_pillars = ({idea.pillar_id for idea in some} - {None} for some in (visible, shown))
        assert len(shown_pillars) >= min(2, len(pillars))


def decision(kind: DecisionType, days: int = 1) -> Decision:
    until = NOW + timedelta(days=days) if kind is DecisionType.SNOOZED else None
    return Decision(decision_type=kind, snoozed_until=until, recorded_at=NOW)


def settled(ideas: list[Opportunity], made: dict[UUID, list[Decision]]) -> tuple[bool, bool]:
    """Whether the likeliest ideas settle what is shown, and whether they alone show what all of them do."""
    standing = {idea_id: standing_after(found) for idea_id, found in made.items()}
    kinds = {idea.id: {one.decision_type for one in made.get(idea.id, [])} for idea in ideas}
    unhidden = [idea for idea in ideas if not kinds[idea.id] & {DecisionType.SNOOZED, DecisionType.IGNORED}]
    unhidden.sort(key=lambda idea: (DecisionType.PINNED not in kinds[idea.id], -idea.score, idea.id))
    best = unhidden[:MOST_SHOWN]
    is_same = arrange(best, standing, NOW) == arrange(ideas, standing, NOW)
    return is_settled(best, standing, NOW, idea_count=len(ideas)), is_same


ONE_DECISION = st.builds(decision, st.sampled_from(DecisionType), st.sampled_from([-1, 1]))
DECISIONS = st.lists(ONE_DECISION, min_size=1, max_size=3)


@given(IDEAS, st.lists(st.tuples(st.integers(0, 40), DECISIONS), max_size=6))
def test_what_is_settled_by_the_likeliest_ideas_needs_no_others(
    ideas: list[Opportunity], made: list[tuple[int, list[Decision]]]
) -> None:
    decided = {ideas[number % len(ideas)].id: found for number, found in made} if ideas else {}
    is_settled_so, is_same = settled(ideas, decided)
    assert is_same or not is_settled_so


def test_most_boards_are_settled_by_the_likeliest_ideas() -> None:
    types = list(OpportunityType)
    many = [make_idea(n, 90 - n, type=types[n % 2], pillar_id=f"pillar-{n % 3}") for n in range(20)]
    ignored, pinned = decision(DecisionType.IGNORED), decision(DecisionType.PINNED)
    assert settled(many, {}) == (True, True)
    assert settled(many, {many[0].id: [ignored], many[15].id: [pinned]}) == (True, True)
    assert settled([make_idea(n, 50) for n in range(9)], {}) == (True, True)


def test_what_was_taken_back_or_lacks_variety_is_not_settled() -> None:
    types = list(OpportunityType)
    many = [make_idea(n, 90 - n, type=types[n % 2], pillar_id=f"pillar-{n % 3}") for n in range(20)]
    taken_back = [decision(DecisionType.IGNORED), decision(DecisionType.RESTORED)]
    for made in (taken_back, [decision(DecisionType.SNOOZED, -1)], [decision(DecisionType.PINNED), taken_back[1]]):
        assert not settled(many, {many[12].id: made})[0]
    assert not settled(many, {idea.id: [decision(DecisionType.PINNED)] for idea in many[:11]})[0]
    assert not settled([make_idea(n, 50) for n in range(11)], {})[0]
