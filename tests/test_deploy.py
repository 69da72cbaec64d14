"""What is in deploy/: it parses, names what exists, holds no secret, and nothing of it runs as root."""

import json
import re
import shlex
import shutil
import subprocess
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

from brandbrain_dagster.domain.platforms.registry import CAPABILITIES
from brandbrain_dagster.settings import Settings, variable_of
from tests.architecture.test_docs import problem_with

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
YAML_FILES = sorted(DEPLOY.rglob("*.yaml"))
OUR_SETTINGS = {
    *(variable_of(name) for name in Settings.model_fields),
    *(entry.cap_setting for entry in CAPABILITIES),
    *(entry.enabling_setting for entry in CAPABILITIES if entry.enabling_setting),
}
OTHER_VARIABLES = {
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL"),  # the object store's client
    *("POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"),  # the image of PostgreSQL
    *("PATH", "PYTHONUNBUFFERED", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_CACHE_DIR"),
    *("DAGSTER_HOME", "POD_NAMESPACE", "TINI_KILL_PROCESS_GROUP"),
}
SECRET = re.compile(r"PASSWORD|TOKEN|SECRET|KEY_ID|DATABASE_URL")
STAND_INS = {"POSTGRES_PASSWORD": "x", "APIFY_TOKEN": "x", "BRANDBRAIN_API_TOKENS": "x"}


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def nodes(value: Any) -> list[dict[str, Any]]:
    """Every mapping in a document, however deep."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [*([value] if isinstance(value, dict) else []), *(node for child in children for node in nodes(child))]


COMPOSE = documents(DEPLOY / "compose.yaml")[0]
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VALUES = documents(DEPLOY / "kubernetes" / "values.yaml")[0]
API = documents(DEPLOY / "kubernetes" / "api.yaml")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
service = pytest.mark.parametrize("name", SERVICES)


def instructions(keyword: str) -> list[str]:
    return [line.removeprefix(keyword).strip() for line in DOCKERFILE.splitlines() if line.startswith(f"{keyword} ")]


def problem_with_command(words: list[str]) -> str | None:
    """Why the image could not run this command."""
    programs = {script.name for script in entry_points(group="console_scripts")} | {"python"}
    if words[0] not in programs:
        return f"there is no program {words[0]}"
    return problem_with(words[1:]) if words[0] == "brandbrain" else None


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.name)
def test_a_yaml_file_parses_and_is_not_empty(path: Path) -> None:
    assert all(isinstance(document, dict) and document for document in documents(path))


@service
def test_a_service_is_watched_and_started_again(name: str) -> None:
    has_own_check = "healthcheck" in SERVICES[name]
    assert has_own_check or name == "api", "only the API is what the image's own health check looks at"
    assert SERVICES[name]["restart"] == "unless-stopped"


@service
def test_a_service_waits_for_services_that_exist_and_can_be_healthy(name: str) -> None:
    for other, terms in SERVICES[name].get("depends_on", {}).items():
        assert terms == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[other]


@service
def test_a_service_uses_volumes_that_are_declared_and_publishes_to_this_machine_only(name: str) -> None:
    assert {volume.partition(":")[0] for volume in SERVICES[name].get("volumes", [])} <= set(COMPOSE["volumes"])
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@service
def test_a_service_does_not_run_as_root(name: str) -> None:
    user = SERVICES[name].get("user", "" if SERVICES[name]["image"] != COMPOSE["name"] else "of our image")
    assert user not in {"", "root", "0"}


@service
def test_a_service_of_ours_runs_a_command_that_exists(name: str) -> None:
    if SERVICES[name]["image"] != COMPOSE["name"]:
        return
    commands = [SERVICES[name]["command"], SERVICES[name].get("healthcheck", {}).get("test", ["CMD", "python"])[1:]]
    assert [problem_with_command([str(word) for word in words]) for words in commands] == [None, None]


@service
def test_a_secret_comes_from_the_environment_without_a_default(name: str) -> None:
    for variable, value in SERVICES[name]["environment"].items():
        if SECRET.search(variable):
            assert re.search(r"\$\{\w+:(\?[^}]+|-)\}", value), f"{name}: {variable} has a value of its own"


def test_the_example_of_the_environment_names_what_compose_asks_for_and_holds_no_secret() -> None:
    lines = (DEPLOY / ".env.example").read_text(encoding="utf-8").splitlines()
    assignments = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    asked_for = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    assert asked_for == set(STAND_INS)
    assert asked_for <= set(assignments) <= OUR_SETTINGS | OTHER_VARIABLES
    assert set(assignments.values()) == {""}


def test_every_environment_variable_is_a_setting_or_known_to_somebody_else() -> None:
    in_compose = {name for node in nodes(COMPOSE) for name in node.get("environment", {})}
    entries = [entry for document in (VALUES, *API) for node in nodes(document) for entry in node.get("env", [])]
    in_image = {pair.partition("=")[0] for line in instructions("ENV") for pair in shlex.split(line)}
    named = in_compose | {entry["name"] for entry in entries} | in_image
    assert "BRANDBRAIN_DATABASE_URL" in named
    assert named <= OUR_SETTINGS | OTHER_VARIABLES


def test_the_image_is_made_of_locked_packages_and_files_that_exist() -> None:
    assert all("--require-hashes" in line or "--no-index" in line for line in instructions("RUN") if "pip" in line)
    for copied in instructions("COPY"):
        *sources, _ = [word for word in copied.split() if not word.startswith("--")]
        assert all("--from=" in copied or (ROOT / source).exists() for source in sources), copied
    stages = re.findall(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, re.MULTILINE)
    known = {"python:3.11-slim-bookworm"} | {name for _, name in stages}
    assert {base for base, _ in stages} <= known
    assert {name for copied in instructions("COPY") for name in re.findall(r"--from=(\S+)", copied)} <= known


def test_the_image_does_not_run_as_root_and_starts_a_command_that_exists() -> None:
    (user,) = instructions("USER")
    assert int(user) > 0
    (command,) = instructions("CMD")
    assert problem_with_command(json.loads(command)) is None
    assert re.search(r"^HEALTHCHECK .*/api/health", DOCKERFILE, re.MULTILINE)


def test_what_kubernetes_adds_is_locked_in_the_same_versions_as_everything_else() -> None:
    pinned = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
    ours = set(pinned.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    names = {name for name, _ in ours}
    added = pinned.findall((DEPLOY / "kubernetes" / "requirements.lock").read_text(encoding="utf-8"))
    assert "dagster-k8s" in {name for name, _ in added}
    assert {(name, version) for name, version in added if name in names} <= ours


def test_dagster_is_configured_as_everywhere_else_but_for_where_runs_are_launched() -> None:
    (config_map,) = documents(DEPLOY / "kubernetes" / "dagster-instance.yaml")
    instance = yaml.safe_load(config_map["data"]["dagster.yaml"])
    launcher = instance.pop("run_launcher")
    assert instance == documents(ROOT / "brandbrain_dagster" / "dagster.yaml")[0]
    assert instance["storage"]["custom"]["class"] == "LedgerDatabaseStorage"
    name, home = config_map["metadata"]["name"], launcher["config"]["dagster_home"]
    assert launcher["config"]["instance_config_map"] == name
    assert launcher["config"]["service_account_name"] == VALUES["serviceAccount"]["name"]
    for process in (VALUES["dagsterWebserver"], VALUES["dagsterDaemon"]):
        assert {"name": "DAGSTER_HOME", "value": home} in process["env"]
        assert process["volumes"] == [{"name": name, "configMap": {"name": name}}]
        assert process["volumeMounts"] == [
            {"name": name, "mountPath": f"{home}/dagster.yaml", "subPath": "dagster.yaml"}
        ]


def test_every_pod_has_its_secrets_and_does_not_run_as_root() -> None:
    (code,) = VALUES["dagster-user-deployments"]["deployments"]
    for pod in (code, VALUES["dagsterWebserver"], VALUES["dagsterDaemon"]):
        assert pod["envSecrets"] == [{"name": "brandbrain"}]
        assert pod["podSecurityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["allowPrivilegeEscalation"] is False
    spec = API[0]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["envFrom"] == [{"secretRef": {"name": "brandbrain"}}]
    assert problem_with_command(container["args"]) is None
    assert container["readinessProbe"]["httpGet"]["path"] == "/api/health"


def test_the_services_selector_finds_the_api() -> None:
    deployment, served = API
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert served["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"] == labels


def test_docker_compose_accepts_the_file() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed here")
    command = [docker, "compose", "--file", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    done = subprocess.run(command, env=STAND_INS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
