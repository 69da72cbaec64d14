"""docs/adding-a-platform.md, followed to the letter in a copy: the platform is there and passes its tests."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "adding-a-platform.md").read_text(encoding="utf-8")
MIGRATIONS = "brandbrain_dagster/stores/ledger/migrations/versions"
_FILE = re.compile(r"`([\w./-]+\.\w+)`:\n\n```(?:python|json|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r"^\| `(tests/[\w./]+)` \| `(\w+)` \| `(.+)` \|$", re.MULTILINE)
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is once the guide's files, entries and replacements are made."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("brandbrain_dagster", "tests", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name, text in _FILE.findall(GUIDE):
        (folder / name).write_text(text, encoding="utf-8")
    (row,) = re.findall(r"^def mastodon_row.*?return row \| fields\n", GUIDE, re.MULTILINE | re.DOTALL)
    rows = folder / "tests" / "fakes" / "actor_rows.py"
    rows.write_text(re.sub(r"(?m)^(?=MADE_ROWS)", f"{row}\n\n", rows.read_text(encoding="utf-8")), encoding="utf-8")
    for name, table, entry in _ENTRY.findall(GUIDE):
        path = folder / name
        before, opening, after = re.split(rf"(?m)^({table}\b.*[\[{{]\n)", path.read_text(encoding="utf-8"))
        path.write_text(
            before + opening + re.sub(r"(?m)^(?=[\]}])", f"    {entry}\n", after, count=1), encoding="utf-8"
        )
    for line in "".join(_SHELL.findall(GUIDE)).splitlines():
        if line.startswith("sed "):
            subprocess.run(["sh", "-c", line], cwd=folder, check=True)
    return folder


def run_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_new_platform_passes_the_tests_of_every_platform_and_its_own(copy: Path) -> None:
    options = ("-p", "no:cacheprovider", "-k", "mastodon or registry", "--basetemp=out")
    done = run_in(copy, "pytest", *options, "tests/unit/platforms", "tests/unit/normalization/test_any_input.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) > 40


def test_the_example_rows_become_the_items_that_the_guide_promises(copy: Path) -> None:
    done = run_in(
        copy,
        *("brandbrain_dagster", "normalize", "mastodon.posts", "mastodon.json"),
        *("--identifier", "@nova@mastodon.example"),
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() in GUIDE


def test_the_guides_migration_comes_after_the_newest_one() -> None:
    newest = max(path.name[:4] for path in (ROOT / MIGRATIONS).glob("0*.py"))
    assert f'down_revision = "{newest}"' in GUIDE, f"make the guide's migration come after {newest}"
    (name,) = (name for name, _ in _FILE.findall(GUIDE) if name.startswith(MIGRATIONS))
    assert f'revision = "{Path(name).name[:4]}"\n' in GUIDE


def test_the_guide_names_every_table_that_names_every_capability() -> None:
    assert [table for _, table, _ in _ENTRY.findall(GUIDE)] == ["MADE_ROWS", "TABLE", "FLATTENED_KEYS"]
