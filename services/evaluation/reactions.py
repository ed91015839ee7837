"""What evaluation does when evidence arrives: it says whose level changed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.evaluation import commands
from shared.events.assessment import AttemptGraded
from shared.events.enrolment import TrainingCompleted
from shared.messaging.handling import caused_by

Evidence = AttemptGraded | TrainingCompleted


def announce_levels(session: Session, events: Sequence[Evidence]) -> None:
    """Say which levels these events changed, each with the last event that spoke of the competency as its cause."""
    people: dict[tuple[UUID, UUID], Evidence] = {}
    causes: dict[tuple[UUID, UUID, str], Evidence] = {}
    for event in events:
        people[event.tenant, event.person] = event
        causes |= {(event.tenant, event.person, competency): event for competency in _competencies(event)}
    for change in commands.changed_levels(session, people):
        # A revision that no longer speaks of a competency changes its level too.
        last = people[change.tenant, change.person]
        cause = causes.get((change.tenant, change.person, change.competency), last)
        with caused_by(cause):
            commands.announce_level(session, change, cause=cause.id)


def _competencies(event: Evidence) -> set[str]:
    spoken_of = event.items if isinstance(event, AttemptGraded) else event.outcomes
    return {one.competency for one in spoken_of}
