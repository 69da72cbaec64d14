"""Job `generate_board`: the Today board of one brand, or a backfill over any selection of brands."""

import dagster as dg

from brandbrain_dagster.assets.board_run import BOARD

generate_board = dg.define_asset_job(
    "generate_board",
    selection=dg.AssetSelection.assets(BOARD),
    description=(
        "Makes a brand's Today board from its newest profile and the evidence that is there; collects nothing. Choose "
        "a brand's id as the partition; nothing else is needed."
    ),
    tags={"brandbrain/work": "board"},
)
