"""What evaluation itself decides and records: standards, results, disputes, activities, and what it said of levels."""

import sqlalchemy as sa
from alembic import op

from shared.database import UtcDateTime
from shared.migrations import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
        "job_requirements",
        sa.Column("standard", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["standard"], ["job_standards.id"], name=op.f("fk_job_requirements_standard")),
        sa.PrimaryKeyConstraint("standard", "competency", name=op.f("pk_job_requirements")),
    )
    protect("job_requirements")
    op.create_table(
        "assessment_results",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("rater_role", sa.String(length=20), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("piece", sa.Uuid(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("sem", sa.Double(), nullable=True),
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
        "certificates",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("tenant", "person", "sha256", name=op.f("uq_certificates_tenant_person_sha256")),
    )
    protect("certificates")
    op.create_table(
        "certificate_contents",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "certificate"],
            ["certificates.tenant", "certificates.id"],
            name=op.f("fk_certificate_contents_tenant_certificate"),
        ),
        sa.PrimaryKeyConstraint("tenant", "certificate", name=op.f("pk_certificate_contents")),
    )
    protect("certificate_contents")
    op.create_table(
        "activities",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("organiser", sa.String(length=200), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("piece", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "certificate"],
            ["certificates.tenant", "certificates.id"],
            name=op.f("fk_activities_tenant_certificate"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_activities")),
        sa.UniqueConstraint("tenant", "certificate", name=op.f("uq_activities_tenant_certificate")),
        sa.UniqueConstraint("tenant", "piece", name=op.f("uq_activities_tenant_piece")),
    )
    op.create_index("ix_activities_person", "activities", ["tenant", "person"], unique=False)
    op.create_index("ix_activities_state", "activities", ["tenant", "state", "submitted_at"], unique=False)
    protect("activities")
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
