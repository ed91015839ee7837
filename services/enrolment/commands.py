"""The use cases of enrolment: plan a class, enrol a learner, mark a lesson, judge a completion."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.enrolment.model import Class, Completion, CourseVersion, Enrolment, LessonMark, Person, Tenant
from services.enrolment.model.classes import (
    ClassCodeTaken,
    ClassIsFull,
    ClassKind,
    ClassNotFound,
    CourseNotYetKnown,
    NotTrainerOfCourse,
)
from services.enrolment.model.enrolments import (
    AlreadyEnrolled,
    EnrolmentNotFound,
    LessonNotFound,
    PersonNotYetKnown,
    TenantNotYetKnown,
)
from services.enrolment.queries import Study, newest_version, owners_seen_by, studies
from shared import clock
from shared.database import insert_new
from shared.events.catalogue import Outcome
from shared.events.enrolment import DayMinutes, LearnerEnrolled, TrainingCompleted
from shared.messaging import outbox


def plan_class(
    session: Session,
    *,
    tenant: UUID,
    code: str,
    course: UUID,
    kind: ClassKind,
    opens: date | None,
    closes: date | None,
    capacity: int | None,
    trainer: UUID | None,
) -> Class:
    """Plan a class in a course. `trainer` is the caller, where only being a trainer of the course lets them.

    Raises `CourseNotYetKnown`, `NotTrainerOfCourse`, `ClassCodeTaken` or `ClassDatesWrong`.
    """
    known = _course(session, tenant, course)
    if trainer is not None and not known.is_trained_by(trainer):
        raise NotTrainerOfCourse("Only trainers of the course can plan a class in it.", course=str(course))
    if session.scalar(select(Class.id).where(Class.tenant == tenant, Class.code == code)):
        raise ClassCodeTaken(f"There is a class {code} already. Take another code.", code=code)
    planned = Class.plan(tenant, code=code, course=course, kind=kind, opens=opens, closes=closes, capacity=capacity)
    session.add(planned)
    session.flush()
    return planned


def enrol_learner(session: Session, class_id: UUID, *, tenant: UUID, person: UUID, at: datetime) -> Study:
    """Give a person a place in a class, in the newest known version of its course.

    Raises `ClassNotFound`, `ClassIsClosed`, `ClassIsFull`, `AlreadyEnrolled`, or a `NotYetKnown` refusal for what
    has not arrived here yet.
    """
    class_, day, learner = _entry(session, tenant, class_id, person, at)
    course = _course(session, tenant, class_.course)
    enrolment = Enrolment.begin(class_, course, learner, on=day)
    _take_place(session, class_, enrolment)
    outbox.append(
        session,
        LearnerEnrolled(**_dimensions(enrolment), time=at, opens=class_.opens or day, closes=class_.closes),
    )
    return Study(enrolment, course)


def mark_lesson(
    session: Session, enrolment_id: UUID, lesson: UUID, *, tenant: UUID, person: UUID, at: datetime
) -> Study:
    """Mark a lesson as done; the first mark stays, and a repeated one changes nothing.

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
    study = Study(enrolment, study.course, [*study.marks, mark], study.results)
    judge(session, study)
    return study


def lock_studies(session: Session, tenants: Iterable[UUID], enrolments: Iterable[UUID]) -> list[Study]:
    """Lock enrolments, in the order of their ids, and only then read the facts that decide them.

    Without the lock, the last lesson mark and the passing grade could each miss the other, and nobody would ever
    see that the training is complete.
    """
    rows = select(Enrolment).where(Enrolment.tenant.in_(set(tenants)), Enrolment.id.in_(set(enrolments)))
    return studies(session, session.scalars(rows.order_by(Enrolment.id).with_for_update(key_share=True)).all())


def judge(session: Session, study: Study) -> None:
    """Say `TrainingCompleted` once the rule of the version enrolled in is met, and again when its facts are corrected.

    The caller holds the lock of the enrolment. A correction by which the rule is no longer met leaves the completion
    as it was said.
    """
    completion = study.course.rule.met(study.marks, study.results)
    if completion is not None and study.enrolment.complete(completion):
        outbox.append(session, _completed(study.enrolment, study.course, completion))


def _course(session: Session, tenant: UUID, course: UUID) -> CourseVersion:
    known = newest_version(session, owners_seen_by(tenant), course)
    if known is None:
        raise CourseNotYetKnown("The course is not known here yet. Try again in a second.", course=str(course))
    return known


def _entry(session: Session, tenant: UUID, class_id: UUID, person: UUID, at: datetime) -> tuple[Class, date, Person]:
    """Read in one statement what a place depends on: the class, the city's day and the person."""
    entry = session.execute(
        select(Class, Tenant.zone, Person)
        .outerjoin(Tenant, Tenant.tenant == Class.tenant)
        .outerjoin(Person, (Person.tenant == Class.tenant) & (Person.id == person))
        .where(Class.tenant == tenant, Class.id == class_id)
    ).one_or_none()
    if entry is None:
        raise ClassNotFound("There is no such class.")
    class_, zone, learner = entry
    if learner is None:
        raise PersonNotYetKnown("The person is not known here yet. Try again in a second.", person=str(person))
    return class_, _day(at, zone), learner


def _take_place(session: Session, class_: Class, enrolment: Enrolment) -> None:
    if class_.capacity is not None:  # A class without a limit needs no lock, so its learners don't wait for each other.
        _lock_place(session, class_, enrolment)
    # PostgreSQL's driver gives no row count for an INSERT, so the returned id tells whether the place was taken.
    insert = insert_new(Enrolment, session).on_conflict_do_nothing().returning(Enrolment.id)
    row = {column.name: getattr(enrolment, column.name) for column in Enrolment.__table__.columns}
    if session.scalar(insert, row) is None:
        raise _already_enrolled(_open_enrolment(session, enrolment))


def _lock_place(session: Session, class_: Class, enrolment: Enrolment) -> None:
    session.refresh(class_, with_for_update={"key_share": True})
    places = select(func.count(Enrolment.id)).where(Enrolment.tenant == class_.tenant, Enrolment.class_id == class_.id)
    try:
        class_.require_place(session.scalar(places) or 0)
    except ClassIsFull:
        if opened := _open_enrolment(session, enrolment):  # Who holds one of the places should hear that instead.
            raise _already_enrolled(opened) from None
        raise


def _open_enrolment(session: Session, like: Enrolment) -> UUID | None:
    return session.scalar(
        select(Enrolment.id).where(
            Enrolment.tenant == like.tenant,
            Enrolment.person == like.person,
            Enrolment.course == like.course,
            Enrolment.state == "open",
        )
    )


def _already_enrolled(opened: UUID | None) -> AlreadyEnrolled:
    sentence = "The person has an open enrolment in this course already."
    return AlreadyEnrolled(sentence, enrolment=opened and str(opened))


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
    return enrolment, class_, _day(at, zone)


def _day(at: datetime, zone: str | None) -> date:
    if zone is None:
        raise TenantNotYetKnown("The city's time zone is not known here yet. Try again in a second.")
    return clock.local_day(at, zone)


def _completed(enrolment: Enrolment, course: CourseVersion, completion: Completion) -> TrainingCompleted:
    return TrainingCompleted(
        **_dimensions(enrolment),
        time=completion.at,
        revision=enrolment.revision,
        outcomes=tuple(Outcome(competency=one["competency"], level=one["level"]) for one in course.outcomes),
        form=course.form,
        scope=course.scope,
        minutes=tuple(DayMinutes(day=day, minutes=minutes) for day, minutes in completion.minutes),
        pre=completion.pre,
        post=completion.post,
        completed_on=completion.on,
    )


def _dimensions(enrolment: Enrolment) -> dict[str, Any]:
    return {
        "tenant": enrolment.tenant,
        "enrolment": enrolment.id,
        "person": enrolment.person,
        "course": enrolment.course,
        "version": enrolment.version,
        "class_": enrolment.class_id,
        "programme": enrolment.programme,
        "provider": enrolment.provider,
        "unit": enrolment.unit,
    }
