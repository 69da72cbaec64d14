"""The Today board, as the API answers it, for a person at a terminal."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

from brandbrain_dagster.domain.compile.extractive.wording import counted

_WIDTH = 100


def today_text(today: Mapping[str, Any]) -> str:
    """Returns the ideas, best first, and what is to be known of the board they are on."""
    meta = today["meta"]
    parts = [_idea_text(number, idea) for number, idea in enumerate(today["opportunities"], start=1)]
    if meta["state"] != "ready" or not parts:
        why = f" ({meta['ready_reason']})" if meta["ready_reason"] else ""
        parts.append(f"The board is {meta['state']}{why}.")
    if meta["stale"]:
        parts.append(f"What is shown is older than something else since {meta['stale_since']}.")
    parts += [fill(text, _WIDTH) for text in (meta["reason"], meta["remediation"], *meta["notes"]) if text]
    return "\n\n".join(parts)


def _idea_text(number: int, idea: Mapping[str, Any]) -> str:
    where = ", ".join([idea["primary_channel"], *idea["suggested_channels"]])
    rank = f"{idea['band']} ({idea['score']}), {counted(len(idea['evidence_ids']), 'post')} behind it"
    lines = [
        f"{number}. {idea['title']}",
        _indented(idea["angle"]),
        _indented(f"Why now: {idea['why_now']}"),
        f"   {'pinned, ' if idea['is_pinned'] else ''}{idea['type']} on {where}; {rank}",
    ]
    return "\n".join(lines)


def _indented(text: str) -> str:
    return fill(text, _WIDTH, initial_indent="   ", subsequent_indent="   ")
