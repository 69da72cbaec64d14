"""Which compiler compiles."""

from brandbrain_dagster.domain.compile.compiler import Compiler
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler

COMPILER: Compiler = ExtractiveCompiler()
"""The compiler of all brands."""
