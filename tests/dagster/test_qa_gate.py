"""QA is a gate: what fails an error check is never published, and everybody is told why."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

import brandbrain_dagster.assets.brandbrain_snapshot
from brandbrain_dagster.domain.compile.brand_inputs import CompilerIdentity
from brandbrain_dagster.domain.compile.compiler import CompileInputs, Compiler, Draft
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, SnapshotDocument, SourceRef
from brandbrain_dagster.stores.ledger import compile_runs, onboarding, snapshots
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.dagster.brand_runs import Brands
from tests.use_cases.collecting import utc_now
from tests.workplace import ANSWERS

Spoil = Callable[[SnapshotDocument, CompileInputs], None]


class CarelessCompiler:
    """The extractive compiler, but its draft is spoiled."""

    def __init__(self, spoil: Spoil) -> None:
        self._spoil = spoil

    @property
    def identity(self) -> CompilerIdentity:
        return ExtractiveCompiler().identity

    def draft(self, inputs: CompileInputs) -> Draft:
        draft = ExtractiveCompiler().draft(inputs)
        self._spoil(draft.document, inputs)
        return replace(draft, llm_usage={"model": "m", "requests": 1, "input_tokens": 7, "output_tokens": 3})


def says_a_taboo(document: SnapshotDocument, inputs: CompileInputs) -> None:
    cited = SourceRef(type="evidence", id=inputs.bundle.items[0].id)
    document.voice.do = FieldNode(value=["Say that it is cheap."], sources=[cited])


def gives_a_telephone_number_away(document: SnapshotDocument, inputs: CompileInputs) -> None:
    cited = SourceRef(type="evidence", id=inputs.bundle.items[0].id)
    document.positioning.proof_types = FieldNode(value=["Call +31 20 123 45 67 now."], sources=[cited])


def infers_a_taboo(document: SnapshotDocument, inputs: CompileInputs) -> None:
    cited = SourceRef(type="evidence", id=inputs.bundle.items[0].id)
    document.constraints.risk_boundaries = FieldNode(value=["politics"], sources=[cited])


def forgets_a_platform(document: SnapshotDocument, inputs: CompileInputs) -> None:
    document.platform_profiles.clear()


def versions(ledger: Ledger, brand_id: UUID) -> list[int]:
    with ledger.read() as conn:
        return [snapshot.version for snapshot in snapshots.list_snapshots(conn, brand_id=brand_id)]


@pytest.mark.parametrize(
    ("spoil", "check_id"),
    [
        (says_a_taboo, "no_taboo_terms"),
        (gives_a_telephone_number_away, "no_private_text"),
        (infers_a_taboo, "taboos_not_inferred"),
        (forgets_a_platform, "platforms_have_profiles"),
    ],
)
def test_draft_that_fails_qa_leaves_the_snapshot_before_in_place(
    brands: Brands, monkeypatch: pytest.MonkeyPatch, spoil: Spoil, check_id: str
) -> None:
    (brand_id,) = brands.add(1)
    result = brands.run_batch(brands.enqueue([brand_id]))
    assert brands.checks(result, brand_id)["qa"]
    with brands.ledger.begin() as conn:
        answers = {**ANSWERS, "tier0.taboos": ["cheap"]}
        onboarding.upsert_onboarding(conn, brand_id=brand_id, tier=0, answers_json=answers, now=utc_now())

    def careless(*_: Any, **__: Any) -> Compiler:
        return CarelessCompiler(spoil)

    monkeypatch.setattr(brandbrain_dagster.assets.brandbrain_snapshot, "chosen_compiler", careless)
    (compile_run_id,) = brands.enqueue([brand_id])
    failed = brands.run_batch([compile_run_id])
    with brands.ledger.read() as conn:
        run = compile_runs.get_compile_run(conn, compile_run_id=compile_run_id)
    assert (run.status, run.attempts) == (WorkStatus.FAILED, 1)
    found = {check["id"]: check for check in run.qa_report_json["checks"]}
    assert (run.qa_report_json["status"], found[check_id]["status"]) == ("FAIL", "FAIL")
    assert found[check_id]["message"] in str(run.error)
    assert run.draft_json["meta"]["schema_version"] == "v1"
    assert run.llm_usage_json["input_tokens"] == 7
    assert versions(brands.ledger, brand_id) == [1]
    checks = brands.checks(failed, brand_id)
    assert (checks["qa"], checks["compile_succeeds"]) == (False, False)
