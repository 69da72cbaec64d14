"""What a careful model answers about the synthetic roaster when nobody answered anything."""

from copy import deepcopy
from typing import Any

from brandbrain_dagster.domain.compile.llm.compiler import LlmCompiler
from brandbrain_dagster.domain.compile.llm.language_model import LanguageModel, ModelLimits
from tests.fakes.language_models import MODEL

LIMITS = ModelLimits(max_tokens=200_000, timeout_seconds=60)


def cited(item_id: str, quote: str | None = None, field: str | None = None) -> dict[str, Any]:
    return {"evidence_id": item_id, "quote": quote, "field": field}


GOOD_OUTPUT: dict[str, Any] = {
    "what_we_do": {
        "value": "Roasts coffee to order.",
        "citations": [cited("page-1", "we never roast before you order", "text_primary")],
    },
    "who_for": {
        "value": "Teams that want better coffee at work.",
        "citations": [cited("page-1", "We roast for teams that want better coffee at work.")],
    },
    "differentiators": [
        {
            "value": "Nothing is roasted before it is ordered.",
            "citations": [cited("page-1", "Unlike others, we never roast before you order.", "text_primary")],
        }
    ],
    "proof_types": [
        {
            "value": "Experience: over 900 cafés since 2011.",
            "citations": [cited("page-1", "Since 2011 more than 900 cafés have trusted us.", "text_primary")],
        }
    ],
    "tone_tags": [
        {"value": "exact", "citations": [cited("post-0", "We tasted the espresso twenty times")]},
        {"value": "welcoming", "citations": [cited("post-4")]},
    ],
    "do": [
        {"value": "Ask readers what they like.", "citations": [cited("post-1", "Which espresso roast do you like?")]},
        {"value": "Show the work behind the cup.", "citations": [cited("post-2"), cited("reel-1")]},
    ],
    "dont": [{"value": "Don't use emoji.", "citations": [cited("post-0"), cited("post-3")]}],
    "cta_policy": {"value": "soft", "citations": [cited("post-3", "learn to steam milk", "text_primary")]},
    "emoji_policy": {"value": "none", "citations": [cited("post-0")]},
    "pillars": [
        {
            "name": "Espresso roasts",
            "description": "Each roast is tasted until it is right.",
            "keyphrases": ["espresso", "roast"],
            "item_ids": ["post-0", "post-1", "post-2", "reel-1"],
            "citations": [cited("reel-1", "we show you how the espresso roast is made", "text_secondary")],
        },
        {
            "name": "Barista training",
            "description": "Training for baristas, at the bar and at home.",
            "keyphrases": ["barista training"],
            "item_ids": ["post-3", "post-4", "post-5"],
            "citations": [cited("post-5", "a barista training at home")],
        },
    ],
}
"""Its items are those of `tests.unit.compile.brands.roaster`."""


def output_with(path: str, value: Any) -> dict[str, Any]:
    """Returns the good output with another value at a dotted path; a new key is added."""
    output = deepcopy(GOOD_OUTPUT)
    *parents, last = path.split(".")
    part: Any = output
    for name in parents:
        part = part[int(name)] if isinstance(part, list) else part[name]
    part[int(last) if isinstance(part, list) else last] = value
    return output


def llm_compiler(model: LanguageModel, limits: ModelLimits = LIMITS) -> LlmCompiler:
    return LlmCompiler(model=MODEL, limits=limits, open_model=lambda: model)
