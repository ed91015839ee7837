"""Folds of what other services say: what the catalogue decides by, and what its courses were found to bring."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.catalogue.model import Competency, KnownAssessment, KnownPerson, KnownTenant, Measure
from shared.database import put, upsert_newer
from shared.events.assessment import AssessmentPublished
from shared.events.evaluation import FrameworkPublished, ProgrammeMeasured
from shared.events.identity import PersonAssigned, PersonErased, TenantDefined


def copy_tenants(session: Session, events: Sequence[TenantDefined]) -> None:
    """Keep which cities and providers there are, and in which zone their days are cut."""
    rows = [
        {"tenant": event.tenant, "kind": event.kind, "zone": event.zone, "sequence": event.sequence} for event in events
    ]
    upsert_newer(session, KnownTenant, rows)


def copy_frameworks(session: Session, events: Sequence[FrameworkPublished]) -> None:
    """Keep the competencies of every framework version; which one is in force is decided when they are read."""
    rows = [
        {
            "tenant": event.tenant,
            "framework": event.framework,
            "version": event.version,
            "code": one.code,
            "name": one.name,
            "valid_from": event.valid_from,
        }
        for event in events
        for one in event.competencies
    ]
    put(session, Competency, rows)


def copy_assessments(session: Session, events: Sequence[AssessmentPublished]) -> None:
    """Keep the newest version of every assessment."""
    rows = [
        {
            "tenant": event.tenant,
            "assessment": event.assessment,
            "version": event.version,
            "code": event.code,
            "role": event.role,
            "competencies": [{"competency": one.competency, "level": one.level} for one in event.competencies],
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, KnownAssessment, rows)


def copy_people(session: Session, events: Sequence[PersonAssigned]) -> None:
    """Keep who is a person of which tenant."""
    upsert_newer(session, KnownPerson, [_person(event, erased=False) for event in events])


def forget_people(session: Session, events: Sequence[PersonErased]) -> None:
    """Keep that somebody is no person of the tenant any more."""
    upsert_newer(session, KnownPerson, [_person(event, erased=True) for event in events])


def keep_measures(session: Session, events: Sequence[ProgrammeMeasured]) -> None:
    """Keep what each city gained in each course, as measured last."""
    rows = [
        {
            "tenant": event.tenant,
            "course": event.course,
            "display": event.display,
            "n": event.n,
            "gain": event.gain,
            "low": event.low,
            "high": event.high,
            "g": event.g,
            "as_of": event.as_of,
            "rule_set": event.rule_set,
            "sequence": event.sequence,
        }
        for event in events
    ]
    upsert_newer(session, Measure, rows)


def _person(event: PersonAssigned | PersonErased, *, erased: bool) -> dict[str, Any]:
    return {"tenant": event.tenant, "person": event.person, "erased": erased, "sequence": event.sequence}
