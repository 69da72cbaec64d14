"""What a board asks of its evidence, as the settings say; nothing of Dagster is needed to know it."""

from brandbrain_dagster.domain.opportunities.gate_config import GateConfig, default_gate_config
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.use_cases.today_board import EnqueuingRules


def gate_config(settings: Settings) -> GateConfig:
    """Returns the thresholds that a board's evidence must meet."""
    return default_gate_config(settings.min_evidence_items, settings.required_board_platforms)


def enqueuing_rules(settings: Settings) -> EnqueuingRules:
    """Returns what asking for a first board goes by; it is tried as often as a compile."""
    return EnqueuingRules(min_items=settings.min_evidence_items, max_attempts=settings.compile_max_attempts)
