"""Members in charge of themes."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "theme_charge",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_theme_charge_member_id")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_theme_charge_theme_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_theme_charge_network_id")),
        sa.ForeignKeyConstraint(["given_by"], ["member.id"], name=op.f("fk_theme_charge_given_by")),
        sa.PrimaryKeyConstraint("member_id", "theme_id", name=op.f("pk_theme_charge")),
    )
    with op.batch_alter_table("theme_charge", schema=None) as batch_op:
        for column in ("theme_id", "network_id", "given_by"):
            batch_op.create_index(batch_op.f(f"ix_theme_charge_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("theme_charge")
