"""Who reads a course beside its owner: those to whom it was ever offered, and of it what was ever published.

Each condition is in SQL, for `also_readable_by`; the policies of the first migration say the same to PostgreSQL.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, SQLColumnExpression, exists

from services.catalogue.model.base import Base


def is_offered(course: SQLColumnExpression[UUID], tenant: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Tell whether a course was ever offered to a tenant."""
    offers = _table("offers")
    return exists().where(offers.c.course_id == course, offers.c.receiver == tenant)


def has_offered_version(version: SQLColumnExpression[UUID], tenant: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Tell whether a version is published, and its course was ever offered to a tenant."""
    versions = _table("course_versions")
    return exists().where(versions.c.id == version, _is_shown(versions, tenant))


def groups_offered_version(
    programme: SQLColumnExpression[UUID], tenant: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    """Tell whether a programme groups such a version."""
    versions = _table("course_versions")
    return exists().where(versions.c.programme_id == programme, _is_shown(versions, tenant))


def is_in_offered_version(
    material: SQLColumnExpression[UUID], tenant: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    """Tell whether a file is in a lesson of such a version."""
    lessons = _table("lessons")
    return exists().where(lessons.c.material_id == material, has_offered_version(lessons.c.version_id, tenant))


def is_asked_in_offered_version(
    assessment: SQLColumnExpression[UUID], tenant: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    """Tell whether such a version pins an assessment."""
    pinned = _table("course_assessments")
    return exists().where(pinned.c.assessment_id == assessment, has_offered_version(pinned.c.version_id, tenant))


def _is_shown(versions: FromClause, tenant: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    return versions.c.published_at.is_not(None) & is_offered(versions.c.course_id, tenant)


def _table(name: str) -> FromClause:
    # Under a name of its own, so that it never is taken for a table of the statement around the condition.
    return Base.metadata.tables[name].alias()
