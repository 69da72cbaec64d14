"""The LLM synthesizer: the same candidates in a language model's words, where those pass the rules for all words.

A model is never asked for a score, a choice or a figure. Where no usable answer comes, the words are the deterministic
ones and a note says so; that it was too dear says nothing about the evidence.
"""

from collections.abc import Callable, Sequence

from brandbrain_dagster.domain.compile.llm.language_model import (
    LanguageModel,
    LanguageModelError,
    ModelLimits,
    checked_answer,
    nothing_asked,
    usage_without_answer,
)
from brandbrain_dagster.domain.opportunities.candidate import Candidate
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.llm.draft_problems import Question
from brandbrain_dagster.domain.opportunities.llm.prompt import build_request
from brandbrain_dagster.domain.opportunities.llm.wording_draft import read_draft
from brandbrain_dagster.domain.opportunities.synthesizer import DETERMINISTIC, Worded
from brandbrain_dagster.domain.opportunities.validity import WordingRules, source_problems
from brandbrain_dagster.domain.opportunities.wording import word_candidates
from brandbrain_dagster.errors import ConfigurationError

_NAME = "llm"


class LlmSynthesizer:
    """Words candidates with a language model.

    Args:
        model: the model's name as people configure it.
        limits: what the words of one board may take.
        open_model: makes the model when it is needed; nothing of a provider is loaded before.
    """

    def __init__(self, *, model: str, limits: ModelLimits, open_model: Callable[[], LanguageModel]) -> None:
        self._model = model
        self._limits = limits
        self._open_model = open_model

    def word(self, candidates: Sequence[Candidate], context: BoardContext) -> Worded:
        """Returns a wording of each candidate; none is asked for one that cites what the brand never says."""
        drafts = word_candidates(candidates, context)
        rules = WordingRules(taboos=tuple(context.snapshot.constraints.taboos.value or ()))
        asked = [candidate for candidate in candidates if not source_problems(candidate, rules)]
        if not asked:
            return Worded(wordings=drafts, source=DETERMINISTIC, llm_usage=nothing_asked(self._model).to_json())
        request = build_request(asked, drafts, context=context, limits=self._limits)
        try:
            question = Question(candidates=asked, rules=rules)
            response = checked_answer(self._open_model(), request, question.problems_of)
        except (LanguageModelError, ConfigurationError) as error:
            return Worded(
                wordings=drafts,
                source=DETERMINISTIC,
                notes=(f"The ideas are not in the words of {self._model}, which gave none that can be used: {error}",),
                llm_usage=usage_without_answer(error, self._model),
            )
        worded = {entry.key: entry.wording for entry in read_draft(response.output).wordings}
        return Worded(wordings={**drafts, **worded}, source=_NAME, llm_usage=response.usage.to_json())
