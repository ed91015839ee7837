"""Everything that enrolment keeps from the start: classes, enrolments, marks, and copies of others' facts."""

import sqlalchemy as sa
from alembic import op

from shared.database import UtcDateTime
from shared.migrations import create_plumbing, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_plumbing()
    op.create_table(
        "classes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("opens", sa.Date(), nullable=True),
        sa.Column("closes", sa.Date(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.CheckConstraint("closes >= opens", name=op.f("ck_classes_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classes")),
        sa.UniqueConstraint("tenant", "code", name=op.f("uq_classes_tenant_code")),
    )
    op.create_index("ix_classes_course", "classes", ["tenant", "course", "id"], unique=False)
    protect("classes")
    op.create_table(
        "course_versions",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("trainers", sa.JSON(), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("lessons", sa.JSON(), nullable=False),
        sa.Column("assessments", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", "version", name=op.f("pk_course_versions")),
    )
    protect("course_versions")
    op.create_table(
        "people",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_people")),
    )
    protect("people")
    op.create_table(
        "results",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=False),
        sa.Column("assessment", sa.Uuid(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("handed_in_at", UtcDateTime(), nullable=False),
        sa.Column("handed_in_on", sa.Date(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "attempt", name=op.f("pk_results")),
    )
    op.create_index("ix_results_enrolment", "results", ["tenant", "enrolment"], unique=False)
    protect("results")
    op.create_table(
        "tenants",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_tenants")),
    )
    protect("tenants")
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("pre", sa.BigInteger(), nullable=True),
        sa.Column("post", sa.BigInteger(), nullable=True),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("fk_enrolments_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
    )
    op.create_index("ix_enrolments_class", "enrolments", ["tenant", "class_id"], unique=False)
    op.create_index("ix_enrolments_person", "enrolments", ["tenant", "person", "id"], unique=False)
    op.create_index(
        "uq_enrolments_open",
        "enrolments",
        ["tenant", "person", "course"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    protect("enrolments")
    op.create_table(
        "lesson_marks",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=False),
        sa.Column("lesson", sa.Uuid(), nullable=False),
        sa.Column("marked_at", UtcDateTime(), nullable=False),
        sa.Column("marked_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment"], ["enrolments.id"], name=op.f("fk_lesson_marks_enrolment")),
        sa.PrimaryKeyConstraint("tenant", "enrolment", "lesson", name=op.f("pk_lesson_marks")),
    )
    protect("lesson_marks")
