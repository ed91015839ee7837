"""What the catalogue does when it hears of other services' facts."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.catalogue import commands
from shared.events.identity import PersonErased
from shared.forgetting import forget_person
from shared.messaging.handling import caused_by


def release_trainers(session: Session, events: Sequence[PersonErased]) -> None:
    """Strike people who were erased from the courses that list them as trainers."""
    for event in sorted(events, key=lambda event: event.person):
        with caused_by(event):
            commands.release_trainer(session, event.person, tenant=event.tenant)
            forget_person(session, event.tenant, event.person)
