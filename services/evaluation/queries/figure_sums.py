"""The exact sums on which the figures of a subject rest, from what is kept of its enrolments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from services.evaluation.model.counts import Counts
from services.evaluation.model.figures import PairSums
from services.evaluation.model.tables import CourseFigure, FigureRow, LevelsGained
from services.evaluation.queries.subjects import Subject


@dataclass(frozen=True)
class Totals:
    """Enrolments counted, the sums over pairs, and the time of the newest event about one of the enrolments."""

    counts: Counts
    pairs: PairSums
    as_of: datetime | None


@dataclass(frozen=True)
class GainedSums:
    """Of one competency: how many completed enrolments have a gain, its sum and sum of squares, in micro-levels."""

    competency: str
    n: int
    total: int
    squares: int


def totals(session: Session, subject: Subject, here: ColumnElement[bool]) -> Totals:
    """Count the enrolments of a subject, those that `here` tells, and add up their pairs."""
    if subject.kind == "course" and subject.units is None:  # These sums are kept, for they are asked for most.
        kept = session.get(CourseFigure, (subject.tenant, subject.id))
        return Totals(kept.counts, kept.sums, kept.as_of) if kept else Totals(Counts(), PairSums(), None)
    pre, post = FigureRow.pre, FigureRow.post
    pair = and_(pre.is_not(None), post.is_not(None))
    counts = {name: func.count().filter(counted) for name, counted in _COUNTED.items()}
    pairs = [func.coalesce(func.sum(one).filter(pair), 0) for one in (pre, post, pre * pre, post * post, pre * post)]
    minutes, newest = func.coalesce(func.sum(FigureRow.minutes), 0), func.max(FigureRow.as_of)
    wanted = select(newest, minutes, func.count().filter(pair), *pairs, *counts.values())
    as_of, delivered, n, *rest = session.execute(wanted.where(here)).one()
    sums, numbers = rest[: len(pairs)], rest[len(pairs) :]
    counted = Counts(minutes=int(delivered), **dict(zip(counts, numbers, strict=True)))
    return Totals(counted, PairSums(n, *map(int, sums)), as_of)


_COUNTED: Mapping[str, ColumnElement[bool]] = {
    "enrolled": FigureRow.enrolled_event.is_not(None),
    "active": and_(FigureRow.state == "open", FigureRow.started_on.is_not(None)),
    "completed": FigureRow.state == "completed",
    "withdrawn": FigureRow.closed_for == "withdrawn",
    "not_completed": FigureRow.closed_for == "not_completed",
    "erased": FigureRow.closed_for == "erased",
}


def people_by_days(session: Session, here: ColumnElement[bool]) -> dict[int, int]:
    """Give the histogram of the days from the first lesson to the completion."""
    counted = select(FigureRow.days, func.count()).where(here, FigureRow.days.is_not(None))
    return {days: people for days, people in session.execute(counted.group_by(FigureRow.days)) if days is not None}


def gained_sums(session: Session, here: ColumnElement[bool]) -> list[GainedSums]:
    """Add up what completed enrolments gained, by competency."""
    gained = LevelsGained.gained
    same = and_(LevelsGained.tenant == FigureRow.tenant, LevelsGained.enrolment == FigureRow.enrolment)
    added = select(LevelsGained.competency, func.count(), func.sum(gained), func.sum(gained * gained))
    added = added.select_from(FigureRow).join(LevelsGained, same)
    added = added.where(here, FigureRow.state == "completed")
    rows = session.execute(added.group_by(LevelsGained.competency).order_by(LevelsGained.competency))
    return [GainedSums(competency, n, int(total), int(squares)) for competency, n, total, squares in rows]
