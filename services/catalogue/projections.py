"""Folds of what other services say: the competencies, assessments and people that the catalogue decides by."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.catalogue.model import Competency, KnownAssessment, KnownPerson
from shared.database import put, upsert_newer
from shared.events.assessment import AssessmentPublished
from shared.events.evaluation import FrameworkPublished
from shared.events.identity import PersonAssigned


def copy_frameworks(session: Session, events: Sequence[FrameworkPublished]) -> None:
    """Keep the competencies of every framework version; which one is in force is decided when they are read."""
    rows = [
        {
            "tenant": event.tenant,
            "framework": event.framework,
            "version": event.version,
            "code": one.code,
            "name": one.name,
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
    rows = [{"tenant": event.tenant, "person": event.person, "sequence": event.sequence} for event in events]
    upsert_newer(session, KnownPerson, rows)
