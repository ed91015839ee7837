"""Everything that the catalogue keeps from the start: programmes, courses and their versions, and others' facts."""

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
        "competencies",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "framework", "version", "code", name=op.f("pk_competencies")),
    )
    protect("competencies")
    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("current", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
    )
    op.create_index("uq_courses_code", "courses", ["tenant", "code"], unique=True)
    op.create_table(
        "offers",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("receiver", sa.Uuid(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_offers_course_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant", "course_id", "receiver", name=op.f("pk_offers")),
    )
    op.create_index("ix_offers_receiver", "offers", ["receiver", "course_id"], unique=False)
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
    op.create_table(
        "known_people",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "person", name=op.f("pk_known_people")),
    )
    protect("known_people")
    op.create_table(
        "known_tenants",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_known_tenants")),
    )
    op.create_table(
        "measures",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("display", sa.String(length=20), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("gain", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("g", sa.Float(), nullable=True),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("rule_set", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", name=op.f("pk_measures")),
    )
    owned = f"SELECT id FROM courses WHERE tenant = {CALLER}"  # noqa: S608 - it holds nothing but our own words
    protect("measures", also_read=f"measures.course IN ({owned})")
    op.create_table(
        "programmes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
    )
    op.create_index("uq_programmes_code", "programmes", ["tenant", "code"], unique=True)
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
    op.create_index("ix_course_versions_programme", "course_versions", ["tenant", "programme_id"], unique=False)
    op.create_index("uq_course_versions_number", "course_versions", ["tenant", "course_id", "number"], unique=True)
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
    op.create_index("ix_course_assessments_pinned", "course_assessments", ["tenant", "assessment_id"], unique=False)
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
    op.create_index("ix_lessons_material", "lessons", ["tenant", "material_id"], unique=False)
    op.create_index("uq_lessons_code", "lessons", ["tenant", "version_id", "code"], unique=True)
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
    _protect_what_is_offered()


def _protect_what_is_offered() -> None:
    """Let a tenant read the courses that were ever offered to it, in every version that was published.

    Each condition sees of other tables what their own policies show: a lesson is readable if its version is.
    """
    protect("known_tenants", also_read="true")
    protect("offers", also_read=f"offers.receiver = {CALLER}")
    offered = f"EXISTS (SELECT FROM offers WHERE offers.course_id = {{}} AND offers.receiver = {CALLER})"
    protect("courses", also_read=f"courses.current > 0 AND {offered.format('courses.id')}")
    shown = "course_versions.published_at IS NOT NULL"
    protect("course_versions", also_read=f"{shown} AND {offered.format('course_versions.course_id')}")
    for part in ("lessons", "outcomes", "course_assessments"):
        protect(part, also_read=f"EXISTS (SELECT FROM course_versions WHERE course_versions.id = {part}.version_id)")
    for table, key, user, reference in (
        ("programmes", "id", "course_versions", "programme_id"),
        ("materials", "id", "lessons", "material_id"),
        ("known_assessments", "assessment", "course_assessments", "assessment_id"),
    ):
        same = f"{user}.tenant = {table}.tenant AND {user}.{reference} = {table}.{key}"
        protect(table, also_read=f"EXISTS (SELECT FROM {user} WHERE {same})")
