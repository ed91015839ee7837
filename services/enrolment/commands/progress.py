"""Mark lessons as done."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.enrolment.commands.completion import judge
from services.enrolment.commands.dimensions import dimensions
from services.enrolment.model import Class, Enrolment, LessonMark, Tenant
from services.enrolment.model.enrolments import EnrolmentNotFound, LessonNotFound, day_in
from services.enrolment.queries import Study, studies
from shared.events.enrolment import LearningStarted
from shared.messaging import outbox


def mark_lesson(
    session: Session, enrolment_id: UUID, lesson: UUID, *, tenant: UUID, person: UUID, at: datetime
) -> Study:
    """Mark a lesson as done; the first mark stays, and a repeated one changes nothing. The first of all says so.

    Raises `EnrolmentNotFound` for anybody but the learner, `LessonNotFound`, `EnrolmentIsNotOpen`,
    `ClassNotOpenYet` or `ClassIsClosed`.
    """
    enrolment, class_, day = _lock_own(session, tenant, enrolment_id, person, at)
    (study,) = studies(session, [enrolment])
    if study.course.rule.lesson(lesson) is None:
        raise LessonNotFound("The course version enrolled in has no such lesson.", version=enrolment.version)
    if any(mark.lesson == lesson for mark in study.marks):
        return study
    enrolment.require_open()
    class_.require_open(day)
    mark = LessonMark(tenant=tenant, enrolment=enrolment.id, lesson=lesson, marked_at=at, marked_on=day)
    session.add(mark)
    if not study.marks:
        outbox.append(session, LearningStarted(**dimensions(enrolment), time=at, started_on=day))
    study = Study(enrolment, study.course, [*study.marks, mark], study.results)
    judge(session, study, at=at)
    return study


def _lock_own(
    session: Session, tenant: UUID, enrolment_id: UUID, person: UUID, at: datetime
) -> tuple[Enrolment, Class, date]:
    own = session.execute(
        select(Enrolment, Class, Tenant.zone)
        .join(Class, Class.id == Enrolment.class_id)
        .outerjoin(Tenant, Tenant.tenant == Enrolment.tenant)
        .where(Enrolment.tenant == tenant, Enrolment.id == enrolment_id, Enrolment.person == person)
        .with_for_update(of=Enrolment, key_share=True)
    ).one_or_none()
    if own is None:
        raise EnrolmentNotFound("There is no such enrolment of yours.")
    enrolment, class_, zone = own
    return enrolment, class_, day_in(zone, at)
