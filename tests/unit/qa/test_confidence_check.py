"""``confidence_within_caps``: nothing is surer than the rule allows."""

from collections.abc import Sequence

import msgspec
import pytest

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.qa.subject import QaSubject
from tests.fakes.evidence_items import make_item
from tests.unit.compile.brands import roaster
from tests.unit.compile.profiles import fields_of
from tests.unit.qa.drafts import check_of, planted, subject_of

CHECK = "confidence_within_caps"
PAGES = [make_item(str(n), "We are a bakery for people who care for bread.", platform="web") for n in range(4)]


@pytest.mark.parametrize("items", [[], PAGES, roaster()])
@pytest.mark.parametrize("answers", [None, {}])
def test_confidences_set_by_the_rule_pass(items: Sequence[EvidenceItem], answers: dict[str, str] | None) -> None:
    assert check_of(subject_of(items, answers), CHECK).status == "PASS"


@pytest.mark.parametrize("items", [[], PAGES, roaster()])
def test_a_confidence_above_the_rule_is_found_in_every_field(items: Sequence[EvidenceItem]) -> None:
    good = subject_of(items)
    fields = fields_of(msgspec.to_builtins(good.document))
    assert len(fields) > 10
    for path, node in fields.items():
        claimed = 0.1 if node["confidence"] is None else node["confidence"] + 0.01
        found = check_of(planted(good, (f"{path}.confidence", claimed)), CHECK)
        assert (found.status, list(found.paths)) == ("FAIL", [f"{path}.confidence"])


def test_a_confidence_that_is_missing_or_negative_is_found(good: QaSubject) -> None:
    for claimed in (None, -0.1):
        spoilt = planted(good, ("voice.do.confidence", claimed))
        assert list(check_of(spoilt, CHECK).paths) == ["voice.do.confidence"]


def test_a_confidence_below_the_rule_passes(good: QaSubject) -> None:
    assert check_of(planted(good, ("voice.do.confidence", 0.05)), CHECK).status == "PASS"


def test_a_lost_source_makes_the_confidence_too_high(good: QaSubject) -> None:
    spoilt = planted(good, ("voice.emoji_policy.sources", []))
    assert list(check_of(spoilt, CHECK).paths) == ["voice.emoji_policy.confidence"]


def test_a_summary_of_other_figures_is_found(good: QaSubject) -> None:
    for section in ("positioning", "voice", "pillars", "constraints", "platform_profiles", "examples"):
        path = f"meta.confidence_summary.{section}"
        spoilt = planted(good, (path, {"min": 0.99, "mean": 0.99, "band": "high"}))
        assert list(check_of(spoilt, CHECK).paths) == [path]


@pytest.fixture(scope="module")
def good() -> QaSubject:
    return subject_of()
