"""Plan, change and close classes."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.enrolment.model import Class, CourseVersion, Enrolment, Person, Tenant
from services.enrolment.model.classes import (
    ClassCodeTaken,
    ClassKind,
    ClassNotFound,
    CourseNotYetKnown,
    NotTrainerOfCourse,
    TrainerNotYetKnown,
)
from services.enrolment.model.enrolments import day_in
from services.enrolment.model.offers import CourseIsWithdrawn
from services.enrolment.queries import course_with_offer, places_taken
from shared.errors import Stale


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
    trainers: Collection[UUID] = (),
    trainer: UUID | None,
) -> Class:
    """Plan a class in a course. `trainer` is the caller, where only being a trainer of the course lets them.

    Raises `CourseNotYetKnown`, `CourseIsNotOffered`, `CourseIsWithdrawn`, `NotTrainerOfCourse`, `TrainerNotYetKnown`,
    `ClassCodeTaken` or `ClassDatesWrong`.
    """
    known = course_to_begin(session, tenant, course)
    if trainer is not None:
        _require_trainer(known, trainer)
    _require_people(session, tenant, trainers)
    if session.scalar(select(Class.id).where(Class.tenant == tenant, Class.code == code)):
        raise ClassCodeTaken(f"There is a class {code} already. Take another code.", code=code)
    planned = Class.plan(
        tenant,
        code=code,
        course=course,
        kind=kind,
        opens=opens,
        closes=closes,
        capacity=capacity,
        trainers=trainers,
    )
    session.add(planned)
    session.flush()
    return planned


def change_class(
    session: Session,
    class_id: UUID,
    *,
    tenant: UUID,
    opens: date | None,
    closes: date | None,
    capacity: int | None,
    trainers: Collection[UUID],
    trainer: UUID | None,
    revision: int,
) -> Class:
    """Change who trains a class and its places, and its days until somebody is enrolled.

    Raises `ClassNotFound`, `NotTrainerOfCourse`, `Stale` for one changed since `revision`, `TrainerNotYetKnown`,
    `PlacesAreTaken`, `ClassDaysAreTold`, `ClassDatesWrong` or `ClassIsClosed`.
    """
    class_, _ = _lock_whole_class(session, tenant, class_id, trainer=trainer)
    if class_.revision != revision:
        raise Stale("Somebody else changed this class since you read it. Read it again.", version=class_.revision)
    _require_people(session, tenant, set(trainers) - {UUID(one) for one in class_.trainers})
    ever = select(Enrolment.id).where(Enrolment.tenant == tenant, Enrolment.class_id == class_.id).limit(1)
    class_.change(
        opens=opens,
        closes=closes,
        capacity=capacity,
        trainers=trainers,
        taken=places_taken(session, class_),
        told=session.scalar(ever) is not None,
    )
    return class_


def close_class(session: Session, class_id: UUID, *, tenant: UUID, trainer: UUID | None, at: datetime) -> Class:
    """Close a class before its last day, or one without days; who has not completed is let go by a timer, soon.

    Closing it again changes nothing. Raises `ClassNotFound`, `NotTrainerOfCourse` or `TenantNotYetKnown`.
    """
    class_, zone = _lock_whole_class(session, tenant, class_id, trainer=trainer)
    class_.end(class_.left_on(day_in(zone, at)))
    return class_


def course_to_begin(session: Session, tenant: UUID, course: UUID) -> CourseVersion:
    """Give the version that a learner of a city who enrols now begins.

    Raises `CourseNotYetKnown`, `CourseIsNotOffered` or `CourseIsWithdrawn`.
    """
    known = course_with_offer(session, tenant, course)
    if known is None:
        raise CourseNotYetKnown("The course is not known here yet. Try again in a second.", course=str(course))
    newest, offer, is_withdrawn = known
    if offer is not None:
        offer.require_standing()
    if is_withdrawn:
        raise CourseIsWithdrawn("The course is withdrawn: nobody can begin it any more.", course=str(course))
    return newest


def _lock_whole_class(
    session: Session, tenant: UUID, class_id: UUID, *, trainer: UUID | None
) -> tuple[Class, str | None]:
    """Hold a class against everybody who enrols in it; give it with the zone of its city.

    Raises `ClassNotFound`, or `NotTrainerOfCourse` for a `trainer` who trains neither the class nor its course.
    """
    found = session.execute(
        select(Class, Tenant.zone)
        .outerjoin(Tenant, Tenant.tenant == Class.tenant)
        .where(Class.tenant == tenant, Class.id == class_id)
        .with_for_update(of=Class)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise ClassNotFound("There is no such class.")
    class_, zone = found
    if trainer is not None and not class_.is_trained_by(trainer):
        known = course_with_offer(session, tenant, class_.course)  # Also where it is withdrawn, or offered no longer.
        _require_trainer(known[0] if known else None, trainer)
    return class_, zone


def _require_trainer(course: CourseVersion | None, trainer: UUID) -> None:
    if course is None or not course.is_trained_by(trainer):
        raise NotTrainerOfCourse("Only trainers of the course can plan a class in it.")


def _require_people(session: Session, tenant: UUID, trainers: Collection[UUID]) -> None:
    known = session.scalars(select(Person.id).where(Person.tenant == tenant, Person.id.in_(trainers), ~Person.erased))
    unknown = sorted(set(trainers) - set(known))
    if unknown:
        sentence = "A trainer is not known as a person of the city yet. Try again in a second."
        raise TrainerNotYetKnown(sentence, trainers=[str(one) for one in unknown])
