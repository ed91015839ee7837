"""The fold of enrolments and completions into a course's figures: sums that are added to, and the rows behind them.

Consumers of different people add to the same sums, so what they add is an amount and never a total read before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, case, select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.figures import PairSums
from services.evaluation.model.tables import CourseFigure, FigureRow
from services.evaluation.projections.pieces import Place
from shared.database import insert_new, put
from shared.events.enrolment import EnrolmentFact, LearnerEnrolled, TrainingCompleted

Row = dict[str, Any]


@dataclass
class _Change:
    """What is added to the sums of one course in one city."""

    as_of: datetime
    enrolled: int = 0
    completed: int = 0
    sums: PairSums = field(default_factory=PairSums)


class _Changes:
    """What the events of a batch add, by city and course. Every event moves the time, also one that came too late."""

    def __init__(self, events: Iterable[EnrolmentFact]) -> None:
        self._by_course: dict[Place, _Change] = {}
        for event in events:
            change = self.of(event)
            change.as_of = max(change.as_of, event.time)

    def of(self, event: EnrolmentFact) -> _Change:
        return self._by_course.setdefault((event.tenant, event.course), _Change(event.time))

    def write(self, session: Session) -> None:
        """Add to the sums in the order of their keys."""
        table = cast("Table", CourseFigure.__table__)
        start = insert_new(CourseFigure, session)
        rows = [_amounts(place, change) for place, change in sorted(self._by_course.items(), key=lambda one: one[0])]
        if not rows:
            return
        added = {name: table.c[name] + start.excluded[name] for name in rows[0] if name not in _NOT_ADDED}
        newest = case((table.c.as_of < start.excluded.as_of, start.excluded.as_of), else_=table.c.as_of)
        act = start.on_conflict_do_update(index_elements=["tenant", "course"], set_={**added, "as_of": newest})
        session.execute(act, rows)


_NOT_ADDED = {"tenant", "course", "as_of"}


def count_enrolments(session: Session, events: Sequence[LearnerEnrolled]) -> None:
    """Count every enrolment, whether or not its completion came before it; each is said once."""
    changes, rows = _Changes(events), _known_rows(session, events)
    for event in events:
        rows.setdefault((event.tenant, event.enrolment), _blank(event))["enrolled_event"] = event.id
        changes.of(event).enrolled += 1
    _date(rows, events)
    put(session, FigureRow, list(rows.values()))
    changes.write(session)


def count_completions(
    session: Session, events: Sequence[TrainingCompleted], newest: Sequence[TrainingCompleted]
) -> None:
    """Count completions and their pairs; those of `newest` replace what a lower revision had added."""
    changes, rows = _Changes(events), _known_rows(session, events)
    for event in newest:
        row = rows.setdefault((event.tenant, event.enrolment), _blank(event))
        change = changes.of(event)
        change.completed += row["completed_event"] is None
        change.sums += _pair(event.pre, event.post) - _pair(row["pre"], row["post"])
        row |= {
            "completed_event": event.id,
            "revision": event.revision,
            "completed_on": event.completed_on,
            "pre": event.pre,
            "post": event.post,
        }
    _date(rows, events)
    put(session, FigureRow, list(rows.values()))
    changes.write(session)


def _date(rows: dict[Place, Row], events: Iterable[EnrolmentFact]) -> None:
    """Move the time of rows to that of the newest event about each, also of one that came too late."""
    for event in events:
        row = rows[event.tenant, event.enrolment]
        row["as_of"] = max(row["as_of"], event.time)


def _known_rows(session: Session, events: Sequence[EnrolmentFact]) -> dict[Place, Row]:
    places = sorted({(event.tenant, event.enrolment) for event in events})
    wanted = select(FigureRow.__table__).where(tuple_(FigureRow.tenant, FigureRow.enrolment).in_(places))
    return {(row["tenant"], row["enrolment"]): dict(row) for row in session.execute(wanted).mappings()}


def _blank(event: EnrolmentFact) -> Row:
    """Give the row of an enrolment of which nothing has been counted yet."""
    nothing: dict[str, UUID | None] = dict.fromkeys(
        ("enrolled_event", "completed_event", "completed_on", "pre", "post")
    )
    return {
        "tenant": event.tenant,
        "enrolment": event.enrolment,
        "person": event.person,
        "course": event.course,
        "course_version": event.version,
        "class_": event.class_,
        "programme": event.programme,
        "provider": event.provider,
        "unit": event.unit,
        "revision": 0,
        "as_of": event.time,
        **nothing,
    }


def _pair(pre: int | None, post: int | None) -> PairSums:
    return PairSums() if pre is None or post is None else PairSums.of(pre, post)


def _amounts(place: Place, change: _Change) -> Row:
    tenant, course = place
    return {
        "tenant": tenant,
        "course": course,
        "enrolled": change.enrolled,
        "completed": change.completed,
        "pairs": change.sums.n,
        "pre": change.sums.pre,
        "post": change.sums.post,
        "pre_squared": change.sums.pre_squared,
        "post_squared": change.sums.post_squared,
        "pre_times_post": change.sums.pre_times_post,
        "as_of": change.as_of,
    }
