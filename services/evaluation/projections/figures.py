"""The fold of enrolments and what becomes of them into a course's figures: sums that are added to, and rows behind.

Consumers of different people add to the same sums, so what they add is an amount and never a total read before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Table, case, select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.counts import Counts
from services.evaluation.model.figures import PairSums
from services.evaluation.model.learning_hours import Activity, uncapped_minutes
from services.evaluation.model.tables import CourseFigure, FigureRow
from services.evaluation.projections.pieces import Place
from services.evaluation.reference import national_rule_sets
from shared.database import insert_new, put
from shared.events.enrolment import (
    CompletionRevoked,
    EnrolmentClosed,
    EnrolmentFact,
    LearnerEnrolled,
    LearningStarted,
    TrainingCompleted,
)

Row = dict[str, Any]
Fact = TypeVar("Fact", bound=EnrolmentFact)

_UNSETTLED: Mapping[str, Any] = {
    "state": "open",
    "revision": 0,
    **dict.fromkeys(
        ("closed_event", "closed_for", "closed_on", "completed_event", "completed_on", "minutes", "pre", "post")
    ),
}


def count_enrolments(session: Session, events: Sequence[LearnerEnrolled]) -> None:
    """Count every enrolment, whether or not its completion came before it; each is said once."""

    def enrol(row: Row, event: LearnerEnrolled) -> None:
        row["enrolled_event"] = event.id

    _fold(session, events, enrol)


def count_starts(session: Session, events: Sequence[LearningStarted]) -> None:
    """Count who has begun to learn, and keep since when; each beginning is said once."""

    def start(row: Row, event: LearningStarted) -> None:
        row["started_on"] = event.started_on

    _fold(session, events, start)


def count_completions(session: Session, events: Sequence[TrainingCompleted]) -> None:
    """Count completions with their pairs and minutes, unless something newer was said of the enrolment.

    Raises `FormIsNotKnown` where the rules do not say how the minutes count.
    """

    def complete(row: Row, event: TrainingCompleted) -> None:
        _settle(
            row,
            event,
            state="completed",
            completed_event=event.id,
            revision=event.revision,
            completed_on=event.completed_on,
            minutes=_delivered(event),
            pre=event.pre,
            post=event.post,
        )

    _fold(session, events, complete)


def count_revocations(session: Session, events: Sequence[CompletionRevoked]) -> None:
    """Count enrolments whose completion is revoked as open again, unless something newer was said of them."""
    _fold(session, events, _settle)


def count_closings(session: Session, events: Sequence[EnrolmentClosed]) -> None:
    """Count closings by their reason, unless something newer was said of the enrolment."""

    def close(row: Row, event: EnrolmentClosed) -> None:
        _settle(row, event, state="closed", closed_event=event.id, closed_for=event.reason, closed_on=event.closed_on)

    _fold(session, events, close)


def _settle(row: Row, event: EnrolmentFact, **facts: Any) -> None:
    """Let the newest of the facts about an enrolment say where it stands, and forget what an older one said."""
    if event.sequence > row["sequence"]:
        row |= {**_UNSETTLED, "sequence": event.sequence, **facts}


def _fold(session: Session, events: Sequence[Fact], tell: Callable[[Row, Fact], None]) -> None:
    """Tell each event to the row of its enrolment, and add to the sums by how much the row counts otherwise now.

    Every event moves the time of the figures, also one that came too late to change them.
    """
    rows, changes = _known_rows(session, events), dict[Place, _Change]()
    before = {place: _counted(row) for place, row in rows.items()}
    for event in events:
        row = rows.setdefault((event.tenant, event.enrolment), _blank(event))
        tell(row, event)
        row["as_of"] = max(row["as_of"], event.time)
    for place, row in rows.items():
        row["days"] = _days(row["started_on"], row["completed_on"])
        change = changes.setdefault((row["tenant"], row["course"]), _Change(row["as_of"]))
        change.add(row["as_of"], _counted(row), before.get(place, _NOTHING))
    put(session, FigureRow, list(rows.values()))
    _add_to_sums(session, changes)


Counted = tuple[Counts, PairSums]

_NOTHING: Counted = (Counts(), PairSums())


@dataclass
class _Change:
    """What is added to the sums of one course in one city."""

    as_of: datetime
    counts: Counts = _NOTHING[0]
    pairs: PairSums = _NOTHING[1]

    def add(self, as_of: datetime, now: Counted, before: Counted) -> None:
        self.as_of = max(self.as_of, as_of)
        self.counts += now[0] - before[0]
        self.pairs += now[1] - before[1]


def _counted(row: Row) -> Counted:
    """Say what the sums hold of a row."""
    is_open = row["state"] == "open"
    counts = Counts(
        enrolled=row["enrolled_event"] is not None,
        active=is_open and row["started_on"] is not None,
        completed=row["state"] == "completed",
        withdrawn=row["closed_for"] == "withdrawn",
        not_completed=row["closed_for"] == "not_completed",
        erased=row["closed_for"] == "erased",
        minutes=row["minutes"] or 0,
    )
    paired = row["pre"] is not None and row["post"] is not None
    return counts, PairSums.of(row["pre"], row["post"]) if paired else PairSums()


def _days(started_on: date | None, completed_on: date | None) -> int | None:
    """Count the days from the first lesson to the completion; None if nothing was learnt before the rule was met."""
    if started_on is None or completed_on is None or completed_on < started_on:
        return None
    return (completed_on - started_on).days + 1


def _delivered(event: TrainingCompleted) -> int:
    """Count a completion's minutes as its form does; caps that hold across a person's activities are not its own."""
    minutes: dict[date, int] = {}
    for one in event.minutes:
        minutes[one.day] = minutes.get(one.day, 0) + one.minutes
    activity = Activity(id=event.enrolment, form=event.form, scope=event.scope, minutes=minutes)
    return sum(uncapped_minutes(activity, national_rule_sets()).values())


def _known_rows(session: Session, events: Iterable[EnrolmentFact]) -> dict[Place, Row]:
    places = sorted({(event.tenant, event.enrolment) for event in events})
    wanted = select(FigureRow.__table__).where(tuple_(FigureRow.tenant, FigureRow.enrolment).in_(places))
    return {(row["tenant"], row["enrolment"]): dict(row) for row in session.execute(wanted).mappings()}


def _blank(event: EnrolmentFact) -> Row:
    """Give the row of an enrolment of which nothing has been counted yet."""
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
        "enrolled_event": None,
        "started_on": None,
        "sequence": 0,
        "as_of": event.time,
        **_UNSETTLED,
    }


_NOT_ADDED = {"tenant", "course", "as_of"}


def _add_to_sums(session: Session, changes: Mapping[Place, _Change]) -> None:
    """Add to the sums in the order of their keys."""
    table = cast("Table", CourseFigure.__table__)
    start = insert_new(CourseFigure, session)
    rows = [_amounts(place, change) for place, change in sorted(changes.items(), key=lambda one: one[0])]
    if not rows:
        return
    added = {name: table.c[name] + start.excluded[name] for name in rows[0] if name not in _NOT_ADDED}
    newest = case((table.c.as_of < start.excluded.as_of, start.excluded.as_of), else_=table.c.as_of)
    act = start.on_conflict_do_update(index_elements=["tenant", "course"], set_={**added, "as_of": newest})
    session.execute(act, rows)


def _amounts(place: Place, change: _Change) -> Row:
    tenant, course = place
    pairs = asdict(change.pairs)
    return {
        "tenant": tenant,
        "course": course,
        **asdict(change.counts),
        "pairs": pairs.pop("n"),
        **pairs,
        "as_of": change.as_of,
    }
