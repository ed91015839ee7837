"""Folds of other services' facts into copies."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.evaluation.model.tables import Course, Employment, Job, Offer, Person, Unit, Zone
from services.evaluation.projections.erasure import of_the_living
from shared.database import put, upsert_newer
from shared.events.catalogue import CourseOffered, CourseOfferEnded, CoursePublished
from shared.events.identity import JobDefined, PersonAssigned, Post, TenantDefined, UnitDefined


def copy_zones(session: Session, events: Sequence[TenantDefined]) -> None:
    """Keep in which zone the days of every city and provider are cut."""
    rows = [
        {"tenant": event.tenant, "kind": event.kind, "zone": event.zone, "sequence": event.sequence} for event in events
    ]
    upsert_newer(session, Zone, rows)


def copy_units(session: Session, events: Sequence[UnitDefined]) -> None:
    """Keep the unit tree."""
    rows = [
        {
            "tenant": event.tenant,
            "unit": event.unit,
            "parent": event.parent,
            "unit_type": event.unit_type,
            "name": event.name,
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, Unit, rows)


def copy_jobs(session: Session, events: Sequence[JobDefined]) -> None:
    """Keep the jobs for which a standard can be set."""
    rows = [
        {
            "tenant": event.tenant,
            "job": event.job,
            "position_type": event.position_type,
            "name": event.name,
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, Job, rows)


def copy_people(session: Session, events: Sequence[PersonAssigned]) -> None:
    """Keep everybody's posts as said last, and every employment that was said: past years are judged by those."""
    rows = [
        {
            "tenant": event.tenant,
            "person": event.person,
            "employment_type": event.employment_type,
            "contract_start": event.contract_start,
            "posts": [_post(post) for post in event.posts],
            "sequence": event.sequence,
            "since": event.time,
        }
        for event in of_the_living(session, events)
    ]
    upsert_newer(session, Person, [_without(row, "since") for row in rows])
    put(session, Employment, [_without(row, "posts") for row in rows])


def copy_courses(session: Session, events: Sequence[CoursePublished]) -> None:
    """Keep every version of every course: a learner finishes the version begun."""
    rows = [
        {
            "tenant": event.tenant,
            "course": event.course,
            "version": event.version,
            "programme": event.programme,
            "title": event.title,
            "form": event.form,
            "scope": event.scope,
            "outcomes": [{"competency": one.competency, "level": one.level} for one in event.outcomes],
            "post_tests": [
                {"assessment": str(one.id), "minimum": one.minimum}
                for one in event.assessments
                if one.role == "post" and one.must_pass
            ],
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, Course, rows)


def copy_offers(session: Session, events: Sequence[CourseOffered] | Sequence[CourseOfferEnded]) -> None:
    """Keep to whom courses were ever offered."""
    rows = [
        {"tenant": event.to, "course": event.course, "provider": event.tenant, "sequence": event.sequence}
        for event in events
    ]
    upsert_newer(session, Offer, rows)


def _without(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


def _post(post: Post) -> dict[str, Any]:
    return {
        "id": str(post.id),
        "unit": str(post.unit),
        "job": post.job,
        "primary": post.primary,
        "valid_from": post.valid_from.isoformat(),
        "valid_to": post.valid_to and post.valid_to.isoformat(),
    }
