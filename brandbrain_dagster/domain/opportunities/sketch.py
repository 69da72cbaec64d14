"""The sketch: a finding with its posts, before it is scored and becomes a candidate."""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from brandbrain_dagster.domain.opportunities.candidate import Fact, Finding
from brandbrain_dagster.domain.opportunities.clustering import Theme
from brandbrain_dagster.domain.opportunities.evidence_reading import EvidenceReading
from brandbrain_dagster.domain.opportunities.opportunity import OpportunityType
from brandbrain_dagster.domain.opportunities.outlets import Outlet
from brandbrain_dagster.domain.opportunities.posts import Post


@dataclass(frozen=True, kw_only=True, eq=False)
class Sketch:
    """A finding: the posts that it rests on (the one it is told by first), where it goes, and its figures."""

    finding: Finding
    type: OpportunityType
    theme: Theme | None
    posts: tuple[Post, ...]
    outlet: Outlet
    facts: tuple[Fact, ...]
    proof: str | None = None


Finder = Callable[[EvidenceReading, AbstractSet[str]], Iterator[Sketch]]
"""Finds one kind of thing: yields sketches, the best first; of the own posts they cite those whose ids are given."""
