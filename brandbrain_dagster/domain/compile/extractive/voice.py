"""Voice: tone tags by documented thresholds, do and don't in plain sentences, policies from figures."""

from brandbrain_dagster.domain.compile.extractive.field_nodes import answered, inferred, no_text
from brandbrain_dagster.domain.compile.extractive.habits import compile_donts, compile_dos
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, cite
from brandbrain_dagster.domain.compile.extractive.tone import (
    MIN_ITEMS,
    compile_tone_tags,
    ranked_items,
    too_little_voice,
)
from brandbrain_dagster.domain.compile.extractive.voice_figures import VoiceFigures
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, Voice
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy, Usage

EMOJI_USAGE = ((0.05, Usage.NONE), (1.0, Usage.MINIMAL), (4.0, Usage.MODERATE), (float("inf"), Usage.HEAVY))
"""Average emoji an item, up to which the usage is called so."""
_CTA_POLICY = ((0.05, CtaPolicy.NONE), (0.4, CtaPolicy.SOFT), (0.8, CtaPolicy.DIRECT), (1.01, CtaPolicy.AGGRESSIVE))
"""Share of items with a call to action, below which the policy is called so."""


def compile_voice(answers: OnboardingAnswers, reading: BundleReading) -> Voice:
    """Returns the voice: answered tone words and call-to-action posture, the rest from how the brand writes."""
    figures = VoiceFigures.of(reading.voice_stats)
    return Voice(
        tone_tags=compile_tone_tags(answers, figures, reading),
        do=compile_dos(figures, reading),
        dont=compile_donts(answers, figures, reading),
        cta_policy=_cta_policy(answers, figures, reading),
        emoji_policy=_emoji_policy(figures, reading),
    )


def _cta_policy(answers: OnboardingAnswers, figures: VoiceFigures, reading: BundleReading) -> FieldNode[CtaPolicy]:
    if answers.cta_posture:
        return answered(answers.cta_posture, "tier0.cta_posture")
    if figures.item_count < MIN_ITEMS:
        return no_text(*too_little_voice(figures, "Answer tier0.cta_posture"))
    policy = next(policy for below, policy in _CTA_POLICY if figures.cta < below)
    return inferred(policy, cite(text.item for text in reading.voice_texts))


def _emoji_policy(figures: VoiceFigures, reading: BundleReading) -> FieldNode[Usage]:
    if figures.item_count < MIN_ITEMS:
        return no_text(*too_little_voice(figures, "Override voice.emoji_policy"))
    usage = next(usage for up_to, usage in EMOJI_USAGE if figures.emoji_each <= up_to)
    ids = [item_id for entry in reading.voice_stats["emoji_stats"]["top_emoji"] for item_id in entry["item_ids"]]
    return inferred(usage, reading.cited(ids) or cite(ranked_items(reading)))
