"""The order in which a board's opportunities are shown, and which of them are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from uuid import UUID

from brandbrain_dagster.domain.opportunities.decisions import Standing
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity

MOST_SHOWN = 10
_KINDS_WANTED = 2
"""Types, and pillars, that are shown at least where the opportunities allow it (opportunities)."""
_UNDECIDED = Standing()


def arrange(
    opportunities: Iterable[Opportunity], standing: Mapping[UUID, Standing], now: datetime
) -> list[Opportunity]:
    """Returns what is shown: pinned first, then the best score, then the id; without what is snoozed or ignored.

    At most `MOST_SHOWN`, but all that are pinned. Where the best are all of one type or pillar, the last of them that
    are not pinned give way to the best that are of another.
    """
    pinned: list[Opportunity] = []
    others: list[Opportunity] = []
    for idea in sorted(opportunities, key=_best_first):
        stands = standing.get(idea.id, _UNDECIDED)
        if stands.is_shown(now):
            (pinned if stands.is_pinned else others).append(idea)
    room = max(MOST_SHOWN - len(pinned), 0)
    return [*pinned, *sorted(_varied(pinned, others[:room], others[room:]), key=_best_first)]


def is_settled(
    best: Sequence[Opportunity], standing: Mapping[UUID, Standing], now: datetime, *, idea_count: int
) -> bool:
    """Whether arranging these of a board's ideas shows what arranging all ``idea_count`` of them would.

    ``best`` are at most `MOST_SHOWN`: those that were ever pinned, then the best of those that were never hidden.
    """
    ids = {idea.id for idea in best}
    for idea_id, stands in standing.items():
        if stands.is_shown(now) and not (stands.is_pinned and idea_id in ids):
            return False  # a decision that was taken back, or whose time is over: the order is another one
    hidden = sum(not stands.is_shown(now) for stands in standing.values())
    return len(best) == idea_count - hidden or (len(best) == MOST_SHOWN and _variety(best) == 2 * _KINDS_WANTED)


def _best_first(idea: Opportunity) -> tuple[int, UUID]:
    return -idea.score, idea.id


def _varied(pinned: list[Opportunity], best: list[Opportunity], rest: list[Opportunity]) -> list[Opportunity]:
    """Returns the best, the last of them exchanged for the best of the rest while that shows more types or pillars."""
    shown = _variety([*pinned, *best])
    if shown == _variety([*pinned, *best, *rest]):
        return best
    for enters, leaves in product(rest, reversed(best)):
        exchanged = [*(idea for idea in best if idea is not leaves), enters]
        if _variety([*pinned, *exchanged]) > shown:
            return _varied(pinned, exchanged, [idea for idea in rest if idea is not enters])
    return best


def _variety(ideas: Sequence[Opportunity]) -> int:
    types = {idea.type for idea in ideas}
    pillars = {idea.pillar_id for idea in ideas if idea.pillar_id is not None}
    return min(len(types), _KINDS_WANTED) + min(len(pillars), _KINDS_WANTED)
