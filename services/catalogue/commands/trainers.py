"""Strikes somebody from the trainers of every course."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.model import Course, CourseTrainer, CourseVersion


def release_trainer(session: Session, person: UUID, *, tenant: UUID) -> None:
    """Let no course of a tenant list a person, in whatever version; doing so again changes nothing."""
    listing = select(CourseVersion.course_id).join(CourseTrainer, CourseTrainer.version_id == CourseVersion.id)
    listing = listing.where(CourseTrainer.tenant == tenant, CourseTrainer.person == person)
    mine = select(Course).where(Course.tenant == tenant, Course.id.in_(listing))
    for course in session.scalars(mine.order_by(Course.id).with_for_update()):
        course.release(person)
