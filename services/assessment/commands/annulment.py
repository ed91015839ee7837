"""Annuls attempts: what was handed in counts for nothing."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assessment.commands.marking import dimensions
from services.assessment.model import Attempt
from services.assessment.model.attempts import AnnulmentReason
from services.assessment.queries import NoSuchAttempt
from shared import audit, clock
from shared.events.assessment import AttemptAnnulled
from shared.messaging import outbox


def annul_attempt(session: Session, tenant: UUID, attempt_id: UUID, *, reason: AnnulmentReason, by: UUID) -> Attempt:
    """Annul an attempt of the tenant's people and say so; doing so again changes nothing.

    Raises `NoSuchAttempt`, `AttemptIsYourOwn` or `AttemptIsOpen`.
    """
    # It takes turns with marking again, so that no newer revision follows an annulment.
    wanted = select(Attempt).where(Attempt.tenant == tenant, Attempt.id == attempt_id)
    attempt = session.scalar(wanted.with_for_update(key_share=True))
    if attempt is None:
        raise NoSuchAttempt("There is no such attempt here.")
    at = clock.now()
    if attempt.annul(reason, by=by, at=at):
        outbox.append(session, AttemptAnnulled(**dimensions(attempt), time=at, reason=reason))
        audit.note(session, act="attempt.annulled", subject=f"attempt/{attempt_id}", tenant=tenant, reason=reason)
    return attempt
