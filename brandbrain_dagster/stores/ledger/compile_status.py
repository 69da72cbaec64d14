"""What a running compile is doing."""

from enum import StrEnum


class CompileStage(StrEnum):
    """The stages of a running compile, in their order; shown as progress."""

    INGESTION = "ingestion"
    NORMALIZATION = "normalization"
    BUNDLING = "bundling"
    COMPILING = "compiling"
    QA = "qa"
