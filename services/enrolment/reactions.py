"""What enrolment does when it hears of other services' facts."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.enrolment import commands
from shared.errors import Reject
from shared.events.assessment import AttemptGraded
from shared.messaging.handling import caused_by


def judge_completion(session: Session, events: Sequence[AttemptGraded]) -> None:
    """Judge the enrolments whose attempts were marked, or marked anew."""
    tenants, enrolments = {event.tenant for event in events}, {event.enrolment for event in events}
    locked = commands.lock_studies(session, tenants, enrolments)
    studies = {(study.enrolment.tenant, study.enrolment.id): study for study in locked}
    for event in events:
        study = studies.get((event.tenant, event.enrolment))
        if study is None:  # Enrolments are this service's own record, so this one will never come.
            raise Reject(f"There is no enrolment {event.enrolment} in the tenant of attempt {event.attempt}.")
        with caused_by(event):
            commands.judge(session, study)
