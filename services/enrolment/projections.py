"""Folds of other services' facts into the copies that enrolment reads."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.enrolment.model import CourseVersion, Person, Result, Tenant
from shared.database import upsert_newer
from shared.events.assessment import AttemptGraded
from shared.events.catalogue import CoursePublished
from shared.events.identity import PersonAssigned, Post, TenantDefined


def copy_tenants(session: Session, events: Sequence[TenantDefined]) -> None:
    """Keep the zone of every city and provider."""
    rows = [{"tenant": event.tenant, "zone": event.zone, "sequence": event.sequence} for event in events]
    upsert_newer(session, Tenant, rows)


def copy_people(session: Session, events: Sequence[PersonAssigned]) -> None:
    """Keep who can learn, and in which units their primary posts are."""
    rows = [
        {
            "tenant": event.tenant,
            "id": event.person,
            "posts": [_post(post) for post in event.posts if post.primary],
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, Person, rows)


def copy_courses(session: Session, events: Sequence[CoursePublished]) -> None:
    """Keep every version of every course, because a learner finishes the version begun."""
    upsert_newer(session, CourseVersion, [_version(event) for event in events])


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


def _post(post: Post) -> dict[str, Any]:
    return {
        "unit": str(post.unit),
        "valid_from": post.valid_from.isoformat(),
        "valid_to": post.valid_to and post.valid_to.isoformat(),
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
