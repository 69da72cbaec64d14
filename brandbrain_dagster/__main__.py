"""``python -m brandbrain_dagster`` is ``brandbrain``."""

from brandbrain_dagster.cli.main import main

if __name__ == "__main__":
    main(prog_name="brandbrain")
