"""Everything that enrolment keeps from the start: classes, enrolments, marks, and copies of others' facts."""

import sqlalchemy as sa
from alembic import op

from shared.database import UtcDateTime
from shared.migrations import CALLER, create_plumbing, protect

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
        sa.Column("trainers", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.CheckConstraint("closes >= opens", name=op.f("ck_classes_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classes")),
        sa.UniqueConstraint("tenant", "code", name=op.f("uq_classes_tenant_code")),
    )
    op.create_index("ix_classes_course", "classes", ["tenant", "course", "id"], unique=False)
    op.create_index(
        "ix_classes_unsettled",
        "classes",
        ["closes", "id"],
        unique=False,
        postgresql_where=sa.text("state <> 'closed'"),
        sqlite_where=sa.text("state <> 'closed'"),
    )
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
    op.create_index("ix_course_versions_course", "course_versions", ["course", "version"], unique=False)
    op.create_table(
        "course_withdrawals",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", name=op.f("pk_course_withdrawals")),
    )
    op.create_table(
        "offers",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Uuid(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", name=op.f("pk_offers")),
    )
    protect("offers")
    for table in ("course_versions", "course_withdrawals"):
        own = f"offers.tenant = {CALLER} AND offers.course = {table}.course AND offers.provider = {table}.tenant"
        protect(table, also_read=f"EXISTS (SELECT FROM offers WHERE {own})")
    op.create_table(
        "people",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_people")),
    )
    protect("people")
    op.create_table(
        "posts",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "person", "sequence", "number", name=op.f("pk_posts")),
    )
    op.create_index("ix_posts_unit", "posts", ["tenant", "unit"], unique=False)
    protect("posts")
    op.create_table(
        "units",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parent", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_units")),
    )
    protect("units")
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
        "annulments",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "attempt", name=op.f("pk_annulments")),
    )
    protect("annulments")
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
        sa.Column("closed_reason", sa.String(length=20), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("fk_enrolments_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
    )
    op.create_index("ix_enrolments_class", "enrolments", ["tenant", "class_id", "state", "id"], unique=False)
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
    op.create_table(
        "enrolment_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("units", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("enrolled", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("last_turn_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("correlation", sa.String(length=60), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("fk_enrolment_jobs_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_jobs")),
    )
    op.create_index("ix_enrolment_jobs_turns", "enrolment_jobs", ["tenant", "last_turn_at"], unique=False)
    op.create_index(
        "ix_enrolment_jobs_working",
        "enrolment_jobs",
        ["tenant", "last_turn_at"],
        unique=False,
        postgresql_where=sa.text("state = 'working'"),
        sqlite_where=sa.text("state = 'working'"),
    )
    protect("enrolment_jobs")
    op.create_table(
        "enrolment_job_chunks",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("job", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["enrolment_jobs.id"], name=op.f("fk_enrolment_job_chunks_job")),
        sa.PrimaryKeyConstraint("tenant", "job", "number", name=op.f("pk_enrolment_job_chunks")),
    )
    protect("enrolment_job_chunks")
    op.create_table(
        "enrolment_job_refusals",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("job", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("problem", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["enrolment_jobs.id"], name=op.f("fk_enrolment_job_refusals_job")),
        sa.PrimaryKeyConstraint("tenant", "job", "line", name=op.f("pk_enrolment_job_refusals")),
    )
    op.create_index("ix_enrolment_job_refusals_person", "enrolment_job_refusals", ["tenant", "person"], unique=False)
    protect("enrolment_job_refusals")
