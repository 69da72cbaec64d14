"""A board as a person reads it in a terminal."""

from collections.abc import Iterable, Sequence
from textwrap import fill

from brandbrain_dagster.domain.compile.extractive.wording import counted
from brandbrain_dagster.domain.opportunities.board import Board
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity

_WIDTH = 100


def board_text(board: Board, shown: Sequence[Opportunity], pinned: Iterable[object] = ()) -> str:
    """Returns what is shown of a board, best first, and what is to be known of it; ``pinned`` are ids."""
    kept = set(pinned)
    parts = [_idea_text(number, idea, is_pinned=idea.id in kept) for number, idea in enumerate(shown, start=1)]
    if not shown:
        parts.append(f"The board is {board.state}{f' ({board.ready_reason})' if board.ready_reason else ''}.")
    parts += [_wrapped(text) for text in (board.reason, board.remediation, *board.notes) if text]
    return "\n\n".join(parts)


def _idea_text(number: int, idea: Opportunity, *, is_pinned: bool) -> str:
    where = ", ".join([idea.primary_channel, *idea.suggested_channels])
    pin = "pinned, " if is_pinned else ""
    lines = [
        f"{number}. {idea.title}",
        _wrapped(idea.angle, "   "),
        _wrapped(f"Why now: {idea.why_now}", "   "),
        f"   {pin}{idea.type} on {where}; {idea.band} ({idea.score}); {counted(len(idea.evidence_ids), 'post')} behind it",
    ]
    return "\n".join(lines)


def _wrapped(text: str, indent: str = "") -> str:
    return fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)
