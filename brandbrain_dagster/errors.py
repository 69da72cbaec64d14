"""Every error the project raises on purpose, and whether trying again can help.

An error's text is one sentence for the person at the keyboard: what was done, what is wrong, what to do next.

    BrandBrainError
    ├── InvalidInputError            what the caller gave cannot be used                       permanent
    │   ├── InvalidIdentifierError   an identifier that does not name a profile of the platform
    │   ├── InvalidAnswersError      onboarding answers with a wrong type or value
    │   ├── InvalidBrandNameError    a name or slug that no address can be made of
    │   ├── PromptBudgetError        a budget of tokens that the constraints alone exceed
    │   ├── UnknownCapabilityError   a platform.capability that is not registered
    │   └── UnknownContentTypeError  evidence of a (platform, content type) that is not registered
    ├── ConfigurationError           a setting is missing or wrong                             permanent
    ├── NotFoundError                the named thing does not exist                            permanent
    ├── ConflictError                the thing is there already, or busy                       permanent
    ├── CompileGatingError           a compile may not start yet                               permanent
    ├── WorkInterruptedError           the process was asked to stop in the middle of its work   transient
    ├── WorkAbandonedError             the process at work died or fell silent                   transient
    ├── WorkCancelledError             somebody cancelled the work                               permanent
    ├── CheckFailedError             a stage's result is not fit for what follows              permanent
    │   └── DraftRejectedError       QA forbids publishing the draft
    ├── LeaseLostError               another process has taken the work over                   permanent
    ├── LedgerUnavailableError       PostgreSQL cannot be started or reached                   transient
    ├── LakeError                    a lake file cannot be read or written                     transient
    └── ApifyError                   a call to Apify failed; see clients/apify for the table
        ├── ApifyCredentialsError    the token is missing, wrong or lacks a permission         permanent
        ├── ApifyPaymentError        out of credit or over the usage limit: stops the batch    permanent
        ├── ApifyRequestError        Apify refused the request                                 permanent
        ├── ApifyNotFoundError       the run, actor or dataset does not exist                  permanent
        ├── ApifyRunFailedError      the run ended FAILED, ABORTED or TIMED-OUT                transient
        ├── ApifyPollTimeoutError    the run was not over in time; it was aborted              transient
        ├── ApifyStartUnknownError   a start may or may not have happened                      transient
        └── ApifyUnavailableError    rate limits, 5xx, broken connections or bodies            transient
"""


class BrandBrainError(Exception):
    """Base of every deliberate error; ``str(error)`` is safe to show and holds no secret."""

    code = "error"
    is_transient = False


class InvalidInputError(BrandBrainError):
    """What the caller gave cannot be used as it is."""

    code = "invalid_input"


class InvalidIdentifierError(InvalidInputError):
    """An identifier that does not name a profile, channel or site of its platform."""

    code = "invalid_identifier"


class InvalidAnswersError(InvalidInputError):
    """Onboarding answers with a wrong type or value; ``problems`` are (path, message) pairs, all of them."""

    code = "invalid_answers"

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        named = "; ".join(f"{path}: {message}" for path, message in problems)
        super().__init__(f"The answers cannot be used, correct them and try again: {named}.")
        self.problems = problems


class InvalidBrandNameError(InvalidInputError):
    """A brand's name or slug that no address can be made of."""

    code = "invalid_brand_name"


class PromptBudgetError(InvalidInputError):
    """A budget of tokens within which not even a brand's constraints fit."""

    code = "prompt_budget"


class UnknownCapabilityError(InvalidInputError):
    """A ``platform.capability`` that is not in the registry."""

    code = "unknown_capability"


class UnknownContentTypeError(InvalidInputError):
    """Evidence of a (platform, content type) that is not in the registry."""

    code = "unknown_content_type"


class ConfigurationError(BrandBrainError):
    """A setting is missing or wrong; the text names the variable."""

    code = "configuration"


class NotFoundError(BrandBrainError):
    """The named brand, source, compile run or snapshot does not exist."""

    code = "not_found"


class ConflictError(BrandBrainError):
    """The thing exists already, or somebody else is working on it."""

    code = "conflict"


class CompileGatingError(BrandBrainError):
    """A compile may not start yet; ``reasons`` are (code, message) pairs, all of them."""

    code = "compile_gating"

    def __init__(self, reasons: tuple[tuple[str, str], ...]) -> None:
        super().__init__(" ".join(message for _, message in reasons))
        self.reasons = reasons


class WorkInterruptedError(BrandBrainError):
    """The process was asked to stop in the middle; what it was doing is handed back, and actor runs go on."""

    code = "work_interrupted"
    is_transient = True


class WorkAbandonedError(BrandBrainError):
    """The process at work died, or showed no sign of life for as long as its lease lasts."""

    code = "work_abandoned"
    is_transient = True


class WorkCancelledError(BrandBrainError):
    """Somebody cancelled the work; the actor runs of a compile are aborted."""

    code = "work_cancelled"

    def __init__(self) -> None:
        super().__init__("cancelled")


class CheckFailedError(BrandBrainError):
    """A check of a stage's result failed, so the stages after it have nothing sound to work with."""

    code = "check_failed"


class DraftRejectedError(CheckFailedError):
    """QA forbids publishing a draft; ``reasons`` are the sentences of the checks that failed, all of them."""

    code = "draft_rejected"

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(f"The profile was not published, the one before stays: {' '.join(reasons)}")
        self.reasons = reasons


class LeaseLostError(BrandBrainError):
    """The work was taken over: this process may neither publish nor finish it."""

    code = "lease_lost"


class LedgerUnavailableError(BrandBrainError):
    """PostgreSQL cannot be started or reached."""

    code = "ledger_unavailable"
    is_transient = True


class LakeError(BrandBrainError):
    """A lake file cannot be read or written; files already there are untouched."""

    code = "lake"
    is_transient = True


class ApifyError(BrandBrainError):
    """A call to Apify failed."""

    code = "apify"


class ApifyCredentialsError(ApifyError):
    """401 or 403: the token is missing, wrong or lacks a permission."""

    code = "apify_credentials"


class ApifyPaymentError(ApifyError):
    """402: out of credit or over the usage limit; nothing else in the batch can succeed."""

    code = "apify_payment"


class ApifyRequestError(ApifyError):
    """Apify refused the request itself (any other 4xx)."""

    code = "apify_request"


class ApifyNotFoundError(ApifyError):
    """404: the run, actor or dataset does not exist."""

    code = "apify_not_found"


class ApifyRunFailedError(ApifyError):
    """The actor run ended FAILED, ABORTED or TIMED-OUT."""

    code = "apify_run_failed"
    is_transient = True


class ApifyPollTimeoutError(ApifyError):
    """The actor run was not over within the poll timeout; it was aborted."""

    code = "apify_poll_timeout"
    is_transient = True


class ApifyStartUnknownError(ApifyError):
    """The start request broke off: a run may or may not exist, so the next attempt looks before it starts."""

    code = "apify_start_unknown"
    is_transient = True


class ApifyUnavailableError(ApifyError):
    """Rate limits, 5xx, broken connections or bodies, after the retries."""

    code = "apify_unavailable"
    is_transient = True
