"""Courses by their titles."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.tables import Course

Version = tuple[UUID, int]
"""A course and one of its versions."""


def course_titles(session: Session, versions: Collection[Version]) -> dict[Version, str]:
    """Give the titles of some versions of courses, as far as they are known here."""
    wanted = select(Course).where(tuple_(Course.course, Course.version).in_(sorted(set(versions))))
    return {(one.course, one.version): one.title for one in session.scalars(wanted)}


def newest_title(session: Session, course: UUID) -> str | None:
    """Give the title of a course's newest version, if it is known here."""
    wanted = select(Course.title).where(Course.course == course)
    return session.scalar(wanted.order_by(Course.version.desc()).limit(1))
