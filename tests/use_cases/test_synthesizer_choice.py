"""Who words a board, as the settings say: recorded answers of a model, our own sentences, or nobody; and its costs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from brandbrain_dagster.domain.opportunities.candidate import Candidate
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.llm.prompt import build_request
from brandbrain_dagster.domain.opportunities.synthesizer import DeterministicSynthesizer, Synthesizer, Worded
from brandbrain_dagster.errors import LakeError, WorkInterruptedError
from brandbrain_dagster.resources.board_rules import generation_ports
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.generate_board import GenerationPorts, generate_board
from tests.api.profile_api import running_api
from tests.unit.compile.llm_outputs import LIMITS
from tests.use_cases.boarded_brand import OUR_WORDS, BoardedBrand, boarded_brand

NOTHING = {"usd": 0.0, "boards": 0, "boards_unknown": 0, "requests": 0, "input_tokens": 0, "output_tokens": 0}


@dataclass
class RecordingFirst:
    """Records an answer to the very question that is asked next: our own words, each title with an end of its own."""

    asked: Synthesizer
    folder: Path
    ending: str = ", in one take"

    def word(self, candidates: Sequence[Candidate], context: BoardContext) -> Worded:
        drafts = OUR_WORDS.word(candidates, context).wordings
        request = build_request(candidates, drafts, context=context, limits=LIMITS)
        wordings = [
            {"key": key, "title": draft.title + self.ending, "angle": draft.angle, "why_now": draft.why_now}
            for key, draft in drafts.items()
        ]
        answer = {"output": {"wordings": wordings}, "model": "fake-1", "input_tokens": 1000, "output_tokens": 200}
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{request.hash}.json").write_bytes(msgspec.json.encode({**answer, "cost_usd": "0.25"}))
        return self.asked.word(candidates, context)


@pytest.fixture
def kiln(ledger: Ledger, tmp_path: Path) -> BoardedBrand:
    """A brand with a profile."""
    brand = boarded_brand(ledger, tmp_path / "lake")
    brand.publish()
    return brand


@pytest.fixture
def cassettes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the configured model's recorded answers, none yet."""
    monkeypatch.setenv("BRANDBRAIN_LLM_MODEL", f"cassette:{tmp_path / 'cassettes'}")
    return tmp_path / "cassettes"


def configured(kiln: BoardedBrand) -> GenerationPorts:
    """What a run works with by the settings, at the brand's time."""
    ports = generation_ports(
        load_settings(), ledger=kiln.ledger, lake=kiln.lake, clock=ClockResource(), is_stopping=lambda: False
    )
    return replace(ports, now=lambda: kiln.now)


def chosen(kiln: BoardedBrand) -> Synthesizer:
    synthesizer = configured(kiln).synthesizer
    assert synthesizer is not None
    return synthesizer


def test_configured_model_words_the_board(kiln: BoardedBrand, cassettes: Path) -> None:
    drafts = kiln.generate().board.opportunities
    board = kiln.generate(synthesizer=RecordingFirst(chosen(kiln), cassettes)).board
    assert (board.source, board.notes) == ("llm", ())
    assert board.opportunities
    assert {idea.title for idea in board.opportunities} == {f"{draft.title}, in one take" for draft in drafts}
    assert {(idea.id, idea.score) for idea in board.opportunities} == {(draft.id, draft.score) for draft in drafts}


def test_what_the_model_took_is_written_down_and_told_with_the_costs(
    kiln: BoardedBrand, cassettes: Path, ledger_url: str, tmp_path: Path
) -> None:
    kiln.generate()
    with running_api(ledger_url, home=tmp_path / "home") as api:
        url = f"/api/brands/{kiln.brand.id}/costs"
        assert api.client.get(url).json()["boards"] == NOTHING
        stored = kiln.generate(synthesizer=RecordingFirst(chosen(kiln), cassettes))
        usage = kiln.generation(stored.generation_id).llm_usage_json
        costs = api.client.get(url).json()
    assert usage == {
        "model": "fake-1",
        "requests": 1,
        "input_tokens": 1000,
        "output_tokens": 200,
        "cost_usd": 0.25,
    }
    taken = {"requests": 1, "input_tokens": 1000, "output_tokens": 200, "usd": 0.25}
    assert costs["boards"] == {**taken, "boards": 1, "boards_unknown": 0}
    assert costs["model"]["requests"] == 0


def test_what_attempts_took_that_did_not_end_well_is_not_forgotten(kiln: BoardedBrand, cassettes: Path) -> None:
    generation_id, first, second = kiln.ask(), uuid4(), uuid4()
    wording = RecordingFirst(chosen(kiln), cassettes)
    stops = iter([False, False, False, True])
    ports = kiln.ports(synthesizer=wording, is_stopping=lambda: next(stops))
    taken = kiln.begin(generation_id, first)
    with pytest.raises(WorkInterruptedError):
        generate_board(taken, lease_token=first, ports=ports)
    kiln.fail(taken, LakeError("The disk is full."))
    generate_board(kiln.begin(generation_id, second), lease_token=second, ports=kiln.ports(synthesizer=wording))
    usage = kiln.generation(generation_id).llm_usage_json
    assert (usage["requests"], usage["input_tokens"], usage["cost_usd"]) == (2, 2000, 0.5)


def test_model_that_gives_no_answer_leaves_our_words_and_a_note(kiln: BoardedBrand, cassettes: Path) -> None:
    drafts = kiln.generate().board.opportunities
    stored = kiln.generate(synthesizer=chosen(kiln))
    board = stored.board
    assert (board.source, board.opportunities) == ("deterministic", drafts)
    (note,) = board.notes
    assert note.startswith("The ideas are not in the words of cassette:cassettes")
    assert "No answer is recorded" in note
    assert str(cassettes.parent) not in note
    assert "No answer is recorded" in kiln.generation(stored.generation_id).llm_usage_json["fallback_reason"]


def test_answer_in_bad_words_leaves_our_words_and_a_note(kiln: BoardedBrand, cassettes: Path) -> None:
    drafts = kiln.generate().board.opportunities
    board = kiln.generate(synthesizer=RecordingFirst(chosen(kiln), cassettes, ending=", a game-changer")).board
    assert (board.source, board.opportunities) == ("deterministic", drafts)
    assert "cannot be used" in board.notes[0]


@pytest.mark.parametrize("model", [None, "cassette:recorded"])
def test_our_own_words_are_used_without_a_model_or_where_a_setting_says_so(
    kiln: BoardedBrand, model: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BRANDBRAIN_LLM_MODEL", raising=False)
    if model is not None:
        monkeypatch.setenv("BRANDBRAIN_LLM_MODEL", model)
        monkeypatch.setenv("BRANDBRAIN_BOARD_SYNTHESIS", "deterministic")
    assert isinstance(chosen(kiln), DeterministicSynthesizer)
    stored = kiln.generate(synthesizer=chosen(kiln))
    assert (stored.board.source, stored.board.notes) == ("deterministic", ())
    assert kiln.generation(stored.generation_id).llm_usage_json == {}


def test_nobody_is_asked_where_synthesis_is_switched_off(
    kiln: BoardedBrand, cassettes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRANDBRAIN_BOARD_SYNTHESIS", "off")
    assert configured(kiln).synthesizer is None
