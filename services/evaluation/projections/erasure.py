"""The fold of erasures: what goes of a person, and whose facts are no longer taken in."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.tables import (
    Employment,
    ErasedPerson,
    EvidenceLine,
    HoursEntry,
    LevelsGained,
    Person,
    Profile,
    RevokedCompletion,
    Tombstone,
)
from shared.database import upsert_newer
from shared.events.enrolment import EnrolmentFact
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn
from shared.events.identity import PersonAssigned, PersonErased

AboutPerson = TypeVar("AboutPerson", bound=EnrolmentFact | EvidenceRecorded | EvidenceWithdrawn | PersonAssigned)

OF_A_PERSON = (EvidenceLine, Profile, LevelsGained, HoursEntry, Tombstone, RevokedCompletion, Person, Employment)
"""What goes with a person. Which revision of a piece was heard stays: figures go on counting under the id."""


def erase(session: Session, events: Sequence[PersonErased]) -> None:
    """Keep nothing of these people, and that they are erased for whatever comes later."""
    rows = [
        {"tenant": event.tenant, "person": event.person, "event": event.id, "sequence": event.sequence}
        for event in events
    ]
    upsert_newer(session, ErasedPerson, rows)
    gone = sorted({(event.tenant, event.person) for event in events})
    for kept in OF_A_PERSON:
        session.execute(delete(kept).where(tuple_(kept.tenant, kept.person).in_(gone)))


def of_the_living(session: Session, events: Sequence[AboutPerson]) -> list[AboutPerson]:
    """Leave out what is said of people who are erased: nothing said later brings them back."""
    people = sorted({(event.tenant, event.person) for event in events})
    key = tuple_(ErasedPerson.tenant, ErasedPerson.person)
    rows = session.execute(select(ErasedPerson.tenant, ErasedPerson.person).where(key.in_(people)))
    erased = {(row.tenant, row.person) for row in rows}
    return [event for event in events if (event.tenant, event.person) not in erased]
