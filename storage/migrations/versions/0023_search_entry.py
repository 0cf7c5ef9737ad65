"""What an item put into the search index, apart from what a search reads of it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_WITHOUT_ROWID = {"sqlite_with_rowid": False}  # making the table anew would forget it


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("postings", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_search_entry_network_id")),
        sa.PrimaryKeyConstraint("network_id", "number", name=op.f("pk_search_entry")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO search_entry SELECT network_id, number, postings FROM search_document")
    with op.batch_alter_table("search_document", schema=None, table_kwargs=_WITHOUT_ROWID) as batch_op:
        batch_op.drop_column("postings")


def downgrade() -> None:
    with op.batch_alter_table("search_document", schema=None, table_kwargs=_WITHOUT_ROWID) as batch_op:
        batch_op.add_column(sa.Column("postings", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE search_document SET postings = (SELECT postings FROM search_entry"
        " WHERE search_entry.network_id = search_document.network_id"
        " AND search_entry.number = search_document.number)"
    )
    with op.batch_alter_table("search_document", schema=None, table_kwargs=_WITHOUT_ROWID) as batch_op:
        batch_op.alter_column("postings", existing_type=sa.LargeBinary(), nullable=False)
    op.drop_table("search_entry")
