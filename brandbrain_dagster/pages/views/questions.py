"""The onboarding questions as people are asked them."""

from dataclasses import dataclass
from enum import StrEnum

from brandbrain_dagster.domain.onboarding.answers import REQUIRED_QUESTIONS
from brandbrain_dagster.domain.onboarding.platform_rules import PREFERRED_FORMATS, CtaPolicy


class AnswerKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LINES = "lines"
    CHOICE = "choice"
    CHOICES = "choices"
    CLAIMS = "claims"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question; ``choices`` are (value, label) where it is answered by choosing."""

    id: str
    label: str
    hint: str
    kind: AnswerKind
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def is_required(self) -> bool:
        """Whether nothing can be compiled without an answer."""
        return self.id in REQUIRED_QUESTIONS

    @property
    def tier(self) -> int:
        """The tier: 0 is asked first."""
        return int(self.id.removeprefix("tier")[0])


CTA_CHOICES = (
    (CtaPolicy.NONE.value, "Never asks"),
    (CtaPolicy.SOFT.value, "Invites gently"),
    (CtaPolicy.DIRECT.value, "Asks plainly"),
    (CtaPolicy.AGGRESSIVE.value, "Pushes"),
)
PLATFORM_NAMES = {"instagram": "Instagram", "linkedin": "LinkedIn", "tiktok": "TikTok", "youtube": "YouTube"}
"""The platforms that can be given rules and priority."""

QUESTIONS = (
    Question(
        id="tier0.what_we_do",
        label="What does the brand do?",
        hint="One or two sentences, as you would say it to a stranger.",
        kind=AnswerKind.TEXT,
    ),
    Question(id="tier0.who_for", label="Who is it for?", hint="The people you want to reach.", kind=AnswerKind.TEXT),
    Question(
        id="tier0.primary_goal",
        label="What should its content achieve?",
        hint="The one thing that counts most.",
        kind=AnswerKind.TEXT,
    ),
    Question(
        id="tier0.cta_posture",
        label="How does it ask people to act?",
        hint="Book, buy, follow, write.",
        kind=AnswerKind.CHOICE,
        choices=CTA_CHOICES,
    ),
    Question(
        id="tier0.edge",
        label="What sets it apart?",
        hint="One point a line.",
        kind=AnswerKind.LINES,
    ),
    Question(
        id="tier0.tone_words",
        label="How should it sound?",
        hint="A few words, one a line: warm, dry, precise.",
        kind=AnswerKind.LINES,
    ),
    Question(
        id="tier0.taboos",
        label="What must it never say?",
        hint="Words and claims, one a line. They are never guessed: only what stands here counts.",
        kind=AnswerKind.LINES,
    ),
    Question(
        id="tier1.priority_platforms",
        label="Which platforms matter most?",
        hint="Choose as many as you like.",
        kind=AnswerKind.CHOICES,
        choices=tuple(PLATFORM_NAMES.items()),
    ),
    Question(
        id="tier1.pillars_seed",
        label="Which themes should it be known for?",
        hint="Three to five, one a line.",
        kind=AnswerKind.LINES,
    ),
    Question(
        id="tier1.good_examples",
        label="What are you proud of?",
        hint="Texts or links of posts that sound right, one a line.",
        kind=AnswerKind.LINES,
    ),
    Question(
        id="tier1.key_pages",
        label="Which pages of the website say it best?",
        hint="Addresses, one a line. The first two are read together with the website.",
        kind=AnswerKind.LINES,
    ),
    Question(
        id="tier2.proof_claims",
        label="What can it prove?",
        hint="One claim a line; after a bar, what supports it: 3,900 garments repaired | the repair ledger",
        kind=AnswerKind.CLAIMS,
    ),
    Question(
        id="tier2.risk_boundaries",
        label="Which risks must it stay clear of?",
        hint="One a line.",
        kind=AnswerKind.LINES,
    ),
)
QUESTION_BY_ID = {question.id: question for question in QUESTIONS}
TIER_TITLES = ("The essentials", "Where it is going", "Proof, limits and rules")

RULES_PREFIX = "tier2.platform_rules."
RULE_PLATFORMS = tuple(PREFERRED_FORMATS)


def question_label(question_id: str) -> str:
    """Returns how people are asked a question; the id itself where it is none of ours."""
    if question_id.startswith(RULES_PREFIX):
        platform = question_id.removeprefix(RULES_PREFIX)
        return f"Rules for {PLATFORM_NAMES.get(platform, platform)}"
    question = QUESTION_BY_ID.get(question_id)
    return question_id if question is None else question.label


def anchor_of(path: str) -> str:
    """Returns the id that a field or question has on its page."""
    return path.replace(".", "-")
