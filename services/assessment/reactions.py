"""What assessment does when it hears of other services' facts."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.assessment.commands.erasure import forget_learner
from shared.events.identity import PersonErased


def forget_learners(session: Session, events: Sequence[PersonErased]) -> None:
    """Forget what erased people answered."""
    for tenant, person in sorted({(event.tenant, event.person) for event in events}):
        forget_learner(session, tenant, person)
