"""The nudge budget."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "nudge_rule",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("per_week", sa.Integer(), nullable=False),
        sa.CheckConstraint("per_week >= 0", name="nudge_rule_not_negative"),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_nudge_rule_network_id")),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_nudge_rule")),
    )
    op.create_table(
        "nudge",
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_nudge_network_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_nudge_member_id")),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_nudge")),
    )
    with op.batch_alter_table("nudge", schema=None) as batch_op:
        batch_op.create_index("ix_nudge_recent", ["network_id", "member_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("nudge")
    op.drop_table("nudge_rule")
