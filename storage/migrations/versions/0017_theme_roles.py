"""Roles of themes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "network_theme_roles",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("channel_ref", sa.String(), nullable=True),
        sa.Column("panel_ref", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_network_theme_roles_network_id")
        ),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_network_theme_roles")),
    )
    op.create_table(
        "theme_role",
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("role_ref", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("adopted", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_theme_role_network_id")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_theme_role_theme_id")),
        sa.PrimaryKeyConstraint("theme_id", name=op.f("pk_theme_role")),
    )
    with op.batch_alter_table("theme_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_theme_role_network_id"), ["network_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("theme_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_theme_role_network_id"))

    op.drop_table("theme_role")
    op.drop_table("network_theme_roles")
