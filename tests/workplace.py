"""A workplace for tests that run commands or Dagster: an environment of its own, and a replay that is really served."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from starlette.applications import Starlette

from brandbrain_dagster.apify_replay.app import create_replay
from tests.fakes.fake_apify import replay_of, served

ANSWERS = {
    "tier0.what_we_do": "We mend bicycles.",
    "tier0.who_for": "People who ride to work.",
    "tier0.primary_goal": "More bookings.",
    "tier0.cta_posture": "soft",
}


@dataclass(frozen=True)
class Workplace:
    """Where commands run: the environment, the home folder, and the replay they talk to."""

    environment: Mapping[str, str]
    home: Path
    app: Starlette

    @property
    def started_runs(self) -> int:
        """How many actor runs were paid for."""
        return replay_of(self.app).runs.started_count

    def with_environment(self, **variables: str) -> "Workplace":
        """Returns the same workplace with more variables."""
        return replace(self, environment={**self.environment, **variables})


@contextmanager
def workplace(home: Path, ledger_url: str, data_dir: Path, **replay_options: Any) -> Iterator[Workplace]:
    """Yields a workplace; nothing of the caller's own settings reaches it."""
    app = create_replay(data_dir, **replay_options)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("BRANDBRAIN_", "APIFY_", "DAGSTER_"))
    }
    with served(app) as url:
        environment = {
            **inherited,
            "BRANDBRAIN_HOME": str(home),
            "BRANDBRAIN_DATABASE_URL": ledger_url,
            "APIFY_API_BASE_URL": url,
            "APIFY_TOKEN": "apify_api_secret0123456789",
        }
        yield Workplace(environment, home, app)


def brand_file(path: Path, slug: str, sources: list[tuple[str, str, str]], **answers: Any) -> Path:
    """Writes a brand file for `brandbrain brand import`."""
    content = {
        "brand": {"name": slug.capitalize(), "slug": slug},
        "onboarding": {"tier": 0, "answers": {**ANSWERS, **answers}},
        "sources": [
            {"platform": platform, "capability": capability, "identifier": identifier}
            for platform, capability, identifier in sources
        ],
    }
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path
