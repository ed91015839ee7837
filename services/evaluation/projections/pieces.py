"""Which of the events about a piece of evidence holds: the one with the highest revision that has arrived."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.tables import Piece
from shared.database import put
from shared.events.assessment import AttemptGraded
from shared.events.enrolment import TrainingCompleted

Report = TypeVar("Report", AttemptGraded, TrainingCompleted)

Place = tuple[UUID, UUID]
"""A tenant, and an id within it."""


def newest_attempts(session: Session, events: Sequence[AttemptGraded]) -> list[AttemptGraded]:
    """Give those events whose attempts were not heard of in that revision yet, one for each attempt, and note them."""
    return _newest(session, events, lambda event: event.attempt)


def newest_completions(session: Session, events: Sequence[TrainingCompleted]) -> list[TrainingCompleted]:
    """Give those events whose completions were not heard of in that revision yet, one for each, and note them."""
    return _newest(session, events, lambda event: event.enrolment)


def _newest(session: Session, events: Sequence[Report], piece_of: Callable[[Report], UUID]) -> list[Report]:
    best: dict[Place, Report] = {}
    for event in events:
        place = (event.tenant, piece_of(event))
        if place not in best or _rank(event) > _rank(best[place]):
            best[place] = event
    known = _known_ranks(session, list(best))
    newer = {place: event for place, event in best.items() if place not in known or _rank(event) > known[place]}
    put(
        session,
        Piece,
        [
            {
                "tenant": tenant,
                "piece": piece,
                "person": event.person,
                "revision": event.revision,
                "sequence": event.sequence,
            }
            for (tenant, piece), event in newer.items()
        ],
    )
    return [newer[place] for place in sorted(newer)]


def _rank(event: AttemptGraded | TrainingCompleted) -> tuple[int, int]:
    return event.revision, event.sequence


def _known_ranks(session: Session, places: Sequence[Place]) -> dict[Place, tuple[int, int]]:
    wanted = select(Piece.tenant, Piece.piece, Piece.revision, Piece.sequence).where(
        tuple_(Piece.tenant, Piece.piece).in_(places)
    )
    return {(row.tenant, row.piece): (row.revision, row.sequence) for row in session.execute(wanted)}
