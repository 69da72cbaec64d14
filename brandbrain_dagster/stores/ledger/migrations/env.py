"""What Alembic runs: the migrations, on the connection that it was given."""

from alembic import context

from brandbrain_dagster.stores.ledger.all_tables import LEDGER_METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=LEDGER_METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
