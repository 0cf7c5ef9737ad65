"""Where a resource was used, and how that went: part of a member's opinion, which may have no stars now."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    with op.batch_alter_table("resource_rating", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outcome", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("authority_key", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("authority_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("authority", sa.String(), server_default="", nullable=False))
        batch_op.alter_column("stars", existing_type=sa.Integer(), nullable=True)
        batch_op.create_check_constraint(
            "resource_rating_outcome_known", "outcome IN ('', 'useful', 'adapted', 'unsuited')"
        )
        batch_op.create_check_constraint(
            "resource_rating_says_something", "stars IS NOT NULL OR outcome <> ''"
        )


def downgrade() -> None:
    op.execute("DELETE FROM resource_rating WHERE stars IS NULL")
    with op.batch_alter_table("resource_rating", schema=None) as batch_op:
        batch_op.drop_constraint("resource_rating_says_something", type_="check")
        batch_op.drop_constraint("resource_rating_outcome_known", type_="check")
        batch_op.alter_column("stars", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("authority")
        batch_op.drop_column("authority_id")
        batch_op.drop_column("authority_key")
        batch_op.drop_column("outcome")
