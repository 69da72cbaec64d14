"""What each failure of asking a provider means, in our own words: a provider's may hold a key or a brand's text.

limits of tokens or cost                     UsageLimitExceeded
over the time limit                          RunTimedOut, ModelTimeoutError
refused to answer                            ContentFilterError
cut off                                      OutputTokenLimitExceeded
no valid output after the retries            UnexpectedModelBehavior
429, after the client's retries              ModelRateLimitError; out of credit: ModelQuotaExceededError
401, 403                                     ModelAuthenticationError
404                                          ModelNotFoundError
other 4xx, 5xx, after the client's retries   ModelHTTPError
no connection, unreadable body               ModelConnectionError and everything else
"""

from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelTimeoutError,
    OutputTokenLimitExceeded,
    RunTimedOut,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
    UserError,
)

from brandbrain_dagster.domain.compile.llm.language_model import OUTPUT_RETRIES

_SENTENCES: tuple[tuple[type[BaseException], str], ...] = (
    (UsageLimitExceeded, "The limit on tokens or cost of one compile was reached."),
    (RunTimedOut, "The language model did not answer within the time limit."),
    (ModelTimeoutError, "The language model did not answer within the time limit."),
    (ContentFilterError, "The language model refused to answer."),
    (OutputTokenLimitExceeded, "The language model's answer was cut off."),
    (ModelAuthenticationError, "The provider refused the key; check it, and that it may use the model."),
    (ModelQuotaExceededError, "The provider's account is out of credit or over its quota."),
    (ModelRateLimitError, "The provider answers that there are too many requests."),
    (ModelNotFoundError, "The provider does not know the model; check BRANDBRAIN_LLM_MODEL."),
)


def sentence_of(error: AgentRunError | UserError, rejected: str | None) -> str:
    """Returns what to tell people; ``rejected`` says what was wrong with the last output that was sent back."""
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return sentence
    if isinstance(error, UnexpectedModelBehavior):
        return f"The language model gave no answer that can be used: {rejected or 'none had the asked form.'}"
    if isinstance(error, ModelHTTPError):
        return f"The provider answers with status {error.status_code}."
    if isinstance(error, ModelAPIError):
        return "The provider cannot be reached, or its answer cannot be read."
    return "The language model cannot be asked in this way; check BRANDBRAIN_LLM_MODEL."


def is_all_counted(error: AgentRunError | UserError, *, answered: int) -> bool:
    """Says whether the ``answered`` requests are all that may be charged; a refused one (4xx) is not charged.

    A request that was sent and brought nothing readable may be charged all the same.
    """
    if isinstance(error, ModelHTTPError):
        return error.status_code < 500
    if isinstance(error, UsageLimitExceeded | ContentFilterError | OutputTokenLimitExceeded):
        return answered > 0
    return isinstance(error, UnexpectedModelBehavior) and answered > OUTPUT_RETRIES
