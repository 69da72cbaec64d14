"""Gating: may a compile start?"""

from dataclasses import dataclass

from brandbrain_dagster.domain.onboarding.answers import REQUIRED_QUESTIONS, OnboardingAnswers, missing_questions

MISSING_TIER0_FIELDS = "MISSING_TIER0_FIELDS"
NO_ENABLED_SOURCES = "NO_ENABLED_SOURCES"


@dataclass(frozen=True)
class GatingVerdict:
    """Every reason (code, message) why a compile may not start; none means that it may."""

    reasons: tuple[tuple[str, str], ...]

    @property
    def is_allowed(self) -> bool:
        """True when nothing stands in the way."""
        return not self.reasons


def gate_compile(answers: OnboardingAnswers, *, enabled_source_count: int) -> GatingVerdict:
    """Decides from the answers and the number of enabled sources (of enabled capabilities)."""
    reasons = []
    missing = missing_questions(answers, REQUIRED_QUESTIONS)
    if missing:
        text = f"Answer these onboarding questions first: {', '.join(missing)}."
        reasons.append((MISSING_TIER0_FIELDS, text))
    if enabled_source_count == 0:
        text = "Add or enable at least one source, for example: brandbrain source add BRAND instagram.posts HANDLE."
        reasons.append((NO_ENABLED_SOURCES, text))
    return GatingVerdict(tuple(reasons))
