"""The demo: a fictional brand, collected from a replayed Apify, compiled through Dagster, shown as a person reads it.

Every command is printed as it is run, so that it can be run again by hand.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEMO = Path(__file__).parent
BRANDBRAIN = [sys.executable, "-m", "brandbrain_dagster"]
PATIENCE_SECONDS = 30


def main() -> int:
    """Runs the demo; returns the exit code of the command that failed, or 0."""
    with replayed_apify() as url:
        environment = {**os.environ, "APIFY_API_BASE_URL": url, "PYTHONWARNINGS": "ignore"}
        for arguments in (["brand", "import", str(DEMO / "brand.yaml")], ["compile", "darnaby"]):
            print(f"\n$ brandbrain {' '.join(arguments)}", flush=True)
            exit_code = subprocess.run([*BRANDBRAIN, *arguments], env=environment, check=False).returncode
            if exit_code:
                return exit_code
    print(
        "\nNext:\n"
        "  make demo                                    again: nothing has changed, no actor run is started\n"
        "  .venv/bin/brandbrain status darnaby          sources, freshness, cost\n"
        '  .venv/bin/brandbrain sql "SELECT platform, count(*) FROM evidence GROUP BY 1"\n'
        "  .venv/bin/brandbrain today darnaby           what to publish next\n"
        "  make up                                      its page on http://127.0.0.1:8000, its runs in the Dagster UI"
    )
    return 0


@contextmanager
def replayed_apify() -> Iterator[str]:
    """Serves the demo's dataset files as Apify would, on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*BRANDBRAIN, "apify-replay", "--data", str(DEMO / "apify"), "--port", str(port), "--quiet"]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"The replay of Apify did not answer on port {port} within {PATIENCE_SECONDS} seconds.")


if __name__ == "__main__":
    sys.exit(main())
