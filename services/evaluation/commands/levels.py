"""Saying that a person's level changed, once for each change."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.tables import AnnouncedLevel, Profile
from shared.database import put
from shared.events import Event
from shared.events.evaluation import CompetencyLevelChanged
from shared.messaging import outbox


@dataclass(frozen=True, kw_only=True)
class LevelChange:
    """A level that differs from what was said of it last; None stands for "not assessed"."""

    tenant: UUID
    person: UUID
    competency: str
    before: int | None
    now: int | None


def changed_levels(session: Session, people: Collection[tuple[UUID, UUID]]) -> list[LevelChange]:
    """Find what has to be said of the levels of these people, each named by tenant and id."""
    now, said = (
        {
            (row.tenant, row.person, row.competency): row.level
            for row in session.execute(
                select(kept.tenant, kept.person, kept.competency, kept.level).where(
                    tuple_(kept.tenant, kept.person).in_(sorted(people))
                )
            )
        }
        for kept in (Profile, AnnouncedLevel)
    )
    return [
        LevelChange(
            tenant=subject[0],
            person=subject[1],
            competency=subject[2],
            before=said.get(subject),
            now=now.get(subject),
        )
        for subject in sorted(now.keys() | said.keys())
        if now.get(subject) != said.get(subject)
    ]


def announce_levels(session: Session, changes: Sequence[tuple[LevelChange, Event]]) -> None:
    """Say that levels changed, each because of an event, and remember that it was said.

    In one go, because this runs for every batch of evidence; each event carries the correlation id of its cause.
    """
    put(session, AnnouncedLevel, [_announced(change, cause) for change, cause in changes])
    outbox.append(session, *(_changed(change, cause) for change, cause in changes))


def _announced(change: LevelChange, cause: Event) -> dict[str, Any]:
    return {
        "tenant": change.tenant,
        "person": change.person,
        "competency": change.competency,
        "level": change.now,
        "cause": cause.id,
    }


def _changed(change: LevelChange, cause: Event) -> CompetencyLevelChanged:
    return CompetencyLevelChanged(
        tenant=change.tenant,
        person=change.person,
        competency=change.competency,
        from_=change.before,
        to=change.now,
        cause=cause.id,
        correlation=cause.correlation,
        trace_parent=cause.trace_parent,
    )
