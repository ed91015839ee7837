"""Enrol learners, and let them withdraw."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.enrolment.commands.classes import course_to_begin
from services.enrolment.commands.dimensions import dimensions
from services.enrolment.commands.places import lock_class, lock_people, take_places
from services.enrolment.model import Enrolment, Tenant
from services.enrolment.model.enrolments import EnrolmentNotFound, PersonNotYetKnown, day_in
from services.enrolment.queries import Study, studies
from shared.errors import Refusal
from shared.events.enrolment import EnrolmentClosed
from shared.messaging import outbox


def enrol_learner(session: Session, class_id: UUID, *, tenant: UUID, person: UUID, at: datetime) -> Study:
    """Give a person a place in a class, in the newest known version of its course.

    Raises `ClassNotFound`, `ClassIsClosed`, `ClassIsFull`, `AlreadyEnrolled`, `PersonNotFound`, or a `NotYetKnown`
    refusal for what has not arrived here yet.
    """
    learner = lock_people(session, tenant, [person]).get(person)
    if learner is None:
        raise PersonNotYetKnown("The person is not known here yet. Try again in a second.", person=str(person))
    learner.require_kept()
    class_, day = lock_class(session, tenant, class_id, at=at)
    course = course_to_begin(session, tenant, class_.course)
    outcome = take_places(session, class_, course, [learner], on=day, at=at)[person]
    if isinstance(outcome, Refusal):
        raise outcome
    return Study(outcome, course)


def withdraw_learner(session: Session, enrolment_id: UUID, *, tenant: UUID, at: datetime) -> Study:
    """Give a learner's place back; what was marked stays, and doing so again changes nothing.

    Raises `EnrolmentNotFound`, `EnrolmentIsCompleted`, or `EnrolmentIsNotOpen` for one that was closed otherwise.
    """
    found = session.execute(
        select(Enrolment, Tenant.zone)
        .outerjoin(Tenant, Tenant.tenant == Enrolment.tenant)
        .where(Enrolment.tenant == tenant, Enrolment.id == enrolment_id)
        .with_for_update(of=Enrolment, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise EnrolmentNotFound("There is no such enrolment.")
    enrolment, zone = found
    day = day_in(zone, at)
    if enrolment.withdraw(on=day):
        outbox.append(session, EnrolmentClosed(**dimensions(enrolment), time=at, reason="withdrawn", closed_on=day))
    return studies(session, [enrolment])[0]
