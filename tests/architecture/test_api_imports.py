"""The API and the pages start without Dagster, and without what talks to Apify."""

import subprocess
import sys

_LISTED = "import sys; import {module}; print(*sorted(sys.modules))"


def modules_after_importing(module: str) -> set[str]:
    """What a fresh interpreter has loaded then."""
    ended = subprocess.run(
        [sys.executable, "-c", _LISTED.format(module=module)], capture_output=True, text=True, check=True
    )
    return set(ended.stdout.split())


def test_api_imports_neither_dagster_nor_the_apify_client() -> None:
    for module in ("brandbrain_dagster.api.app", "brandbrain_dagster.pages.site", "brandbrain_dagster.cli.api"):
        loaded = modules_after_importing(module)
        assert module in loaded
        unwanted = {name for name in loaded if name.partition(".")[0].startswith("dagster") or ".clients.apify" in name}
        assert unwanted == set()
