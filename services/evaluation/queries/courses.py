"""Courses by their titles, and the figures of a course with the rows behind them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.figures import GainFigure, PairSums, gain_figure
from services.evaluation.model.rule_sets import DisplayRules, in_force
from services.evaluation.model.tables import Course, CourseFigure, FigureRow
from services.evaluation.reference import national_rule_sets
from shared.errors import Conflict, NotYetKnown

Version = tuple[UUID, int]
"""A course and one of its versions."""


class CourseIsNotYetKnown(NotYetKnown):
    """Nothing about this course has arrived here."""


class FigureIsSuppressed(Conflict):
    """A figure rests on so few people that they could be recognised, so the rows behind it are withheld too."""


@dataclass(frozen=True, kw_only=True)
class CourseFigures:
    """The figures of a course in one city.

    Counts of enrolments are administration and always shown; `gain` is what the display rule lets be seen of results,
    in basis points, and `why` says what it withholds. `confidence` is that of the interval.
    """

    course: UUID
    title: str | None
    enrolled: int
    completed: int
    gain: GainFigure
    why: str | None
    confidence: float
    as_of: datetime | None
    rule_set: str


def course_titles(session: Session, versions: Collection[Version]) -> dict[Version, str]:
    """Give the titles of some versions of courses, as far as they are known here."""
    wanted = select(Course).where(tuple_(Course.course, Course.version).in_(sorted(set(versions))))
    return {(one.course, one.version): one.title for one in session.scalars(wanted)}


def figures_of(session: Session, tenant: UUID, course: UUID, *, today: date) -> CourseFigures:
    """Give a course's figures by the display rule in force today. Raises `CourseIsNotYetKnown`."""
    kept = session.get(CourseFigure, (tenant, course))
    title = session.scalar(select(Course.title).where(Course.course == course).order_by(Course.version.desc()).limit(1))
    if kept is None and title is None:
        raise CourseIsNotYetKnown("Nothing is known of this course here yet. Try again.", course=course)
    rule_set = in_force(national_rule_sets(), today)
    gain = gain_figure(kept.sums if kept else PairSums(), rule_set.display)
    return CourseFigures(
        course=course,
        title=title,
        enrolled=kept.enrolled if kept else 0,
        completed=kept.completed if kept else 0,
        gain=gain,
        why=_withheld(gain, rule_set.display),
        confidence=rule_set.display.confidence,
        as_of=kept.as_of if kept else None,
        rule_set=rule_set.code,
    )


def rows_behind(session: Session, tenant: UUID, course: UUID, *, today: date) -> Select[FigureRow]:
    """Give the query of the enrolments behind a course's figures.

    Raises `CourseIsNotYetKnown`, and `FigureIsSuppressed` where the figure is.
    """
    figures = figures_of(session, tenant, course, today=today)
    if figures.gain.display == "suppressed":
        raise FigureIsSuppressed(str(figures.why), rule_set=figures.rule_set)
    return select(FigureRow).where(FigureRow.tenant == tenant, FigureRow.course == course)


def _withheld(gain: GainFigure, rules: DisplayRules) -> str | None:
    if gain.display == "suppressed":
        return f"Fewer than {rules.count_from} learners have both a pre-test and a post-test: they could be recognised."
    if gain.display == "count only":
        return f"Fewer than {rules.preliminary_from} pairs say nothing reliable: only their number is shown."
    if gain.display == "preliminary":
        return f"Fewer than {rules.shown_from} pairs: preliminary, drawn towards what trainings usually reach."
    return None
