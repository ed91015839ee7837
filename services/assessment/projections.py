"""Folds of other services' facts into the copies that assessment reads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from services.assessment.model import (
    CourseVersion,
    Enrolment,
    ErasedPerson,
    Framework,
    Offer,
    Person,
    Pin,
    Standing,
    Tenant,
    Unit,
)
from shared.database import put, upsert_newer
from shared.events.catalogue import CourseOffered, CourseOfferEnded, CoursePublished, PinnedAssessment
from shared.events.enrolment import CompletionRevoked, EnrolmentClosed, LearnerEnrolled, TrainingCompleted
from shared.events.evaluation import FrameworkPublished
from shared.events.identity import PersonAssigned, PersonErased, TenantDefined, UnitDefined


def copy_tenants(session: Session, events: Sequence[TenantDefined]) -> None:
    """Keep the zone of every city and provider."""
    rows = [{"tenant": event.tenant, "zone": event.zone, "sequence": event.sequence} for event in events]
    upsert_newer(session, Tenant, rows)


def copy_units(session: Session, events: Sequence[UnitDefined]) -> None:
    """Keep the unit tree, by which managers oversee people."""
    rows = [
        {"tenant": event.tenant, "id": event.unit, "parent": event.parent, "sequence": event.sequence}
        for event in events
    ]
    upsert_newer(session, Unit, rows)


def copy_people(session: Session, events: Sequence[PersonAssigned]) -> None:
    """Keep in which units people work, by their primary and their acting posts; of those who are erased, nothing."""
    erased = _erased(session, events)
    rows = [
        {
            "tenant": event.tenant,
            "id": event.person,
            "posts": [
                {
                    "unit": str(post.unit),
                    "valid_from": post.valid_from.isoformat(),
                    "valid_to": post.valid_to and post.valid_to.isoformat(),
                }
                for post in event.posts
            ],
            "sequence": event.sequence,
        }
        for event in events
        if (event.tenant, event.person) not in erased
    ]
    upsert_newer(session, Person, rows)


def forget_people(session: Session, events: Sequence[PersonErased]) -> None:
    """Forget where people worked, for good."""
    people = sorted({(event.tenant, event.person) for event in events})
    put(session, ErasedPerson, [{"tenant": tenant, "id": person} for tenant, person in people])
    session.execute(delete(Person).where(tuple_(Person.tenant, Person.id).in_(people)))


def copy_frameworks(session: Session, events: Sequence[FrameworkPublished]) -> None:
    """Keep the competency codes of every version, because one may come into force later."""
    rows = [
        {
            "tenant": event.tenant,
            "framework": event.framework,
            "version": event.version,
            "valid_from": event.valid_from,
            "codes": [one.code for one in event.competencies],
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, Framework, rows)


def copy_courses(session: Session, events: Sequence[CoursePublished]) -> None:
    """Keep what every version pins, because a learner finishes the version begun."""
    rows = [
        {
            "tenant": event.tenant,
            "course": event.course,
            "version": event.version,
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, CourseVersion, rows)
    put(session, Pin, [_pin(event, one) for event in events for one in event.assessments])


def copy_offers(session: Session, events: Sequence[CourseOffered] | Sequence[CourseOfferEnded]) -> None:
    """Keep to whom courses were ever offered: enrolment decides who begins, here those who have begun go on."""
    rows = [
        {"tenant": event.to, "course": event.course, "provider": event.tenant, "sequence": event.sequence}
        for event in events
    ]
    upsert_newer(session, Offer, rows)


def copy_enrolments(session: Session, events: Sequence[LearnerEnrolled]) -> None:
    """Keep who learns in which class, with the dimensions that every attempt will carry."""
    rows = [
        {
            "tenant": event.tenant,
            "id": event.enrolment,
            "person": event.person,
            "course": event.course,
            "course_version": event.version,
            "class_": event.class_,
            "programme": event.programme,
            "provider": event.provider,
            "unit": event.unit,
            "opens": event.opens,
            "closes": event.closes,
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, Enrolment, rows)


Standings = Sequence[EnrolmentClosed] | Sequence[TrainingCompleted] | Sequence[CompletionRevoked]


def copy_standings(session: Session, events: Standings) -> None:
    """Keep whether enrolments are closed: completed or open again, they are not."""
    rows = [
        {
            "tenant": event.tenant,
            "enrolment": event.enrolment,
            "closed": isinstance(event, EnrolmentClosed),
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, Standing, rows)


def _erased(session: Session, events: Sequence[PersonAssigned]) -> set[tuple[UUID, UUID]]:
    people = sorted({(event.tenant, event.person) for event in events})
    found = select(ErasedPerson.tenant, ErasedPerson.id).where(tuple_(ErasedPerson.tenant, ErasedPerson.id).in_(people))
    return {(row.tenant, row.id) for row in session.execute(found)}


def _pin(event: CoursePublished, pinned: PinnedAssessment) -> dict[str, Any]:
    return {
        "tenant": event.tenant,
        "course": event.course,
        "course_version": event.version,
        "assessment": pinned.id,
        "version": pinned.version,
    }
