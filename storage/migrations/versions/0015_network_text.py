"""Words that a network wrote for itself."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "network_text",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_network_text_network_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["member.id"], name=op.f("fk_network_text_changed_by")),
        sa.PrimaryKeyConstraint("network_id", "name", "locale", "in_use", name=op.f("pk_network_text")),
    )
    with op.batch_alter_table("network_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_network_text_changed_by"), ["changed_by"], unique=False)


def downgrade() -> None:
    op.drop_table("network_text")
