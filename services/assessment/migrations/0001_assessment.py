"""Everything that assessment keeps from the start: banks, assessments, attempts, grades, and copies of facts."""

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
        "banks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_banks")),
        sa.UniqueConstraint("tenant", "code", name=op.f("uq_banks_tenant_code")),
    )
    protect("banks")
    op.create_table(
        "questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_format", sa.String(length=10), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("prompts", sa.JSON(), nullable=False),
        sa.Column("right", sa.JSON(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("competency", sa.String(length=80), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("a", sa.Double(), nullable=True),
        sa.Column("b", sa.Double(), nullable=True),
        sa.Column("c", sa.Double(), nullable=True),
        sa.Column("correction", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["banks.id"], name=op.f("fk_questions_bank_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("tenant", "origin", "revision", name=op.f("uq_questions_tenant_origin_revision")),
    )
    op.create_index(
        "uq_questions_active_number",
        "questions",
        ["tenant", "bank_id", "number"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
        sqlite_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "corrections",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("successor", sa.Uuid(), nullable=False),
        sa.Column("right", sa.JSON(), nullable=False),
        sa.Column("corrected_at", UtcDateTime(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("remarked", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_corrections_question_id")),
        sa.ForeignKeyConstraint(["successor"], ["questions.id"], name=op.f("fk_corrections_successor")),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_corrections")),
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("draw", sa.BigInteger(), nullable=True),
        sa.Column("attempts_allowed", sa.BigInteger(), nullable=True),
        sa.Column("time_limit_minutes", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["banks.id"], name=op.f("fk_assessments_bank_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint("tenant", "code", name=op.f("uq_assessments_tenant_code")),
    )
    protect("assessments")
    op.create_table(
        "assessment_versions",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("draw", sa.BigInteger(), nullable=True),
        sa.Column("attempts_allowed", sa.BigInteger(), nullable=True),
        sa.Column("time_limit_minutes", sa.BigInteger(), nullable=True),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_assessment_versions_assessment_id")
        ),
        sa.PrimaryKeyConstraint("assessment_id", "version", name=op.f("pk_assessment_versions")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("course_version", sa.BigInteger(), nullable=False),
        sa.Column("class_", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=True),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=True),
        sa.Column("handed_in_at", UtcDateTime(), nullable=True),
        sa.Column("annulled_at", UtcDateTime(), nullable=True),
        sa.Column("annulled_for", sa.String(length=20), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "tenant",
            "enrolment",
            "assessment_id",
            "number",
            name=op.f("uq_attempts_tenant_enrolment_assessment_id_number"),
        ),
    )
    op.create_index(
        "ix_attempts_open",
        "attempts",
        ["closes_at"],
        postgresql_where=sa.text("handed_in_at IS NULL"),
        sqlite_where=sa.text("handed_in_at IS NULL"),
    )
    op.create_index("ix_attempts_asked", "attempts", ["assessment_id", "version", "id"])
    protect("attempts")
    op.create_table(
        "answers",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("response", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_answers_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "question_id", name=op.f("pk_answers")),
    )
    protect("answers")
    op.create_table(
        "grades",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("graded_at", UtcDateTime(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_grades_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "revision", name=op.f("pk_grades")),
    )
    protect("grades")
    op.create_table(
        "tenants",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_tenants")),
    )
    protect("tenants")
    op.create_table(
        "standings",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "enrolment", name=op.f("pk_standings")),
    )
    protect("standings")
    op.create_table(
        "erased_people",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_erased_people")),
    )
    protect("erased_people")
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
        "people",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_people")),
    )
    protect("people")
    op.create_table(
        "frameworks",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "framework", "version", name=op.f("pk_frameworks")),
    )
    protect("frameworks")
    op.create_table(
        "course_versions",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", "version", name=op.f("pk_course_versions")),
    )
    op.create_table(
        "enrolments",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("course_version", sa.BigInteger(), nullable=False),
        sa.Column("class_", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=True),
        sa.Column("opens", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_enrolments")),
    )
    protect("enrolments")
    op.create_table(
        "offers",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", name=op.f("pk_offers")),
    )
    protect("offers")
    op.create_table(
        "pins",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("course_version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("assessment", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", "course_version", "assessment", name=op.f("pk_pins")),
    )
    op.create_index("ix_pins_assessment", "pins", ["tenant", "assessment", "version"], unique=False)
    op.create_table(
        "asked",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_asked_question_id")),
        sa.PrimaryKeyConstraint("tenant", "question_id", name=op.f("pk_asked")),
    )
    protect("asked")
    _protect_what_is_offered()


def _protect_what_is_offered() -> None:
    """Let a tenant read what courses pin that were ever offered to it, and the questions that its learners were asked.

    Each condition sees of other tables what their own policies show: of pins, those of courses offered to the tenant.
    """
    for table in ("course_versions", "pins"):
        same = f"offers.course = {table}.course AND offers.provider = {table}.tenant"
        protect(table, also_read=f"EXISTS (SELECT FROM offers WHERE offers.tenant = {CALLER} AND {same})")
    one = "pins.assessment = assessment_versions.assessment_id AND pins.version = assessment_versions.version"
    same = f"pins.tenant = assessment_versions.tenant AND {one}"
    protect("assessment_versions", also_read=f"EXISTS (SELECT FROM pins WHERE {same})")
    for table, question in (("questions", "questions.id"), ("corrections", "corrections.question_id")):
        own = f"asked.tenant = {CALLER} AND asked.question_id = {question}"
        protect(table, also_read=f"EXISTS (SELECT FROM asked WHERE {own})")
