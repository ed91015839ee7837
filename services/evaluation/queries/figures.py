"""Figures of a course, a class or a programme, by the display rule, and the rows behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, exists, select, true
from sqlalchemy.orm import Session

from services.evaluation.model.counts import Counts
from services.evaluation.model.display import DisplayClass, display_class, withheld
from services.evaluation.model.durations import DurationFigure, duration_figure
from services.evaluation.model.figures import GainFigure, gain_figure
from services.evaluation.model.levels import LevelsFigure, levels_figure
from services.evaluation.model.rates import RateFigure, rate_figure
from services.evaluation.model.rule_sets import DisplayRules, RuleSet, in_force
from services.evaluation.model.tables import FigureRow, LevelsGained
from services.evaluation.queries import figure_sums
from services.evaluation.queries.courses import newest_title
from services.evaluation.queries.passes import Passes, judged, passes
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
    number of people it rests on. Each figure is read when it is first asked for, so that a page of rows costs no more
    than its own one. `here` tells the enrolments that count; `title` is a course's.
    """

    session: Session
    subject: Subject
    here: ColumnElement[bool]
    title: str | None
    rule_set: RuleSet

    @property
    def counts(self) -> Counts:
        """Give how many enrolments stand where, and the minutes delivered."""
        return self._totals.counts

    @property
    def completion(self) -> RateFigure:
        """Give the share of completions among the enrolments that ended."""
        return rate_figure(self.counts.completed, self.counts.ended, self._rules)

    @property
    def passing(self) -> RateFigure:
        """Give the share of passes among those who handed in a post-test that must be passed."""
        return rate_figure(self._passes.passed, self._passes.handed_in, self._rules)

    @cached_property
    def time(self) -> DurationFigure:
        """Give the days from the first lesson to the completion."""
        return duration_figure(figure_sums.people_by_days(self.session, self.here), self._rules)

    @cached_property
    def gain(self) -> GainFigure:
        """Give the paired gain."""
        return gain_figure(self._totals.pairs, self._rules)

    @cached_property
    def levels(self) -> tuple[LevelsFigure, ...]:
        """Give the levels gained, by competency."""
        gained = figure_sums.gained_sums(self.session, self.here)
        return tuple(levels_figure(one.competency, one.n, one.total, one.squares, self._rules) for one in gained)

    @property
    def as_of(self) -> datetime | None:
        """Give the time of the newest event about one of the enrolments."""
        return max((at for at in (self._totals.as_of, self._passes.as_of) if at is not None), default=None)

    @property
    def shows_closings(self) -> bool:
        """Whether so many were closed that the reasons tell nothing of one person."""
        return display_class(self.counts.closed, self._rules) != "suppressed"

    def display(self, door: Door) -> DisplayClass:
        """Say what may be shown of a figure; its rows may be unless it is suppressed."""
        match door:
            case "enrolments":
                return display_class(self.counts.enrolled, self._rules)
            case "hours":
                return display_class(self.counts.completed, self._rules)
            case "completion":
                return self.completion.display
            case "time":
                return self.time.display
            case "passing":
                return self.passing.display
            case "gain":
                return self.gain.display
            case "levels":  # The rows open with the first competency, and leave out those that do not.
                return max((one.display for one in self.levels), key=_OPENNESS.index, default="suppressed")

    def why(self, door: Door) -> str | None:
        """Say in a sentence what is withheld of a figure; None if nothing."""
        return self.why_of(self.display(door), door)

    def why_of(self, display: DisplayClass, door: Door) -> str | None:
        """Say in a sentence what a display class withholds of such a figure; None if nothing."""
        return withheld(display, COUNTED[door], self._rules)

    @property
    def _rules(self) -> DisplayRules:
        return self.rule_set.display

    @cached_property
    def _totals(self) -> figure_sums.Totals:
        return figure_sums.totals(self.session, self.subject, self.here)

    @cached_property
    def _passes(self) -> Passes:
        return passes(self.session, self.here)


_OPENNESS = get_args(DisplayClass)

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
    return Figures(session=session, subject=subject, here=within(session, subject), title=title, rule_set=rule_set)


def rows_behind(figures: Figures, door: Door) -> Select[FigureRow]:
    """Give the query of the enrolments behind one of a subject's figures. Raises `FigureIsSuppressed`."""
    if figures.display(door) == "suppressed":
        raise FigureIsSuppressed(str(figures.why(door)), rule_set=figures.rule_set.code)
    return select(FigureRow).where(figures.here, _behind(figures, door))


def _behind(figures: Figures, door: Door) -> ColumnElement[bool]:
    if door == "passing":
        each = judged(figures.session, figures.here)
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
