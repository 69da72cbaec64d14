"""Is nothing surer than what it rests on? The rule is applied afresh and compared."""

import copy
from collections.abc import Iterator

from brandbrain_dagster.domain.compile.confidence import set_confidence_summary, set_confidences
from brandbrain_dagster.domain.compile.proof import profile_nodes
from brandbrain_dagster.domain.qa.check import Finding
from brandbrain_dagster.domain.qa.subject import QaSubject


def find_excess_confidence(subject: QaSubject) -> Iterator[Finding]:
    """Finds confidences above ceiling and caps, ones that are missing, and summaries of other figures."""
    ruled, summed = copy.deepcopy(subject.document), copy.deepcopy(subject.document)
    set_confidences(ruled, subject.items)
    set_confidence_summary(summed)
    allowed = {path: node.confidence for path, node in profile_nodes(ruled)}
    for path, node in profile_nodes(subject.document):
        most, claimed = allowed[path], node.confidence
        if (claimed is None) != (most is None):
            yield Finding(f"{path}.confidence", "is missing" if claimed is None else "is given where nothing was asked")
        elif claimed is not None and most is not None and not 0 <= claimed <= most:
            yield Finding(f"{path}.confidence", f"is {claimed:g}, and at most {most:g} is justified")
    for section, figures in summed.meta.confidence_summary.items():
        if subject.document.meta.confidence_summary.get(section) != figures:
            yield Finding(f"meta.confidence_summary.{section}", "does not sum up the fields' confidences")
