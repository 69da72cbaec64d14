"""``brandbrain costs``."""

import click

from brandbrain_dagster.cli.command import json_option, opened_ledger, print_json, print_table, reports_errors
from brandbrain_dagster.domain.costs.brand_costs import ActorCosts, BrandCosts, CompileCosts, ModelCosts, ModelUsage
from brandbrain_dagster.stores.ledger import brands
from brandbrain_dagster.stores.ledger.brand_scope import WHOLE_LEDGER
from brandbrain_dagster.stores.ledger.costs import read_brand_costs
from brandbrain_dagster.stores.ledger.query_steps import take_steps


@click.command()
@click.argument("brand")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Show that many compiles.")
@json_option
@reports_errors
def command(brand: str, *, limit: int, as_json: bool) -> None:
    """Show what BRAND (a slug or an id) has cost, in US dollars: by compile, newest first, and in all."""
    with opened_ledger() as (_, ledger), ledger.read() as conn:
        brand_id = brands.resolve_brand(conn, reference=brand).id
        costs = take_steps(conn, read_brand_costs(brand_id, WHOLE_LEDGER, limit=limit))
    if as_json:
        print_json({"brand_id": str(brand_id), **costs.to_json(), "total": costs.compile_count})
    else:
        _print(costs)


def _print(costs: BrandCosts) -> None:
    boards = [("all boards", "", "", "", "", *_model_cells(costs.boards))] if costs.boards.asked_count else []
    rows = [
        *map(_compile_row, costs.compiles),
        ("all compiles", "", "", *_actor_cells(costs.allocated), *_model_cells(costs.model)),
        *boards,
        ("no compile", "", "", *_actor_cells(costs.unattributed), "", ""),
        ("in all", "", "", *_actor_cells(costs.charged), *_model_cells(costs.model + costs.boards)),
    ]
    print_table(["compile", "created", "status", "Apify USD", "runs", "model USD", "tokens"], rows)
    if len(costs.compiles) < costs.compile_count:
        click.echo(f"{len(costs.compiles)} of {costs.compile_count} compiles are shown; --limit shows more.")
    for sentence in _uncertainties(costs):
        click.echo(sentence)


def _compile_row(costs: CompileCosts) -> tuple[object, ...]:
    created = f"{costs.created_at:%Y-%m-%d %H:%M}"
    return (costs.compile_run_id, created, costs.status, *_actor_cells(costs.actor_runs), *_model_cells(costs.model))


def _actor_cells(costs: ActorCosts) -> tuple[str, str]:
    marks = "~" * (costs.estimated_count > 0) + "+?" * (costs.unknown_count > 0)
    return ("unknown" if costs.usd is None else f"{costs.usd:.4f}{marks}", str(costs.run_count))


def _model_cells(costs: ModelUsage | ModelCosts | None) -> tuple[str, str]:
    if costs is None:
        return "", ""
    usd = costs.cost_usd if isinstance(costs, ModelUsage) else costs.usd
    tokens = f"{_count(costs.input_tokens)} in, {_count(costs.output_tokens)} out"
    marks = "+?" if isinstance(costs, ModelCosts) and costs.unknown_count else ""
    return ("unknown" if usd is None else f"{usd:.4f}{marks}", tokens)


def _count(tokens: int | None) -> str:
    return "?" if tokens is None else f"{tokens:,}"


def _uncertainties(costs: BrandCosts) -> list[str]:
    estimated, unknown = costs.charged.estimated_count, costs.charged.unknown_count
    sentences = []
    if estimated:
        sentences.append(f"~ holds estimates: {estimated} runs, until Apify has settled them.")
    if unknown:
        sentences.append(f"+? leaves something out: {unknown} runs of unknown cost, which is not zero.")
    for model, noun in ((costs.model, "compiles"), (costs.boards, "boards")):
        if model.unknown_count:
            sentences.append(f"The model's cost is unknown for {model.unknown_count} {noun}, which is not zero.")
    return sentences
