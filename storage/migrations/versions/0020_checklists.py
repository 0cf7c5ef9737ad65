"""Checklists with due dates, their steps, and the models that are kept of them."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "checklist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'closed')", name="checklist_state_known"),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_checklist_network_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_checklist_owner_id")),
        sa.ForeignKeyConstraint(["started_by"], ["member.id"], name=op.f("fk_checklist_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
    )
    with op.batch_alter_table("checklist", schema=None) as batch_op:
        batch_op.create_index("ix_checklist_network", ["network_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_checklist_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_checklist_started_by"), ["started_by"], unique=False)
    op.create_table(
        "checklist_model",
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("saved_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_checklist_model_network_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_checklist_model_owner_id")),
        sa.ForeignKeyConstraint(["saved_by"], ["member.id"], name=op.f("fk_checklist_model_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_model")),
    )
    with op.batch_alter_table("checklist_model", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_model_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_checklist_model_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_checklist_model_saved_by"), ["saved_by"], unique=False)
    op.create_table(
        "checklist_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("offset_days", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_checklist_step_network_id")),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["checklist.id"], name=op.f("fk_checklist_step_checklist_id")
        ),
        sa.ForeignKeyConstraint(["assignee_id"], ["member.id"], name=op.f("fk_checklist_step_assignee_id")),
        sa.ForeignKeyConstraint(["done_by"], ["member.id"], name=op.f("fk_checklist_step_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_step")),
    )
    with op.batch_alter_table("checklist_step", schema=None) as batch_op:
        for column in ("network_id", "checklist_id", "assignee_id", "done_by"):
            batch_op.create_index(batch_op.f(f"ix_checklist_step_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("checklist_step")
    op.drop_table("checklist_model")
    op.drop_table("checklist")
