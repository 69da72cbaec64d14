"""Job `abort_actor_runs`: stops actor runs whose compile was cancelled or given up."""

from typing import Any
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.compile_ports import RESOURCES, compile_ports
from brandbrain_dagster.errors import ConflictError

_OP = "abort_orphaned_actor_runs"


class BrandsConfig(dg.Config):
    """Ids of brands."""

    brand_ids: list[str]


@dg.op(name=_OP, required_resource_keys=RESOURCES)
def _abort_orphaned_actor_runs(context: dg.OpExecutionContext, config: BrandsConfig) -> None:
    """Aborts what nobody will attach to; a brand that somebody works on is left to them."""
    aborted = 0
    ports = compile_ports(context)
    for brand_id in map(UUID, config.brand_ids):
        try:
            ports.ledger.hold_brand(brand_id)
        except ConflictError:
            continue
        aborted += ports.abort_orphaned_runs(brand_id)
        ports.ledger.release_brand(brand_id)
    context.add_output_metadata({"aborted": aborted})


@dg.job(
    executor_def=dg.in_process_executor,
    description="Aborts actor runs that cost money and that no compile will ever attach to. A sensor launches it.",
)
def abort_actor_runs() -> None:
    """See the description."""
    _abort_orphaned_actor_runs()


def brands_config(brand_ids: list[UUID]) -> dict[str, Any]:
    """Returns the run config for these brands."""
    return {"ops": {_OP: {"config": {"brand_ids": [str(brand_id) for brand_id in brand_ids]}}}}
