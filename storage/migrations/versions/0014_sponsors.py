"""Sponsors."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "sponsor",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("most BETWEEN 1 AND 2", name="sponsor_most_small"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_sponsor_member_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_sponsor_network_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_sponsor")),
    )
    with op.batch_alter_table("sponsor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sponsor_network_id"), ["network_id"], unique=False)

    op.create_table(
        "sponsorship",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("newcomer_id", sa.Integer(), nullable=False),
        sa.Column("sponsor_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'goes_on', 'declined', 'stopped')", name="sponsorship_state_known"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_sponsorship_network_id")),
        sa.ForeignKeyConstraint(["newcomer_id"], ["member.id"], name=op.f("fk_sponsorship_newcomer_id")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["member.id"], name=op.f("fk_sponsorship_sponsor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsorship")),
        sa.UniqueConstraint("newcomer_id", "sponsor_id", name=op.f("uq_sponsorship_newcomer_id_sponsor_id")),
    )
    with op.batch_alter_table("sponsorship", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sponsorship_sponsor_id"), ["sponsor_id"], unique=False)
        batch_op.create_index("ix_sponsorship_standing", ["network_id", "state", "until"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sponsorship", schema=None) as batch_op:
        batch_op.drop_index("ix_sponsorship_standing")
        batch_op.drop_index(batch_op.f("ix_sponsorship_sponsor_id"))

    op.drop_table("sponsorship")
    with op.batch_alter_table("sponsor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sponsor_network_id"))

    op.drop_table("sponsor")
