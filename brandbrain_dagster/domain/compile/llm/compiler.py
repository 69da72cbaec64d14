"""The LLM compiler: answers as they are, figures computed, and a language model for what is left to be inferred.

A model is never asked for a taboo, a risk boundary, a figure or a confidence. Where no usable answer comes, the draft
is the extractive one and says so.
"""

from collections.abc import Callable

from brandbrain_dagster.domain.compile.brand_inputs import CompilerIdentity
from brandbrain_dagster.domain.compile.compiler import CompileInputs, Draft
from brandbrain_dagster.domain.compile.extractive.compiler import EXTRACTIVE_VERSION, ExtractiveCompiler
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading
from brandbrain_dagster.domain.compile.llm.assembly import put_draft_into
from brandbrain_dagster.domain.compile.llm.draft_problems import Question, read_draft
from brandbrain_dagster.domain.compile.llm.language_model import (
    LanguageModel,
    LanguageModelError,
    ModelLimits,
    checked_answer,
    nothing_asked,
    usage_without_answer,
)
from brandbrain_dagster.domain.compile.llm.profile_draft import fields_to_ask
from brandbrain_dagster.domain.compile.llm.prompt import build_request, prompt_version
from brandbrain_dagster.domain.compile.snapshot_schema import SCHEMA_VERSION, CompilerMeta, SnapshotDocument
from brandbrain_dagster.errors import ConfigurationError

LLM_VERSION = "1"
"""Raised whenever the same output of a model would give another draft, or another output would be accepted."""
_NAME = "llm"


class LlmCompiler:
    """Drafts with a language model.

    Args:
        model: the model's name as people configure it; part of the input hash.
        limits: what one draft may take.
        open_model: makes the model when it is needed; nothing of a provider is loaded before.
    """

    def __init__(self, *, model: str, limits: ModelLimits, open_model: Callable[[], LanguageModel]) -> None:
        self._model = model
        self._limits = limits
        self._open_model = open_model
        self._extractive = ExtractiveCompiler()

    @property
    def identity(self) -> CompilerIdentity:
        """Name, model and prompt; the version names the extractive compiler's too, whose figures are in every draft."""
        return CompilerIdentity(
            name=_NAME,
            version=f"{LLM_VERSION}-extractive-{EXTRACTIVE_VERSION}",
            model=self._model,
            prompt_version=prompt_version(),
            schema_version=SCHEMA_VERSION,
        )

    def draft(self, inputs: CompileInputs) -> Draft:
        """Returns the draft, and what asking for it took."""
        document = self._extractive.draft(inputs).document
        answers = inputs.answers
        reading = BundleReading(inputs.bundle.items, inputs.stats, brand_name=inputs.brand_name, taboos=inputs.taboos)
        own = {text.item.id for text in reading.texts}
        shown = [item for item in inputs.bundle.items if item.id in own and (item.text_primary or item.text_secondary)]
        if not shown:
            return self._signed(document, llm_usage=nothing_asked(self._model).to_json())
        question = Question(
            fields=fields_to_ask(answers),
            items={item.id: item for item in shown},
            pillar_names=answers.pillars_seed,
            is_allowed=reading.is_allowed,
        )
        request = build_request(
            question.fields,
            brand_name=inputs.brand_name,
            answers=answers,
            taboos=inputs.taboos,
            items=shown,
            limits=self._limits,
        )
        try:
            response = checked_answer(self._open_model(), request, question.problems_of)
        except (LanguageModelError, ConfigurationError) as error:
            document.meta.compiler.fallback_from = _NAME
            return Draft(document=document, llm_usage=usage_without_answer(error, self._model))
        put_draft_into(document, read_draft(response.output), question.fields, answers=answers, reading=reading)
        return self._signed(document, llm_usage=response.usage.to_json())

    def _signed(self, document: SnapshotDocument, *, llm_usage: dict[str, object]) -> Draft:
        identity = self.identity
        document.meta.compiler = CompilerMeta(
            name=identity.name,
            version=identity.version,
            model=identity.model,
            prompt_version=identity.prompt_version,
        )
        return Draft(document=document, llm_usage=llm_usage)
