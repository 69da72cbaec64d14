"""What compiles go by, as the settings say: one place for the CLI, the API, the sensors and the runs."""

from brandbrain_dagster.settings import Settings
from brandbrain_dagster.use_cases.attempt_compile import AttemptRules
from brandbrain_dagster.use_cases.compiler_choice import COMPILER
from brandbrain_dagster.use_cases.start_compile import StartRules


def start_rules(settings: Settings) -> StartRules:
    """Returns what starting a compile goes by."""
    return StartRules(
        ttl_hours=settings.apify_run_ttl_hours,
        disabled_capabilities=settings.disabled_capabilities,
        compiler=COMPILER.identity,
        max_attempts=settings.compile_max_attempts,
    )


def attempt_rules(settings: Settings) -> AttemptRules:
    """Returns what attempts at a compile go by."""
    return AttemptRules(
        lease_seconds=settings.lease_seconds,
        max_attempts=settings.compile_max_attempts,
        backoff_seconds=settings.compile_backoff_seconds,
        compiler=COMPILER.identity,
        disabled_capabilities=settings.disabled_capabilities,
    )
