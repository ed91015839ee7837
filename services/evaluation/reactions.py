"""What evaluation does when evidence arrives: it says whose level changed."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.evaluation import commands
from services.evaluation.commands import LevelChange
from shared.events.assessment import AttemptGraded
from shared.events.enrolment import TrainingCompleted
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn

Evidence = AttemptGraded | TrainingCompleted | EvidenceRecorded | EvidenceWithdrawn


def announce_levels(session: Session, events: Sequence[Evidence]) -> None:
    """Say which levels these events changed, each with the last event that spoke of the competency as its cause."""
    people: dict[tuple[UUID, UUID], Evidence] = {}
    causes: dict[tuple[UUID, UUID, str], Evidence] = {}
    for event in events:
        people[event.tenant, event.person] = event
        causes |= {(event.tenant, event.person, competency): event for competency in _competencies(event)}
    changes = commands.changed_levels(session, people)
    commands.announce_levels(session, [(change, _cause(change, people, causes)) for change in changes])


def _cause(
    change: LevelChange,
    people: Mapping[tuple[UUID, UUID], Evidence],
    causes: Mapping[tuple[UUID, UUID, str], Evidence],
) -> Evidence:
    """Give the event that spoke of the competency last, or at least of the person.

    A revision that no longer speaks of a competency changes its level too.
    """
    last = people[change.tenant, change.person]
    return causes.get((change.tenant, change.person, change.competency), last)


def _competencies(event: Evidence) -> set[str]:
    if isinstance(event, EvidenceRecorded | EvidenceWithdrawn):
        return {event.competency}
    spoken_of = event.items if isinstance(event, AttemptGraded) else event.outcomes
    return {one.competency for one in spoken_of}
