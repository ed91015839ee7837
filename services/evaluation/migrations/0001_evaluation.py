"""Everything that evaluation keeps from the start: standards, the ledger, learning hours, figures and copies."""

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
        "announced_levels",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "person", "competency", name=op.f("pk_announced_levels")),
    )
    protect("announced_levels")
    op.create_table(
        "assessment_results",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("rater_role", sa.String(length=20), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("piece", sa.Uuid(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant", "person", "competency", "rater_role", "dated_on", name=op.f("pk_assessment_results")
        ),
        sa.UniqueConstraint("tenant", "piece", name=op.f("uq_assessment_results_tenant_piece")),
    )
    protect("assessment_results")
    op.create_table(
        "course_figures",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("enrolled", sa.BigInteger(), nullable=False),
        sa.Column("completed", sa.BigInteger(), nullable=False),
        sa.Column("pairs", sa.BigInteger(), nullable=False),
        sa.Column("pre", sa.BigInteger(), nullable=False),
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.Column("pre_squared", sa.BigInteger(), nullable=False),
        sa.Column("post_squared", sa.BigInteger(), nullable=False),
        sa.Column("pre_times_post", sa.BigInteger(), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", name=op.f("pk_course_figures")),
    )
    protect("course_figures")
    op.create_table(
        "courses",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", "version", name=op.f("pk_courses")),
    )
    protect("courses")
    op.create_table(
        "disputes",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("piece", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_disputes")),
        sa.UniqueConstraint(
            "tenant", "piece", "competency", "number", name=op.f("uq_disputes_tenant_piece_competency_number")
        ),
    )
    op.create_index("ix_disputes_person", "disputes", ["tenant", "person"], unique=False)
    protect("disputes")
    op.create_table(
        "evidence_lines",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("piece", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=True),
        sa.Column("enrolment", sa.Uuid(), nullable=True),
        sa.Column("course", sa.Uuid(), nullable=True),
        sa.Column("course_version", sa.BigInteger(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("handed_in_at", UtcDateTime(), nullable=True),
        sa.Column("rated", sa.BigInteger(), nullable=True),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_for", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "piece", "competency", name=op.f("pk_evidence_lines")),
    )
    op.create_index("ix_evidence_lines_person", "evidence_lines", ["tenant", "person", "competency"], unique=False)
    protect("evidence_lines")
    op.create_table(
        "figure_rows",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("course_version", sa.BigInteger(), nullable=False),
        sa.Column("class_", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=True),
        sa.Column("enrolled_event", sa.Uuid(), nullable=True),
        sa.Column("completed_event", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("pre", sa.BigInteger(), nullable=True),
        sa.Column("post", sa.BigInteger(), nullable=True),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "enrolment", name=op.f("pk_figure_rows")),
    )
    op.create_index("ix_figure_rows_class", "figure_rows", ["tenant", "class_", "enrolment"], unique=False)
    op.create_index("ix_figure_rows_course", "figure_rows", ["tenant", "course", "enrolment"], unique=False)
    op.create_index("ix_figure_rows_programme", "figure_rows", ["tenant", "programme", "enrolment"], unique=False)
    protect("figure_rows")
    op.create_table(
        "frameworks",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "version", name=op.f("pk_frameworks")),
    )
    protect("frameworks")
    op.create_table(
        "hours_entries",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("course_version", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("cut", sa.BigInteger(), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "enrolment", "day", name=op.f("pk_hours_entries")),
    )
    op.create_index("ix_hours_entries_person", "hours_entries", ["tenant", "person", "day"], unique=False)
    protect("hours_entries")
    op.create_table(
        "job_standards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_standards")),
        sa.UniqueConstraint("tenant", "job", "version", name=op.f("uq_job_standards_tenant_job_version")),
    )
    protect("job_standards")
    op.create_table(
        "jobs",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("position_type", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "job", name=op.f("pk_jobs")),
    )
    protect("jobs")
    op.create_table(
        "people",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("employment_type", sa.String(length=10), nullable=False),
        sa.Column("contract_start", sa.Date(), nullable=True),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "person", name=op.f("pk_people")),
    )
    protect("people")
    op.create_table(
        "pieces",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("piece", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "piece", name=op.f("pk_pieces")),
    )
    protect("pieces")
    op.create_table(
        "profiles",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=True),
        sa.Column("month", sa.BigInteger(), nullable=True),
        sa.Column("posterior", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("information", sa.Double(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "person", "competency", name=op.f("pk_profiles")),
    )
    protect("profiles")
    op.create_table(
        "tombstones",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("piece", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "piece", "competency", name=op.f("pk_tombstones")),
    )
    protect("tombstones")
    op.create_table(
        "units",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Uuid(), nullable=False),
        sa.Column("parent", sa.Uuid(), nullable=True),
        sa.Column("unit_type", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "unit", name=op.f("pk_units")),
    )
    protect("units")
    op.create_table(
        "withdrawals",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("piece", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "piece", "competency", name=op.f("pk_withdrawals")),
    )
    protect("withdrawals")
    op.create_table(
        "zones",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_zones")),
    )
    protect("zones")
    op.create_table(
        "framework_competencies",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "version"],
            ["frameworks.tenant", "frameworks.version"],
            name=op.f("fk_framework_competencies_tenant_version"),
        ),
        sa.PrimaryKeyConstraint("tenant", "version", "code", name=op.f("pk_framework_competencies")),
    )
    protect("framework_competencies")
    op.create_table(
        "job_requirements",
        sa.Column("standard", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["standard"], ["job_standards.id"], name=op.f("fk_job_requirements_standard")),
        sa.PrimaryKeyConstraint("standard", "competency", name=op.f("pk_job_requirements")),
    )
    protect("job_requirements")
