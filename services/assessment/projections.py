"""Folds of other services' facts into the copies that assessment reads."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.assessment.model import CourseVersion, Enrolment, Framework, Tenant
from shared.database import upsert_newer
from shared.events.catalogue import CoursePublished
from shared.events.enrolment import LearnerEnrolled
from shared.events.evaluation import FrameworkPublished
from shared.events.identity import TenantDefined


def copy_tenants(session: Session, events: Sequence[TenantDefined]) -> None:
    """Keep the zone of every city and provider."""
    rows = [{"tenant": event.tenant, "zone": event.zone, "sequence": event.sequence} for event in events]
    upsert_newer(session, Tenant, rows)


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
            "assessments": [{"id": str(one.id), "version": one.version, "role": one.role} for one in event.assessments],
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, CourseVersion, rows)


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
