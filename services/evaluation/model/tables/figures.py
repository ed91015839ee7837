"""Figures as they are kept: exact sums for each city and course, the enrolments behind them, and what was said."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.counts import Counts
from services.evaluation.model.figures import PairSums
from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned


class FigureRow(TenantOwned, Base, kind="projection"):
    """An enrolment as figures count it, with the dimensions stamped on its events.

    `enrolled_event` is None until the enrolment itself has arrived, and `started_on` until learning has begun. `state`
    is what the newest of its completions, revocations and closings says, and `sequence` that fact's place among the
    facts of the enrolment, 0 before one came. What belongs to another state is None, and `revision` is 0.

    `minutes` are those of a completion as its form counts them, before the caps that hold across a person's activities;
    `days` counts from the first lesson to the completion, both included. `pre` and `post` are the pair of the gain, in
    basis points. `as_of` is the time of the newest event about it.
    """

    __tablename__ = "figure_rows"
    __table_args__ = (
        Index("ix_figure_rows_course", "tenant", "course", "enrolment"),
        Index("ix_figure_rows_class", "tenant", "class_", "enrolment"),
        Index("ix_figure_rows_programme", "tenant", "programme", "enrolment"),
    )

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID]
    course: Mapped[UUID]
    course_version: Mapped[int]
    class_: Mapped[UUID]
    programme: Mapped[UUID]
    provider: Mapped[UUID]
    unit: Mapped[UUID | None]
    enrolled_event: Mapped[UUID | None]
    started_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10))
    sequence: Mapped[int]
    closed_event: Mapped[UUID | None]
    closed_for: Mapped[str | None] = mapped_column(String(20))
    closed_on: Mapped[date | None] = mapped_column(Date)
    completed_event: Mapped[UUID | None]
    revision: Mapped[int]
    completed_on: Mapped[date | None] = mapped_column(Date)
    days: Mapped[int | None]
    minutes: Mapped[int | None]
    pre: Mapped[int | None]
    post: Mapped[int | None]
    as_of: Mapped[datetime]


class PostTest(TenantOwned, Base, kind="projection"):
    """An attempt at a post-test with its newest mark, in basis points: the best attempt decides about passing.

    An annulled attempt counts for nothing. An annulment may come first; then `assessment` and `score` are None. It may
    also be that of another test, which leaves a row that nothing counts. `as_of` is the time of the newest event.
    """

    __tablename__ = "post_tests"
    __table_args__ = (Index("ix_post_tests_enrolment", "tenant", "enrolment"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    attempt: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment: Mapped[UUID]
    assessment: Mapped[UUID | None]
    score: Mapped[int | None]
    revision: Mapped[int]
    annulled: Mapped[bool]
    as_of: Mapped[datetime]


class LevelsGained(TenantOwned, Base, kind="projection"):
    """By how much a completed enrolment moved the expected level of a competency, in whole micro-levels.

    It is a function of the person's ledger, and goes with it when the person is erased.
    """

    __tablename__ = "levels_gained"
    __table_args__ = (Index("ix_levels_gained_person", "tenant", "person"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment: Mapped[UUID] = mapped_column(primary_key=True)
    competency: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[UUID]
    gained: Mapped[int]


class _Pairs:
    """The exact sums over pairs, in basis points and their squares."""

    pairs: Mapped[int]
    pre: Mapped[int]
    post: Mapped[int]
    pre_squared: Mapped[int]
    post_squared: Mapped[int]
    pre_times_post: Mapped[int]

    @property
    def sums(self) -> PairSums:
        """Give the sums over pairs."""
        return PairSums(self.pairs, self.pre, self.post, self.pre_squared, self.post_squared, self.pre_times_post)


class CourseFigure(_Pairs, TenantOwned, Base, kind="projection"):
    """The exact sums of one course in one city; `as_of` is the time of the newest event in them.

    Enrolments are counted as in `Counts`; sums of scores are over the `pairs` that have both tests.
    """

    __tablename__ = "course_figures"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    enrolled: Mapped[int]
    active: Mapped[int]
    completed: Mapped[int]
    withdrawn: Mapped[int]
    not_completed: Mapped[int]
    erased: Mapped[int]
    minutes: Mapped[int]
    as_of: Mapped[datetime]

    @property
    def counts(self) -> Counts:
        """Give the counts of enrolments."""
        return Counts(
            enrolled=self.enrolled,
            active=self.active,
            completed=self.completed,
            withdrawn=self.withdrawn,
            not_completed=self.not_completed,
            erased=self.erased,
            minutes=self.minutes,
        )


class AnnouncedFigure(_Pairs, TenantOwned, Base, kind="record"):
    """On which sums and rule set that rested which `ProgrammeMeasured` said last of a course in a city.

    It is a record: what was said stays said, whatever a rebuild makes of the events.
    """

    __tablename__ = "announced_figures"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    rule_set: Mapped[str] = mapped_column(String(40))
