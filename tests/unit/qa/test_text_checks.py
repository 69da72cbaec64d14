"""Taboo terms and private text: planted in every text of a good draft, found in every one."""

from dataclasses import replace

import pytest

from brandbrain_dagster.domain.ingestion.evidence_status import Disposition
from brandbrain_dagster.domain.qa.subject import QaSubject
from tests.unit.compile.brands import ROASTER_ANSWERS, roaster
from tests.unit.qa.drafts import check_of, paths_of, planted, source_outcome, subject_of

CHOICES = ("voice.cta_policy.value", "voice.emoji_policy.value")
ABOUT_THE_BRAND = (".value", ".value.0", ".quote", ".keyphrases.0", ".excerpt", ".why")
FOR_THE_OWNER = (".abstained.reason", ".abstained.next_step", "missing_inputs.0")


@pytest.fixture(scope="module")
def good() -> QaSubject:
    return subject_of(platforms=["youtube"])


@pytest.mark.parametrize("check", ["no_taboo_terms", "no_private_text"])
def test_a_good_draft_passes(good: QaSubject, check: str) -> None:
    assert check_of(good, check).status == "PASS"


@pytest.mark.parametrize("said", ["A cheap treat.", "so CHEAP!", "#cheap"])
def test_a_taboo_term_is_found_in_every_text(good: QaSubject, said: str) -> None:
    paths = [path for path in paths_of(good, *ABOUT_THE_BRAND) if path not in CHOICES]
    assert len(paths) > 60
    for path in paths:
        found = check_of(planted(good, (path, said)), "no_taboo_terms")
        assert (found.status, list(found.paths)) == ("FAIL", [path])
        assert "“cheap”" in found.message


def test_a_taboo_term_of_an_override_counts(good: QaSubject) -> None:
    spoilt = replace(good, overridden_taboos=["coffee roastery"])
    paths = check_of(spoilt, "no_taboo_terms").paths
    assert "positioning.who_for.value" in paths
    assert "positioning.what_we_do.value" not in paths


def test_a_choice_from_a_list_is_no_text(good: QaSubject) -> None:
    assert good.document.voice.emoji_policy.value == "none"
    paths = check_of(replace(good, overridden_taboos=["none", "soft"]), "no_taboo_terms").paths
    assert "voice.dont.value.0" in paths
    assert not set(CHOICES) & set(paths)


def test_an_answer_may_hold_a_taboo_term_and_an_address() -> None:
    answers = {
        **ROASTER_ANSWERS,
        "tier0.what_we_do": "Never cheap: hello@acme.example",
        "tier1.pillars_seed": ["Cheap"],
    }
    subject = subject_of(answers=answers)
    for check in ("no_taboo_terms", "no_private_text"):
        assert check_of(subject, check).status == "PASS"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Write to hello@acme.example.", "an e-mail address"),
        ("Call +31 20 123 45 67.", "a telephone number"),
        ("The key is sk-" + "a1" * 12, "a secret"),
        ("Our password: hunter22", "a secret"),
    ],
)
def test_private_text_is_found_in_every_text_and_not_repeated(good: QaSubject, said: str, kind: str) -> None:
    paths = [path for path in paths_of(good, *ABOUT_THE_BRAND, *FOR_THE_OWNER) if path not in CHOICES]
    assert len(paths) > 90
    for path in paths:
        found = check_of(planted(good, (path, said)), "no_private_text")
        assert (found.status, list(found.paths)) == ("FAIL", [path])
        assert kind in found.message
        assert not {"hello@", "123", "a1a1", "hunter22"} & set(found.message.replace(".", " ").split())
        assert said not in found.message


def test_what_a_source_gave_as_its_reason_is_no_text_of_ours() -> None:
    failed = source_outcome(Disposition.FAILED, error="The actor is gone; ask help@actors.example or +31 20 123 45 67.")
    subject = subject_of(roaster(), outcomes=[failed])
    assert any("help@actors.example" in text for text in subject.document.meta.missing_inputs)
    assert check_of(subject, "no_private_text").status == "PASS"
