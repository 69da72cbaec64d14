"""Where a compile run stands, and what it is doing."""

from enum import StrEnum


class CompileStatus(StrEnum):
    """The life of a compile run; a failed attempt with attempts left leads from RUNNING back to PENDING."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class CompileStage(StrEnum):
    """The stages of a running compile, in their order; shown as progress."""

    INGESTION = "ingestion"
    NORMALIZATION = "normalization"
    BUNDLING = "bundling"
    COMPILING = "compiling"
    QA = "qa"
