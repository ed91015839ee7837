"""Figures of a course, a class or a programme, by the display rule, and the rows behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, exists, select, true
from sqlalchemy.orm import Session

from services.evaluation.model.counts import Counts
from services.evaluation.model.display import DisplayClass, display_class, withheld
from services.evaluation.model.durations import DurationFigure, duration_figure
from services.evaluation.model.figures import GainFigure, gain_figure
from services.evaluation.model.levels import LevelsFigure, levels_figure
from services.evaluation.model.rates import RateFigure, rate_figure
from services.evaluation.model.rule_sets import RuleSet, in_force
from services.evaluation.model.tables import FigureRow, LevelsGained
from services.evaluation.queries import figure_sums
from services.evaluation.queries.courses import newest_title
from services.evaluation.queries.passes import judged, passes
from services.evaluation.queries.subjects import Subject, has_enrolments, within
from services.evaluation.reference import national_rule_sets
from shared.errors import Conflict, NotYetKnown

Door = Literal["enrolments", "completion", "hours", "time", "passing", "gain", "levels"]
"""A figure, or the counts, by the rows behind it."""


class FiguresAreNotYetKnown(NotYetKnown):
    """Nothing about this course, class or programme has arrived here."""


class FigureIsSuppressed(Conflict):
    """A figure rests on so few people that they could be recognised, so the rows behind it are withheld too."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a subject, each as the display rule lets it be seen.

    Counts of enrolments are administration and always shown, in `counts`; what people's results say is shown by the
    number of people it rests on. `title` is a course's. `displays` says of every door whether it opens.
    """

    subject: Subject
    title: str | None
    counts: Counts
    completion: RateFigure
    passing: RateFigure
    time: DurationFigure
    gain: GainFigure
    levels: tuple[LevelsFigure, ...]
    displays: Mapping[Door, DisplayClass]
    as_of: datetime | None
    rule_set: RuleSet

    @property
    def shows_closings(self) -> bool:
        """Whether so many were closed that the reasons tell nothing of one person."""
        return display_class(self.counts.closed, self.rule_set.display) != "suppressed"

    def why(self, door: Door) -> str | None:
        """Say in a sentence what is withheld of a figure; None if nothing."""
        return self.why_of(self.displays[door], door)

    def why_of(self, display: DisplayClass, door: Door) -> str | None:
        """Say in a sentence what a display class withholds of such a figure; None if nothing."""
        return withheld(display, COUNTED[door], self.rule_set.display)


COUNTED: Mapping[Door, str] = {
    "enrolments": "enrolments",
    "completion": "enrolments that have ended",
    "hours": "completions",
    "time": "completions after a first lesson",
    "passing": "learners who handed in a post-test that must be passed",
    "gain": "learners with both a pre-test and a post-test",
    "levels": "completions with an outcome in the competency",
}
"""What the number counts on which each figure rests."""


def figures_of(session: Session, subject: Subject, *, today: date) -> Figures:
    """Give a subject's figures by the display rule in force today. Raises `FiguresAreNotYetKnown`."""
    title = newest_title(session, subject.id) if subject.kind == "course" else None
    if title is None and not has_enrolments(session, subject):
        raise FiguresAreNotYetKnown(
            f"Nothing is known of this {subject.kind} here yet. Try again.", **{subject.kind: subject.id}
        )
    rule_set = in_force(national_rule_sets(), today)
    rules = rule_set.display
    totals, passed = figure_sums.totals(session, subject), passes(session, subject)
    gained = figure_sums.gained_sums(session, subject)
    counts, time = totals.counts, duration_figure(figure_sums.people_by_days(session, subject), rules)
    completion = rate_figure(counts.completed, counts.ended, rules)
    passing, gain = rate_figure(passed.passed, passed.handed_in, rules), gain_figure(totals.pairs, rules)
    return Figures(
        subject=subject,
        title=title,
        counts=counts,
        completion=completion,
        passing=passing,
        time=time,
        gain=gain,
        levels=tuple(levels_figure(one.competency, one.n, one.total, one.squares, rules) for one in gained),
        displays={
            "enrolments": display_class(counts.enrolled, rules),
            "completion": completion.display,
            "hours": display_class(counts.completed, rules),
            "time": time.display,
            "passing": passing.display,
            "gain": gain.display,
            "levels": display_class(max((one.n for one in gained), default=0), rules),
        },
        as_of=max((at for at in (totals.as_of, passed.as_of) if at is not None), default=None),
        rule_set=rule_set,
    )


def rows_behind(session: Session, figures: Figures, door: Door) -> Select[FigureRow]:
    """Give the query of the enrolments behind one of a subject's figures. Raises `FigureIsSuppressed`."""
    if figures.displays[door] == "suppressed":
        raise FigureIsSuppressed(str(figures.why(door)), rule_set=figures.rule_set.code)
    return select(FigureRow).where(within(session, figures.subject), _behind(session, figures.subject, door))


def _behind(session: Session, subject: Subject, door: Door) -> ColumnElement[bool]:
    if door == "passing":
        each = judged(session, subject)
        return FigureRow.enrolment.in_(select(each.c.enrolment).where(each.c.handed_in > 0))
    if door == "levels":
        same = and_(LevelsGained.tenant == FigureRow.tenant, LevelsGained.enrolment == FigureRow.enrolment)
        return and_(FigureRow.state == "completed", exists().where(same))
    ended = FigureRow.state == "completed"
    return {
        "enrolments": true(),
        "completion": ended | FigureRow.closed_for.in_(("withdrawn", "not_completed")),
        "hours": ended,
        "time": FigureRow.days.is_not(None),
        "gain": and_(FigureRow.pre.is_not(None), FigureRow.post.is_not(None)),
    }[door]
