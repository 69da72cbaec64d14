"""Generating one brand's board within a Dagster run, and telling Dagster what came of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import dagster as dg
import msgspec

from brandbrain_dagster.assets.brand_checks import brand_check
from brandbrain_dagster.assets.run_ports import RunPorts
from brandbrain_dagster.domain.compile.canonical_json import canonical_hash
from brandbrain_dagster.domain.opportunities.board import Board
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity
from brandbrain_dagster.errors import BrandBrainError, LeaseLostError
from brandbrain_dagster.resources.board_rules import generation_ports
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger import boards
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.stores.ledger.boards import StoredBoard
from brandbrain_dagster.use_cases.attempt_generation import begin_generation, begin_own_generation, fail_generation
from brandbrain_dagster.use_cases.generate_board import GenerationPorts, generate_board

BOARD = "opportunities_board"
_SUCCEEDS, _RESOLVES = "generation_succeeds", "ids_resolve"
CHECKS = (
    brand_check(BOARD, _SUCCEEDS, "The brand's newest generation left a board that is no error."),
    brand_check(BOARD, _RESOLVES, "Every opportunity and every evidence item that the board names is there."),
)


def run_board(brand_id: UUID, generation_id: UUID | None, ports: RunPorts) -> None:
    """Generates a brand's board; without a generation that was enqueued, the run is one itself.

    Raises:
        BrandBrainError: something went wrong; the text says what to do, and the attempt has ended.
    """
    ports.ledger.hold_brand(brand_id)
    try:
        stored = _generate(brand_id, generation_id, ports)
    except LeaseLostError:
        raise
    except BrandBrainError as error:
        ports.events.log(_evaluation(brand_id, _SUCCEEDS, passed=False, description=str(error)))
        raise
    finally:
        ports.ledger.release_brand(brand_id)
    _tell(stored, ports)


def _generate(brand_id: UUID, generation_id: UUID | None, ports: RunPorts) -> StoredBoard:
    lease_token, attempt = ports.clock.new_id(), _attempt_ports(ports)
    claim: dict[str, Any] = {"lease_token": lease_token, "dagster_run_id": ports.run_id, "ports": attempt}
    if generation_id is None:
        generation = begin_own_generation(brand_id, **claim)
    else:
        generation = begin_generation(generation_id, **claim)
    try:
        with ports.ledger.leases.kept(GENERATIONS, generation.id, lease_token, on_loss=lambda: None):
            return generate_board(generation, lease_token=lease_token, ports=attempt)
    except LeaseLostError:
        raise
    except BaseException as error:  # the attempt's boundary: whatever it was, the ledger must know
        why = ports.why_ended(error)
        fail_generation(generation, why, lease_token=lease_token, ports=attempt)
        raise why from error


def _attempt_ports(ports: RunPorts) -> GenerationPorts:
    return generation_ports(
        ports.settings,
        ledger=ports.ledger.ledger,
        lake=ports.lake,
        clock=ports.clock,
        is_stopping=ports.stopping.is_set,
    )


def _tell(stored: StoredBoard, ports: RunPorts) -> None:
    version = canonical_hash(msgspec.to_builtins(stored.board))
    ports.events.log(
        dg.AssetMaterialization(
            BOARD,
            partition=str(stored.brand_id),
            metadata=_metadata(stored, ports.settings),
            tags={"dagster/data_version": version},
        )
    )
    with ports.ledger.ledger.read() as conn:
        dangling = boards.list_dangling_ids(conn, board_id=stored.id)
    ports.events.log(_evaluation(stored.brand_id, _SUCCEEDS, passed=True))
    ports.events.log(
        _evaluation(
            stored.brand_id,
            _RESOLVES,
            passed=not dangling,
            description=f"These ids name nothing: {', '.join(map(str, dangling))}." if dangling else None,
        )
    )


def _metadata(stored: StoredBoard, settings: Settings) -> Mapping[str, dg.MetadataValue]:
    board: Board = stored.board
    told: dict[str, dg.MetadataValue] = {
        "state": dg.MetadataValue.text(board.state.value),
        "opportunities": dg.MetadataValue.md(_ideas_markdown(board.opportunities)),
        "opportunity_count": dg.MetadataValue.int(len(board.opportunities)),
        "evidence_items": dg.MetadataValue.int(len(board.evidence_ids)),
        "gate_config_version": dg.MetadataValue.text(board.gate_config_version),
        "timings_ms": dg.MetadataValue.json(dict(stored.timings_ms)),
        "brand_page": dg.MetadataValue.url(settings.brand_page(stored.brand_id)),
        "board_id": dg.MetadataValue.text(str(stored.id)),
        "snapshot_id": dg.MetadataValue.text(str(stored.snapshot_id)),
        "generation_id": dg.MetadataValue.text(str(stored.generation_id)),
    }
    ready_reason = board.ready_reason.value if board.ready_reason else None
    sentences = {"reason": board.reason or ready_reason, "remediation": board.remediation}
    return told | {name: dg.MetadataValue.text(text) for name, text in sentences.items() if text}


def _ideas_markdown(ideas: tuple[Opportunity, ...]) -> str:
    lines = ["| score | type | channel | title | why now |", "| --- " * 5 + "|"]
    lines += [
        f"| {idea.score} | {idea.type} | {idea.primary_channel} | {_cell(idea.title)} | {_cell(idea.why_now)} |"
        for idea in ideas
    ]
    return "\n".join(lines) if ideas else "None."


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _evaluation(brand_id: UUID, check: str, *, passed: bool, description: str | None = None) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(BOARD),
        check_name=check,
        passed=passed,
        description=description,
        partition=str(brand_id),
    )
