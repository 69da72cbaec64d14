"""The programs of ``brandbrain up``, and how one sees that each of them answers."""

import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from brandbrain_dagster.cli.dagster_home import CODE_LOCATION
from brandbrain_dagster.cli.process_tree import PYTHON, Program

HOST = "127.0.0.1"
_ANSWER_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where the programs listen, on this machine only; without ``ui`` there is no web server."""

    api: int
    ui: int | None
    code: int


def first_programs(ports: Ports) -> list[Program]:
    """Returns what needs nothing but the database."""
    code_server = Program(
        name="code server",
        arguments=[
            *(*PYTHON, "dagster", "api", "grpc", "--module-name", CODE_LOCATION, "--location-name", CODE_LOCATION),
            *("--host", HOST, "--port", str(ports.code), "--empty-working-directory"),
        ],
        # It listens only once the definitions are loaded.
        answers=lambda: accepts_connections(ports.code),
        # The runs are its children: a fleet that compiles must not keep readers of the API waiting.
        niceness=10,
    )
    api = Program(
        name="API",
        arguments=[*PYTHON, "brandbrain_dagster", "api", "--port", str(ports.api)],
        answers=lambda: _is_ok(ports.api, "/api/health"),
    )
    return [code_server, api]


def later_programs(ports: Ports, workspace: Path) -> list[Program]:
    """Returns what needs the code server: started before it, they would look for it again only after a minute."""
    daemon = Program(
        name="daemon",
        arguments=[*PYTHON, "dagster._daemon", "run", "--workspace", str(workspace)],
        answers=lambda: True,
    )
    if ports.ui is None:
        return [daemon]
    ui_port = ports.ui
    webserver = Program(
        name="webserver",
        arguments=[
            *(*PYTHON, "dagster_webserver", "--host", HOST, "--port", str(ui_port), "--workspace", str(workspace)),
        ],
        answers=lambda: _is_ok(ui_port, "/server_info"),
    )
    return [daemon, webserver]


def is_free(port: int) -> bool:
    """Returns whether a server could listen on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def find_free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def accepts_connections(port: int) -> bool:
    """Returns whether a server listens on a port of this machine."""
    try:
        socket.create_connection((HOST, port), timeout=_ANSWER_SECONDS).close()
    except OSError:
        return False
    return True


def _is_ok(port: int, path: str) -> bool:
    connection = HTTPConnection(HOST, port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
