"""Asks the advisory service about every locked dependency; a known vulnerability fails, an absent service does not.

The check has to work where only the package index can be reached, so "not asked" is said and not counted as a failure.
"""

import json
import subprocess
import sys

COMMAND = [sys.executable, "-m", "pip_audit", "--requirement", "requirements.lock", "--require-hashes", "--disable-pip"]


def main() -> int:
    """Returns 1 when a dependency has a known vulnerability, else 0."""
    done = subprocess.run(
        [*COMMAND, "--format", "json", "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    try:
        dependencies = json.loads(done.stdout)["dependencies"]
    except ValueError:
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"Dependency audit: the advisory service was not reached ({reason[:120]}).")
        return 0
    vulnerable = [dependency for dependency in dependencies if dependency.get("vulns")]
    unknown = sum("skip_reason" in dependency for dependency in dependencies)
    asked = len(dependencies) - unknown
    print(f"Dependency audit: {asked} audited, {unknown} not known to the service, {len(vulnerable)} vulnerable.")
    for dependency in vulnerable:
        for finding in dependency["vulns"]:
            fixed = ", ".join(finding["fix_versions"]) or "no release yet"
            print(f"  {dependency['name']} {dependency['version']}: {finding['id']}, fixed in {fixed}")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
