"""A course's figures as they are kept: exact sums for each city and course, and the enrolments behind them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.figures import PairSums
from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned


class FigureRow(TenantOwned, Base, kind="projection"):
    """An enrolment as its course's figures count it, with the dimensions stamped on its events.

    `enrolled_event` is None while only the completion has arrived; `completed_event` and what follows it are None
    before the completion. `pre` and `post` are the pair of the gain, in basis points. `as_of` is the time of the
    newest event about it.
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
    completed_event: Mapped[UUID | None]
    revision: Mapped[int]
    completed_on: Mapped[date | None] = mapped_column(Date)
    pre: Mapped[int | None]
    post: Mapped[int | None]
    as_of: Mapped[datetime]


class CourseFigure(TenantOwned, Base, kind="projection"):
    """The exact sums of one course in one city; `as_of` is the time of the newest event in them.

    Sums of scores are in basis points (squares in their square), over the `pairs` that have both tests.
    """

    __tablename__ = "course_figures"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    enrolled: Mapped[int]
    completed: Mapped[int]
    pairs: Mapped[int]
    pre: Mapped[int]
    post: Mapped[int]
    pre_squared: Mapped[int]
    post_squared: Mapped[int]
    pre_times_post: Mapped[int]
    as_of: Mapped[datetime]

    @property
    def sums(self) -> PairSums:
        """Give the sums over pairs."""
        return PairSums(self.pairs, self.pre, self.post, self.pre_squared, self.post_squared, self.pre_times_post)
