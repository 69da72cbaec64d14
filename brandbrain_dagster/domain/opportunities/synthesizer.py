"""Who puts the candidates of a board into words; neither the candidates nor their scores depend on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from brandbrain_dagster.domain.opportunities.candidate import Candidate, Wordings
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.wording import word_candidates

DETERMINISTIC = "deterministic"
"""The source of wordings that no language model made."""


@dataclass(frozen=True, kw_only=True)
class Worded:
    """Wordings by candidate key, and where they are from.

    ``notes`` are for readers of the board, such as why a language model's words could not be used; ``llm_usage`` is
    what asking it took, empty where none was asked.
    """

    wordings: Wordings
    source: str
    notes: tuple[str, ...] = ()
    llm_usage: Mapping[str, Any] = field(default_factory=dict)


class Synthesizer(Protocol):
    """Words candidates; what it returns is judged by `validity.problems_of` whoever it is."""

    def word(self, candidates: Sequence[Candidate], context: BoardContext) -> Worded:
        """Returns a wording of each candidate."""


class DeterministicSynthesizer:
    """Words the same candidates the same way every time."""

    def word(self, candidates: Sequence[Candidate], context: BoardContext) -> Worded:
        """Returns a wording of each candidate, made of its facts, hook and proof."""
        return Worded(wordings=word_candidates(candidates, context), source=DETERMINISTIC)
