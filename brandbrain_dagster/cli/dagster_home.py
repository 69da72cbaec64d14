"""Dagster's home on this machine: a folder under BRANDBRAIN_HOME with the configuration that comes along."""

import os
from pathlib import Path

import yaml

from brandbrain_dagster.settings import Settings

CODE_LOCATION = "brandbrain_dagster.definitions"
"""Module of the definitions; also what Dagster calls the code location when it loads the module itself."""

_CONFIGURATION = Path(__file__).parents[1] / "dagster.yaml"


def prepare_dagster_home(settings: Settings) -> Path:
    """Makes the folder, brings its configuration up to date, and returns it."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    _replace_if_different(home / _CONFIGURATION.name, _CONFIGURATION.read_text(encoding="utf-8"))
    return home


def write_workspace(home: Path, *, port: int) -> Path:
    """Writes the workspace file that names the code server on this port of this machine, and returns its path."""
    path = home / "workspace.yaml"
    server = {"host": "127.0.0.1", "port": port, "location_name": CODE_LOCATION}
    _replace_if_different(path, yaml.safe_dump({"load_from": [{"grpc_server": server}]}))
    return path


def _replace_if_different(path: Path, text: str) -> None:
    """Replaces a file whole: another process may be reading it, and Dagster takes half a file for an empty one."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    written = path.with_suffix(f".{os.getpid()}")
    written.write_text(text, encoding="utf-8")
    written.replace(path)
