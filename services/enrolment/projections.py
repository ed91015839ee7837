"""Folds of other services' facts into the copies that enrolment reads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, true, tuple_
from sqlalchemy.orm import Session

from services.enrolment.model import (
    Annulment,
    CourseVersion,
    CourseWithdrawal,
    Offer,
    Person,
    Post,
    Result,
    Tenant,
    Unit,
)
from shared.database import insert_new, put, upsert_newer
from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.catalogue import CourseOffered, CourseOfferEnded, CoursePublished, CourseWithdrawn
from shared.events.identity import PersonAssigned, PersonErased, TenantDefined, UnitDefined
from shared.events.identity import Post as PostHeld


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
    """Keep who can learn, and in which units their posts are."""
    erased = _erased_among(session, events)
    newest = {_place(event): event for event in sorted(events, key=lambda event: event.sequence)}
    alive = [event for place, event in newest.items() if place not in erased]
    upsert_newer(session, Person, [_person(event, erased=False) for event in alive])
    put(session, Post, [_post(event, number, post) for event in alive for number, post in enumerate(event.posts)])
    newest_said = select(Person.sequence).where(Person.tenant == Post.tenant, Person.id == Post.person)
    _drop_posts(session, alive, Post.sequence < newest_said.scalar_subquery())


def forget_people(session: Session, events: Sequence[PersonErased]) -> None:
    """Keep nothing of people who were erased but that they were."""
    put(session, Person, [_person(event, erased=True) for event in events])
    _drop_posts(session, events, true())


def copy_courses(session: Session, events: Sequence[CoursePublished]) -> None:
    """Keep every version of every course, because a learner finishes the version begun."""
    upsert_newer(session, CourseVersion, [_version(event) for event in events])


def copy_offers(session: Session, events: Sequence[CourseOffered] | Sequence[CourseOfferEnded]) -> None:
    """Keep to whom courses are offered, and were."""
    rows = [
        {
            "tenant": event.to,
            "course": event.course,
            "provider": event.tenant,
            "ended": isinstance(event, CourseOfferEnded),
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, Offer, rows)


def copy_course_withdrawals(session: Session, events: Sequence[CourseWithdrawn]) -> None:
    """Keep when each course was withdrawn last; whether it still is depends on what was published since."""
    rows = [{"tenant": event.tenant, "course": event.course, "sequence": event.sequence} for event in events]
    upsert_newer(session, CourseWithdrawal, rows)


def copy_results(session: Session, events: Sequence[AttemptGraded]) -> None:
    """Keep the newest mark of every attempt."""
    rows = [
        {
            "tenant": event.tenant,
            "attempt": event.attempt,
            "enrolment": event.enrolment,
            "assessment": event.assessment,
            "score": event.score,
            "handed_in_at": event.handed_in_at,
            "handed_in_on": event.handed_in_on,
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, Result, rows)


def note_annulments(session: Session, events: Sequence[AttemptAnnulled]) -> None:
    """Keep which attempts count for nothing."""
    places = sorted({(event.tenant, event.attempt) for event in events})
    rows = [{"tenant": tenant, "attempt": attempt} for tenant, attempt in places]
    session.execute(insert_new(Annulment, session).on_conflict_do_nothing(), rows)


def _erased_among(session: Session, events: Sequence[PersonAssigned]) -> set[tuple[UUID, UUID]]:
    places = tuple_(Person.tenant, Person.id).in_({_place(event) for event in events})
    return {
        (row.tenant, row.id) for row in session.execute(select(Person.tenant, Person.id).where(Person.erased, places))
    }


def _drop_posts(session: Session, events: Sequence[PersonAssigned | PersonErased], which: ColumnElement[bool]) -> None:
    places = tuple_(Post.tenant, Post.person).in_({_place(event) for event in events})
    session.execute(delete(Post).where(places, which).execution_options(synchronize_session=False))


def _place(event: PersonAssigned | PersonErased) -> tuple[UUID, UUID]:
    return event.tenant, event.person


def _person(event: PersonAssigned | PersonErased, *, erased: bool) -> dict[str, Any]:
    return {"tenant": event.tenant, "id": event.person, "erased": erased, "sequence": event.sequence}


def _post(event: PersonAssigned, number: int, post: PostHeld) -> dict[str, Any]:
    return {
        "tenant": event.tenant,
        "person": event.person,
        "sequence": event.sequence,
        "number": number,
        "unit": post.unit,
        "is_primary": post.primary,
        "valid_from": post.valid_from,
        "valid_to": post.valid_to,
    }


def _version(event: CoursePublished) -> dict[str, Any]:
    return {
        "tenant": event.tenant,
        "course": event.course,
        "version": event.version,
        "programme": event.programme,
        "provider": event.provider,
        "title": event.title,
        "trainers": [str(one) for one in event.trainers],
        "form": event.form,
        "scope": event.scope,
        "outcomes": [{"competency": one.competency, "level": one.level} for one in event.outcomes],
        "lessons": [{"id": str(one.id), "minutes": one.minutes, "required": one.required} for one in event.lessons],
        "assessments": [
            {
                "id": str(one.id),
                "version": one.version,
                "role": one.role,
                "must_pass": one.must_pass,
                "minimum": one.minimum,
            }
            for one in event.assessments
        ],
        "sequence": event.sequence,
    }
