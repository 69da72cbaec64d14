"""Golden exports: what the golden snapshot of the present versions looks like in every format.

``python -m tests.golden_exports`` writes them again; look at the difference before it is kept.
"""

import json
from pathlib import Path

from brandbrain_dagster.domain.export.brand_export import ExportedProfile, ExportFormat, export_profile
from tests.golden_snapshots import FOLDER, items_of, present_facts, versions

EXPORTS = FOLDER / "exports"
_ENDINGS = {
    ExportFormat.MARKDOWN: "md",
    ExportFormat.JSON: "json",
    ExportFormat.PROMPT: "txt",
    ExportFormat.JSONLD: "jsonld",
}
BUDGET = 400
GOLDEN: dict[str, tuple[ExportFormat, int | None]] = {
    **{f"profile.{ending}": (as_format, None) for as_format, ending in _ENDINGS.items()},
    f"profile-{BUDGET}-tokens.txt": (ExportFormat.PROMPT, BUDGET),
}
"""The format and the budget of tokens, by file name."""


def golden_profile() -> ExportedProfile:
    """Returns the golden snapshot as it is exported."""
    path = FOLDER / f"{versions(present_facts()['inputs'])}.json"
    golden = json.loads(path.read_text(encoding="utf-8"))
    return ExportedProfile(
        brand_name="Acme Roasters",
        website_url="https://acme.example",
        snapshot_id="00000000-0000-0000-0000-00000000000b",
        version=3,
        created_at="2026-03-02T00:00:00+00:00",
        snapshot_json=golden["snapshot"],
        urls={item.id: item.canonical_url for item in items_of(golden)},
    )


def exported(name: str) -> str:
    """Makes a golden export with this code."""
    as_format, budget = GOLDEN[name]
    return export_profile(golden_profile(), as_format, max_tokens=budget)


def main() -> None:
    """Writes all of them."""
    EXPORTS.mkdir(exist_ok=True)
    for name in GOLDEN:
        Path(EXPORTS / name).write_text(exported(name), encoding="utf-8")


if __name__ == "__main__":
    main()
