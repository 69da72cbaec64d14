"""``brandbrain apify-replay``: Apify, played from files."""

from pathlib import Path

import click

from brandbrain_dagster.apify_replay.serve import serve
from brandbrain_dagster.cli.command import reports_errors


@click.command()
@click.option(
    "--data",
    "data_dir",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with a folder per actor (owner~name) and in it IDENTIFIER.json, or default.json for all others.",
)
@click.option("--port", required=True, type=click.IntRange(1, 65535), help="Port on 127.0.0.1.")
@click.option(
    "--run-seconds", type=click.FloatRange(min=0), default=0.0, show_default=True, help="How long a run takes."
)
@click.option(
    "--usd-per-item", type=click.FloatRange(min=0), default=0.0025, show_default=True, help="What an item costs."
)
@click.option(
    "--ignore-result-limit", is_flag=True, help="Return all rows whatever limit the input names, as some actors do."
)
@click.option("--quiet", is_flag=True, help="Do not print requests.")
@reports_errors
def command(
    data_dir: Path, port: int, run_seconds: float, usd_per_item: float, *, ignore_result_limit: bool, quiet: bool
) -> None:
    """Serve dataset files on 127.0.0.1 as Apify would; stop it with Ctrl-C."""
    click.echo(f"Replaying {data_dir} at http://127.0.0.1:{port}", err=True)
    click.echo(f"Use it with: export APIFY_API_BASE_URL=http://127.0.0.1:{port}", err=True)
    serve(
        data_dir,
        port,
        run_seconds=run_seconds,
        usd_per_item=usd_per_item,
        apply_result_limit=not ignore_result_limit,
        write_line=None if quiet else lambda line: click.echo(line, err=True),
    )
