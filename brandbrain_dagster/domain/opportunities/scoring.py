"""The score of an opportunity: one formula over five parts of 0..4, and its explanation."""

from collections.abc import Mapping

from brandbrain_dagster.domain.opportunities.opportunity import ScoreBreakdown

WEIGHTS: Mapping[str, int] = {
    "clarity": 25,
    "strategic_fit": 25,
    "timeliness": 20,
    "differentiation": 15,
    "execution_readiness": 15,
}
"""What each part counts, in hundredths (opportunities)."""
HIGHEST_PART = 4
CAPPED_AT = 40
"""The most that an idea scores whose clarity or strategic fit is 0 (opportunities)."""
_CAPPING = ("clarity", "strategic_fit")


def score_of(breakdown: ScoreBreakdown) -> int:
    """Returns round(100 · Σ weight · part / 4), 0..100, a half rounded up; at most `CAPPED_AT` where a part caps it."""
    return min(_uncapped(breakdown), CAPPED_AT) if _caps(breakdown) else _uncapped(breakdown)


def explain(breakdown: ScoreBreakdown) -> str:
    """Returns the score with all five parts, the strongest first, and the cap where it applies, as a sentence."""
    parts = sorted(WEIGHTS, key=lambda part: -getattr(breakdown, part))
    shown = ", ".join(f"{part.replace('_', ' ')} {getattr(breakdown, part)}" for part in parts)
    text = f"{score_of(breakdown)} of 100; of {HIGHEST_PART} points each: {shown}."
    if _caps(breakdown) and _uncapped(breakdown) > CAPPED_AT:
        causes = " and ".join(part.replace("_", " ") for part in _caps(breakdown))
        text += f" Without any {causes} it gets no more than {CAPPED_AT}."
    return text


def _uncapped(breakdown: ScoreBreakdown) -> int:
    total: int = sum(weight * getattr(breakdown, part) for part, weight in WEIGHTS.items())
    return (2 * total + HIGHEST_PART) // (2 * HIGHEST_PART)


def _caps(breakdown: ScoreBreakdown) -> list[str]:
    return [part for part in _CAPPING if getattr(breakdown, part) == 0]
