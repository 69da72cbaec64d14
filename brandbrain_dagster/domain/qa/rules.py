"""Every check of a draft, in the order in which a report lists them."""

from brandbrain_dagster.domain.qa.answer_checks import find_altered_answers, find_inferred_taboos
from brandbrain_dagster.domain.qa.check import CheckRule
from brandbrain_dagster.domain.qa.confidence_check import find_excess_confidence
from brandbrain_dagster.domain.qa.contradictions import find_contradictions
from brandbrain_dagster.domain.qa.evidence_checks import (
    find_aged_evidence,
    find_failed_sources,
    find_fallback,
    find_quarantined_rows,
    find_thin_evidence,
    find_unfit_decisions,
)
from brandbrain_dagster.domain.qa.schema_check import find_schema_violations
from brandbrain_dagster.domain.qa.shape_checks import (
    find_duplicate_values,
    find_missing_profiles,
    find_odd_pillar_count,
)
from brandbrain_dagster.domain.qa.source_checks import (
    find_unknown_evidence,
    find_unproven_quotes,
    find_values_without_source,
)
from brandbrain_dagster.domain.qa.text_checks import find_private_text, find_taboo_terms

_COMPILE_AGAIN = "Compile again; if this stays, tell whoever runs the compiler, or compile with the extractive one."
_ANSWER_INSTEAD = "Answer the question for the field so that nothing needs to be inferred, or compile again."

SCHEMA_RULE = CheckRule(
    id="schema_valid",
    severity="error",
    find=find_schema_violations,
    passed="The draft has the form of a profile.",
    failed="The draft does not have the form of a profile",
    remedy=_COMPILE_AGAIN,
)
"""The first check: what is no profile cannot be looked at any further."""

RULES = (
    CheckRule(
        id="inferred_values_have_sources",
        severity="error",
        find=find_values_without_source,
        passed="Every value rests on an answer or on evidence.",
        failed="Some values rest on nothing",
        remedy=_ANSWER_INSTEAD,
    ),
    CheckRule(
        id="cited_evidence_in_bundle",
        severity="error",
        find=find_unknown_evidence,
        passed="All evidence that the draft names is among what was collected.",
        failed="The draft names evidence that was not collected for it, or tells it differently",
        remedy=_COMPILE_AGAIN,
    ),
    CheckRule(
        id="quotes_verbatim",
        severity="error",
        find=find_unproven_quotes,
        passed="Every quote stands in what it quotes, word for word.",
        failed="Some quotes are not what the brand wrote",
        remedy=_COMPILE_AGAIN,
    ),
    CheckRule(
        id="confidence_within_caps",
        severity="error",
        find=find_excess_confidence,
        passed="No value is called surer than what it rests on.",
        failed="Some values are not as sure as the draft says",
        remedy=_COMPILE_AGAIN,
    ),
    CheckRule(
        id="answers_as_given",
        severity="error",
        find=find_altered_answers,
        passed="Your answers stand as you gave them.",
        failed="Some answers do not stand as you gave them, or were never given",
        remedy=_COMPILE_AGAIN,
    ),
    CheckRule(
        id="taboos_not_inferred",
        severity="error",
        find=find_inferred_taboos,
        passed="Taboos, boundaries and your own examples come from people alone.",
        failed="The draft speaks for you where only you can",
        remedy="Answer tier0.taboos, tier2.risk_boundaries or tier1.good_examples yourself, or compile again.",
    ),
    CheckRule(
        id="no_taboo_terms",
        severity="error",
        find=find_taboo_terms,
        passed="No text that was written holds a taboo term.",
        failed="Some texts hold what the brand must not say",
        remedy=f"{_ANSWER_INSTEAD} If the term is allowed here, take it off the taboos.",
    ),
    CheckRule(
        id="platforms_have_profiles",
        severity="error",
        find=find_missing_profiles,
        passed="Every connected platform has its profile.",
        failed="Platforms and profiles do not match",
        remedy=_COMPILE_AGAIN,
    ),
    CheckRule(
        id="no_private_text",
        severity="error",
        find=find_private_text,
        passed="No text that was written shows a secret, an e-mail address or a telephone number.",
        failed="Some texts show what is private",
        remedy=f"{_ANSWER_INSTEAD} Change a secret that has been published anywhere.",
    ),
    CheckRule(
        id="duplicate_values",
        severity="warning",
        find=find_duplicate_values,
        passed="No list says the same thing twice.",
        failed="Some lists say the same thing twice",
        remedy="Remove one of the two by an answer or an override.",
    ),
    CheckRule(
        id="pillar_count",
        severity="warning",
        find=find_odd_pillar_count,
        passed="There are three to five pillars.",
        failed="A profile works best with three to five pillars",
        remedy="Name the themes yourself (question tier1.pillars_seed), or connect more sources.",
        names_paths=False,
    ),
    CheckRule(
        id="answers_contradict_evidence",
        severity="warning",
        find=find_contradictions,
        passed="What you answered and what the brand publishes do not contradict each other.",
        failed="The brand publishes otherwise than you answered",
        remedy="Change the answer, or what is published; the answer stands in the profile.",
        names_paths=False,
    ),
    CheckRule(
        id="evidence_age",
        severity="warning",
        find=find_aged_evidence,
        passed="No platform's evidence is older than 90 days.",
        failed="Some evidence is older than 90 days",
        remedy="Publish there again, or disconnect a source that is no longer used.",
        names_paths=False,
    ),
    CheckRule(
        id="thin_evidence",
        severity="warning",
        find=find_thin_evidence,
        passed="There are eight items of evidence or more.",
        failed="With fewer than eight items of evidence a profile is mostly guesswork",
        remedy="Connect another source, or raise the number of items collected.",
        names_paths=False,
    ),
    CheckRule(
        id="llm_fallback",
        severity="warning",
        find=find_fallback,
        passed="The compiler that was meant to write the profile wrote it.",
        failed="Another compiler than configured wrote the profile",
        remedy="Check the language model's key, budget and address, and compile again.",
        names_paths=False,
    ),
    CheckRule(
        id="failed_sources",
        severity="warning",
        find=find_failed_sources,
        passed="Every source could be collected.",
        failed="Some sources could not be collected",
        remedy="Check that the accounts exist and are public, and compile again.",
        names_paths=False,
    ),
    CheckRule(
        id="quarantined_items",
        severity="warning",
        find=find_quarantined_rows,
        passed="At most a tenth of what each source gave could not be read.",
        failed="More than a tenth of what a source gave could not be read",
        remedy="See why the rows were refused at the asset normalized_evidence; the actor may have changed its output.",
        names_paths=False,
    ),
    CheckRule(
        id="unfit_decisions",
        severity="warning",
        find=find_unfit_decisions,
        passed="Every override and pin could be applied.",
        failed="Some overrides or pins could not be applied",
        remedy="Remove them, or set them again with a value that fits the field.",
    ),
)
"""All other checks, errors before warnings."""
