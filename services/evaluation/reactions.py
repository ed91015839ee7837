"""What evaluation does when it hears something: it says whose level changed, and forgets who is erased."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.evaluation import commands
from services.evaluation.commands import LevelChange
from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.enrolment import CompletionRevoked, TrainingCompleted
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn
from shared.events.identity import PersonErased

Evidence = (
    AttemptGraded | AttemptAnnulled | TrainingCompleted | CompletionRevoked | EvidenceRecorded | EvidenceWithdrawn
)


def erase_people(session: Session, events: Sequence[PersonErased]) -> None:
    """Delete what was recorded here of people who are erased. What was said of their levels is not said anew."""
    for event in events:
        commands.erase_person(session, event.tenant, event.person)


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

    A revision that no longer speaks of a competency changes its level too, as does what takes a piece back.
    """
    last = people[change.tenant, change.person]
    return causes.get((change.tenant, change.person, change.competency), last)


def _competencies(event: Evidence) -> set[str]:
    if isinstance(event, EvidenceRecorded | EvidenceWithdrawn):
        return {event.competency} if event.competency else set()
    if isinstance(event, AttemptGraded):
        return {one.competency for one in event.items}
    return {one.competency for one in event.outcomes} if isinstance(event, TrainingCompleted) else set()
