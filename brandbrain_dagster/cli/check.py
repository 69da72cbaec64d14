"""``brandbrain check``: a draft against a brand's profile, for people and for CI."""

import sys
from typing import TextIO

import click

from brandbrain_dagster.cli.command import FAILED, json_option, opened_ledger, print_json, reports_errors
from brandbrain_dagster.cli.profile import newest_snapshot, original_urls
from brandbrain_dagster.domain.draft_check.check_draft import boundaries_to_judge, check_draft
from brandbrain_dagster.domain.draft_check.report import cited_by, passes, report_json, report_lines
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.stores.ledger import brands


@click.command("check")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--brand", "reference", required=True, help="Brand whose profile counts, by its slug or id.")
@click.option("--platform", help="Platform the draft is meant for, so that its rules count too.")
@json_option
@reports_errors
def command(file: TextIO, reference: str, platform: str | None, *, as_json: bool) -> None:
    """Check the draft in FILE ('-' is standard input) against a brand's taboos, rules and habits.

    Exit code 1 when it breaks what the brand's people decided; warnings and notes alone are 0.
    """
    text = _read(file)
    with opened_ledger() as (_, ledger), ledger.read() as conn:
        brand = brands.resolve_brand(conn, reference=reference)
        profile = newest_snapshot(conn, brand).snapshot_json
        findings = check_draft(text, profile, platform)
        urls = original_urls(conn, brand, cited_by(findings))
    boundaries = boundaries_to_judge(profile)
    if as_json:
        print_json(report_json(findings, boundaries, urls))
    else:
        for line in report_lines(file.name, text, findings):
            click.echo(line)
        if not findings:
            click.echo(f"{file.name} breaks no rule of {brand.name}.", err=True)
        for boundary in boundaries:
            click.echo(f"For you to judge: {boundary}", err=True)
    if not passes(findings):
        sys.exit(FAILED)


def _read(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError:
        raise InvalidInputError(f"{file.name} is no text in UTF-8; save it as such and try again.") from None
