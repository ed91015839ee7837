"""Everything that the catalogue keeps from the start: programmes, courses and their versions, and others' facts."""

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
        "competencies",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "framework", "version", "code", name=op.f("pk_competencies")),
    )
    protect("competencies")
    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("current", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
    )
    op.create_index("uq_courses_code", "courses", ["tenant", "code"], unique=True)
    protect("courses")
    op.create_table(
        "known_assessments",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("assessment", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("competencies", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "assessment", name=op.f("pk_known_assessments")),
    )
    op.create_index("ix_known_assessments_code", "known_assessments", ["tenant", "code"], unique=False)
    protect("known_assessments")
    op.create_table(
        "known_people",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "person", name=op.f("pk_known_people")),
    )
    protect("known_people")
    op.create_table(
        "programmes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
    )
    op.create_index("uq_programmes_code", "programmes", ["tenant", "code"], unique=True)
    protect("programmes")
    op.create_table(
        "course_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_versions_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_course_versions_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_versions")),
    )
    op.create_index("ix_course_versions_title", "course_versions", ["tenant", "title", "id"], unique=False)
    op.create_index("uq_course_versions_number", "course_versions", ["tenant", "course_id", "number"], unique=True)
    protect("course_versions")
    op.create_table(
        "materials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_materials_course_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_materials")),
    )
    op.create_index("uq_materials_content", "materials", ["tenant", "course_id", "name", "sha256"], unique=True)
    protect("materials")
    op.create_table(
        "course_assessments",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("must_pass", sa.Boolean(), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("assessment_version", sa.BigInteger(), nullable=True),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_versions.id"], name=op.f("fk_course_assessments_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "code", name=op.f("pk_course_assessments")),
    )
    protect("course_assessments")
    op.create_table(
        "course_trainers",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_versions.id"], name=op.f("fk_course_trainers_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "person", name=op.f("pk_course_trainers")),
    )
    op.create_index("ix_course_trainers_person", "course_trainers", ["tenant", "person"], unique=False)
    protect("course_trainers")
    op.create_table(
        "lessons",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("material_id", sa.Uuid(), nullable=True),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["material_id"], ["materials.id"], name=op.f("fk_lessons_material_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_versions.id"], name=op.f("fk_lessons_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_lessons")),
    )
    op.create_index("uq_lessons_code", "lessons", ["tenant", "version_id", "code"], unique=True)
    protect("lessons")
    op.create_table(
        "outcomes",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_versions.id"], name=op.f("fk_outcomes_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "competency", name=op.f("pk_outcomes")),
    )
    protect("outcomes")
