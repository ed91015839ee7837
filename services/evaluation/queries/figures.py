"""Figures of a course, a class or a programme, by the display rule, and the rows behind them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.evaluation.model.figures import GainFigure, PairSums, gain_figure
from services.evaluation.model.rule_sets import DisplayRules, in_force
from services.evaluation.model.tables import CourseFigure, FigureRow
from services.evaluation.queries.courses import newest_title
from services.evaluation.queries.people import units_from
from services.evaluation.reference import national_rule_sets
from shared.errors import Conflict, NotYetKnown

Kind = Literal["course", "class", "programme"]


class FiguresAreNotYetKnown(NotYetKnown):
    """Nothing about this course, class or programme has arrived here."""


class FigureIsSuppressed(Conflict):
    """A figure rests on so few people that they could be recognised, so the rows behind it are withheld too."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is measured in a city: a course, a class or a programme.

    With `units`, only those who worked in them or below when they enrolled are counted, as stamped on the events.
    """

    tenant: UUID
    kind: Kind
    id: UUID
    units: frozenset[UUID] | None = None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a subject.

    Counts of enrolments are administration and always shown; `gain` is what the display rule lets be seen of results,
    in basis points, and `why` says what it withholds. `confidence` is that of the interval. `title` is a course's.
    """

    subject: Subject
    title: str | None
    enrolled: int
    completed: int
    gain: GainFigure
    why: str | None
    confidence: float
    as_of: datetime | None
    rule_set: str


@dataclass(frozen=True)
class _Totals:
    enrolled: int
    completed: int
    sums: PairSums
    as_of: datetime | None


_NOTHING = _Totals(0, 0, PairSums(), None)


def figures_of(session: Session, subject: Subject, *, today: date) -> Figures:
    """Give a subject's figures by the display rule in force today. Raises `FiguresAreNotYetKnown`."""
    title = newest_title(session, subject.id) if subject.kind == "course" else None
    if title is None and not _has_rows(session, subject):
        raise FiguresAreNotYetKnown(
            f"Nothing is known of this {subject.kind} here yet. Try again.", **{subject.kind: subject.id}
        )
    totals = _totals(session, subject)
    rule_set = in_force(national_rule_sets(), today)
    gain = gain_figure(totals.sums, rule_set.display)
    return Figures(
        subject=subject,
        title=title,
        enrolled=totals.enrolled,
        completed=totals.completed,
        gain=gain,
        why=_withheld(gain, rule_set.display),
        confidence=rule_set.display.confidence,
        as_of=totals.as_of,
        rule_set=rule_set.code,
    )


def rows_behind(session: Session, subject: Subject, *, today: date) -> Select[FigureRow]:
    """Give the query of the enrolments behind a subject's figures.

    Raises `FiguresAreNotYetKnown`, and `FigureIsSuppressed` where the figure is.
    """
    figures = figures_of(session, subject, today=today)
    if figures.gain.display == "suppressed":
        raise FigureIsSuppressed(str(figures.why), rule_set=figures.rule_set)
    return select(FigureRow).where(*_within(session, subject))


_COLUMNS: dict[Kind, InstrumentedAttribute[UUID]] = {
    "course": FigureRow.course,
    "class": FigureRow.class_,
    "programme": FigureRow.programme,
}


def _is_of(subject: Subject) -> ColumnElement[bool]:
    return and_(FigureRow.tenant == subject.tenant, _COLUMNS[subject.kind] == subject.id)


def _has_rows(session: Session, subject: Subject) -> bool:
    return bool(session.scalar(select(exists().where(_is_of(subject)))))


def _within(session: Session, subject: Subject) -> list[ColumnElement[bool]]:
    if subject.units is None:
        return [_is_of(subject)]
    return [_is_of(subject), FigureRow.unit.in_(units_from(session, subject.tenant, subject.units))]


def _totals(session: Session, subject: Subject) -> _Totals:
    if subject.kind == "course" and subject.units is None:  # These sums are kept, for they are asked for most.
        kept = session.get(CourseFigure, (subject.tenant, subject.id))
        return _Totals(kept.enrolled, kept.completed, kept.sums, kept.as_of) if kept else _NOTHING
    pre, post = FigureRow.pre, FigureRow.post
    pair = and_(pre.is_not(None), post.is_not(None))
    added: tuple[SQLColumnExpression[int | None], ...] = (pre, post, pre * pre, post * post, pre * post)
    row = session.execute(
        select(
            func.max(FigureRow.as_of),
            func.count(FigureRow.enrolled_event),
            func.count(FigureRow.completed_event),
            func.count().filter(pair),
            *(func.coalesce(func.sum(one).filter(pair), 0) for one in added),
        ).where(*_within(session, subject))
    ).one()
    as_of, enrolled, completed, *sums = row
    return _Totals(enrolled, completed, PairSums(*map(int, sums)), as_of)


def _withheld(gain: GainFigure, rules: DisplayRules) -> str | None:
    if gain.display == "suppressed":
        return f"Fewer than {rules.count_from} learners have both a pre-test and a post-test: they could be recognised."
    if gain.display == "count only":
        return f"Fewer than {rules.preliminary_from} pairs say nothing reliable: only their number is shown."
    if gain.display == "preliminary":
        return f"Fewer than {rules.shown_from} pairs: preliminary, drawn towards what trainings usually reach."
    return None
