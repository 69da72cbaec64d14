"""``brandbrain compile``: the Dagster job of one brand, in this process."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from brandbrain_dagster.cli.command import FAILED, json_option, new_id, now, opened_ledger, print_json, reports_errors
from brandbrain_dagster.cli.profile import print_profile, snapshot_as_json
from brandbrain_dagster.resources.compile_rules import start_rules
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger import brands, compile_runs, snapshots
from brandbrain_dagster.stores.ledger.brand_lock import brand_lock, is_held
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.brand_overview import spent_on_compile
from brandbrain_dagster.use_cases.start_compile import StartOutcome, start_compile

_LOOK_SECONDS = 0.3
_OVER = (WorkStatus.SUCCEEDED, WorkStatus.FAILED)


@click.command()
@click.argument("brand")
@click.option("--force-refresh", is_flag=True, help="Collect every source again, however fresh it is.")
@json_option
@reports_errors
def command(brand: str, *, force_refresh: bool, as_json: bool) -> None:
    """Compile the profile of BRAND (a slug or an id) now, and show it.

    The same Dagster job runs as from the UI, and is recorded there. A compile that is under way already is followed.
    """
    with opened_ledger() as (settings, ledger):
        with ledger.read() as conn:
            found = brands.resolve_brand(conn, reference=brand)
        started = start_compile(
            found.id,
            force_refresh=force_refresh,
            ledger=ledger,
            rules=start_rules(settings),
            now=now(),
            new_id=new_id,
        )
        if started.outcome is not StartOutcome.UNCHANGED:
            _carry_out(found, started.compile_run_id, settings, ledger)
        with ledger.read() as conn:
            run = compile_runs.get_compile_run(conn, compile_run_id=started.compile_run_id)
        _report(found, run, ledger, is_unchanged=started.outcome is StartOutcome.UNCHANGED, as_json=as_json)


def _carry_out(brand: Brand, compile_run_id: UUID, settings: Settings, ledger: Ledger) -> None:
    with _progress(compile_run_id, ledger):
        with brand_lock(ledger, brand.id) as is_free:
            pass
        if is_free:
            # Dagster takes seconds to import, and is not needed when nothing has changed.
            from brandbrain_dagster.cli.run_in_process import compile_in_process  # noqa: PLC0415

            with ledger.read() as conn:
                left = compile_runs.get_compile_run(conn, compile_run_id=compile_run_id)
            compile_in_process(brand.id, compile_run_id, settings, left_behind_by=left.dagster_run_id)
        _follow(brand, compile_run_id, ledger)


def _follow(brand: Brand, compile_run_id: UUID, ledger: Ledger) -> None:
    """Waits until whoever works on the brand, perhaps a worker that was quicker, has ended the compile's attempt."""
    while True:
        with ledger.read() as conn:
            run = compile_runs.get_compile_run(conn, compile_run_id=compile_run_id)
        is_taken = run.status is WorkStatus.PENDING and is_held(ledger, brand.id)
        if run.status is not WorkStatus.RUNNING and not is_taken:
            return
        time.sleep(_LOOK_SECONDS)


@contextmanager
def _progress(compile_run_id: UUID, ledger: Ledger) -> Iterator[None]:
    """Shows the compile's stage and sources on stderr, if that is a terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    over = threading.Event()
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("starting", total=None)

        def look() -> None:
            while not over.wait(_LOOK_SECONDS):
                with ledger.read() as conn:
                    run = compile_runs.get_compile_run(conn, compile_run_id=compile_run_id)
                if run.stage is not None:
                    sources = f"{run.sources_completed}/{run.sources_total} sources"
                    shown.update(task, description=f"{run.stage.value} ({sources})")

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


def _report(brand: Brand, run: CompileRun, ledger: Ledger, *, is_unchanged: bool, as_json: bool) -> None:
    with ledger.read() as conn:
        snapshot = snapshots.find_snapshot_of_compile(conn, compile_run_id=run.id)
    spent, runs, unknown = spent_on_compile(run.id, brand_id=brand.id, ledger=ledger)
    if is_unchanged:
        spent, runs, unknown = spent * 0, 0, 0
    if as_json:
        print_json(
            {
                "compile_run_id": str(run.id),
                "status": "UNCHANGED" if is_unchanged else run.status.value,
                "attempts": run.attempts,
                "error": run.error or run.last_error,
                "evidence_status": run.evidence_status_json,
                "actor_runs": runs,
                "spent_usd": float(spent),
                "runs_of_unknown_cost": unknown,
                "snapshot": snapshot_as_json(snapshot) if snapshot else None,
            }
        )
    elif snapshot is not None:
        print_profile(brand, snapshot, ledger)
        click.echo("")
        _print_sources(run, is_unchanged=is_unchanged)
        left = f" ({unknown} of unknown cost)" if unknown else ""
        click.echo(f"Actor runs started: {runs}{left}; spent: {spent:.4f} USD. Profile version {snapshot.version}.")
    if run.status is not WorkStatus.SUCCEEDED:
        _print_failure(brand, run)
        sys.exit(FAILED)


def _print_sources(run: CompileRun, *, is_unchanged: bool) -> None:
    if is_unchanged:
        click.echo("Nothing has changed since this profile was made: every source is fresh, no answer is different.")
        return
    for disposition, outcomes in run.evidence_status_json.items():
        for outcome in outcomes:
            click.echo(f"{disposition}: {outcome['source']} {outcome['identifier']} - {outcome['reason']}")


def _print_failure(brand: Brand, run: CompileRun) -> None:
    again = f"brandbrain compile {brand.slug}"
    if run.status is WorkStatus.FAILED:
        click.echo(f"Error: the compile failed: {run.error} The profile that was there is untouched.", err=True)
    else:
        attempts = f"attempt {run.attempts} of {run.max_attempts}"
        click.echo(f"Error: {attempts} failed: {run.last_error} Run it again with: {again}", err=True)
