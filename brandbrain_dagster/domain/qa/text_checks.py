"""May what was written be shown: no taboo terms, nothing private?"""

from collections.abc import Iterator
from itertools import chain

from brandbrain_dagster.domain.compile.private_text import private_kind
from brandbrain_dagster.domain.compile.taboo_terms import TabooTerms
from brandbrain_dagster.domain.qa.check import Finding
from brandbrain_dagster.domain.qa.produced_text import guiding_texts, written_texts
from brandbrain_dagster.domain.qa.subject import QaSubject


def find_taboo_terms(subject: QaSubject) -> Iterator[Finding]:
    """Finds texts about the brand that hold a taboo term; what its people wrote themselves may hold one."""
    taboos = TabooTerms([*subject.answers.taboos, *subject.overridden_taboos])
    for path, text in written_texts(subject):
        term = taboos.held_by(text)
        if term is not None:
            yield Finding(path, f"holds “{term}”")


def find_private_text(subject: QaSubject) -> Iterator[Finding]:
    """Finds texts that give away a secret, an e-mail address or a telephone number; the finding does not repeat it."""
    for path, text in chain(written_texts(subject), guiding_texts(subject)):
        kind = private_kind(text)
        if kind is not None:
            yield Finding(path, f"holds {kind.value}")
