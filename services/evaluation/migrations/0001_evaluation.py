"""What evaluation folds from events: copies, the ledger, learning hours and figures; and which figures it announced."""

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
        "announced_figures",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("pairs", sa.BigInteger(), nullable=False),
        sa.Column("pre", sa.BigInteger(), nullable=False),
        sa.Column("post", sa.BigInteger(), nullable=False),
        sa.Column("pre_squared", sa.BigInteger(), nullable=False),
        sa.Column("post_squared", sa.BigInteger(), nullable=False),
        sa.Column("pre_times_post", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", name=op.f("pk_announced_figures")),
    )
    protect("announced_figures")
    op.create_table(
        "course_figures",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("enrolled", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.BigInteger(), nullable=False),
        sa.Column("completed", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.Column("not_completed", sa.BigInteger(), nullable=False),
        sa.Column("erased", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
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
        sa.Column("programme", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("post_tests", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", "version", name=op.f("pk_courses")),
    )
    op.create_index("ix_courses_course", "courses", ["course", "version"], unique=False)
    op.create_table(
        "offers",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "course", name=op.f("pk_offers")),
    )
    protect("offers")
    same = "offers.course = courses.course AND offers.provider = courses.tenant"
    protect("courses", also_read=f"EXISTS (SELECT FROM offers WHERE offers.tenant = {CALLER} AND {same})")
    op.create_table(
        "employments",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("employment_type", sa.String(length=10), nullable=True),
        sa.Column("contract_start", sa.Date(), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "person", "sequence", name=op.f("pk_employments")),
    )
    protect("employments")
    op.create_table(
        "erased_people",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "person", name=op.f("pk_erased_people")),
    )
    protect("erased_people")
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
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("sem", sa.Double(), nullable=True),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_for", sa.String(length=40), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
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
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("closed_event", sa.Uuid(), nullable=True),
        sa.Column("closed_for", sa.String(length=20), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("completed_event", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("days", sa.BigInteger(), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
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
        "hours_entries",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("piece", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=True),
        sa.Column("course", sa.Uuid(), nullable=True),
        sa.Column("course_version", sa.BigInteger(), nullable=True),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("cut", sa.BigInteger(), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "piece", "day", name=op.f("pk_hours_entries")),
    )
    op.create_index("ix_hours_entries_person", "hours_entries", ["tenant", "person", "day"], unique=False)
    protect("hours_entries")
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
        "levels_gained",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=40), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("gained", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "enrolment", "competency", name=op.f("pk_levels_gained")),
    )
    op.create_index("ix_levels_gained_person", "levels_gained", ["tenant", "person"], unique=False)
    protect("levels_gained")
    op.create_table(
        "people",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("employment_type", sa.String(length=10), nullable=True),
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
        "post_tests",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=False),
        sa.Column("assessment", sa.Uuid(), nullable=True),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "attempt", name=op.f("pk_post_tests")),
    )
    op.create_index("ix_post_tests_enrolment", "post_tests", ["tenant", "enrolment"], unique=False)
    protect("post_tests")
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
        "revoked_completions",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "enrolment", name=op.f("pk_revoked_completions")),
    )
    protect("revoked_completions")
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
        "zones",
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_zones")),
    )
    protect("zones")
