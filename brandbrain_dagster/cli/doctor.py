"""``brandbrain doctor``."""

import sys

import click

from brandbrain_dagster.cli.command import FAILED, json_option, print_json, reports_errors
from brandbrain_dagster.cli.health_checks import Health, check_everything


@click.command()
@json_option
@reports_errors
def command(*, as_json: bool) -> None:
    """Say what is configured, what is reachable and what is missing; exit code 1 when something needed is broken."""
    findings = check_everything()
    if as_json:
        print_json([{"subject": f.subject, "health": f.health.value, "text": f.text} for f in findings])
    else:
        for finding in findings:
            click.echo(f"{finding.health.value:8}  {finding.subject:12}  {finding.text}")
    if any(finding.health is Health.BROKEN for finding in findings):
        sys.exit(FAILED)
