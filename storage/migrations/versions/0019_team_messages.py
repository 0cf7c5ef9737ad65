"""Messages of the facilitators to a part of the members, and who wants none."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "team_message",
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'sent', 'cancelled')", name="team_message_state_known"),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_team_message_network_id")),
        sa.ForeignKeyConstraint(["written_by"], ["member.id"], name=op.f("fk_team_message_written_by")),
        sa.ForeignKeyConstraint(["sent_by"], ["member.id"], name=op.f("fk_team_message_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_message")),
    )
    with op.batch_alter_table("team_message", schema=None) as batch_op:
        batch_op.create_index("ix_team_message_network", ["network_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_message_written_by"), ["written_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_message_sent_by"), ["sent_by"], unique=False)
    op.create_table(
        "team_message_refusal",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_team_message_refusal_member_id")),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_team_message_refusal_network_id")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_team_message_refusal")),
    )
    with op.batch_alter_table("team_message_refusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_message_refusal_network_id"), ["network_id"], unique=False)


def downgrade() -> None:
    op.drop_table("team_message_refusal")
    op.drop_table("team_message")
