"""What enrolment does when it hears of other services' facts."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.enrolment import commands
from shared import clock
from shared.errors import Reject
from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.enrolment import RevocationReason
from shared.events.identity import PersonErased
from shared.forgetting import forget_person
from shared.messaging.handling import caused_by


def judge_completion(session: Session, events: Sequence[AttemptGraded]) -> None:
    """Judge the enrolments whose attempts were marked, or marked anew."""
    _judge(session, events, because="corrected_mark")


def judge_without_annulled(session: Session, events: Sequence[AttemptAnnulled]) -> None:
    """Judge the enrolments of whose attempts one counts for nothing any more."""
    _judge(session, events, because="attempt_annulled")


def let_erased_people_go(session: Session, events: Sequence[PersonErased]) -> None:
    """Close what people who were erased had open, and strike them from lists that wait."""
    for event in sorted(events, key=lambda event: event.person):
        with caused_by(event):
            commands.let_erased_person_go(session, event.person, tenant=event.tenant, at=event.time)
            commands.strike_from_jobs(session, event.person, tenant=event.tenant)
            forget_person(session, event.tenant, event.person)


def _judge(
    session: Session, events: Sequence[AttemptGraded] | Sequence[AttemptAnnulled], *, because: RevocationReason
) -> None:
    at = clock.now()
    tenants, enrolments = {event.tenant for event in events}, {event.enrolment for event in events}
    locked = commands.lock_studies(session, tenants, enrolments)
    studies = {(study.enrolment.tenant, study.enrolment.id): study for study in locked}
    for event in events:
        study = studies.get((event.tenant, event.enrolment))
        if study is None:  # Enrolments are this service's own record, so this one will never come.
            raise Reject(f"There is no enrolment {event.enrolment} in the tenant of attempt {event.attempt}.")
        with caused_by(event):
            commands.judge(session, study, at=at, because=because)
