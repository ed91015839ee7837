"""Classes (angkatan): when a course can be learnt together, and how many places there are."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.enrolment.model.base import Base
from shared.database import TenantOwned
from shared.errors import Conflict, Forbidden, Invalid, NotFound, NotYetKnown
from shared.ids import new_id

ClassKind = Literal["self_paced", "dated"]


class ClassDatesWrong(Invalid):
    """A dated class needs its first and last day, in that order; a self-paced class has neither."""


class ClassNotFound(NotFound):
    """The city has no such class."""


class CourseNotYetKnown(NotYetKnown):
    """No version of the course has arrived here yet."""


class NotTrainerOfCourse(Forbidden):
    """A trainer plans classes in the courses that they train."""


class ClassCodeTaken(Conflict):
    """A class's code stands for one class of the city."""


class ClassIsFull(Conflict):
    """Every place of the class is taken."""


class ClassIsClosed(Conflict):
    """The last day of the class is over."""


class ClassNotOpenYet(Conflict):
    """The first day of the class has not come."""


class Class(TenantOwned, Base, kind="record"):
    """A class of a city in a course. `closes` is the last day to learn; a self-paced class has no days.

    `capacity` counts places, or is None where there is room for everybody. The version of the course is not the
    class's: each learner begins the newest one known on enrolling.
    """

    __tablename__ = "classes"
    __table_args__ = (
        UniqueConstraint("tenant", "code"),
        CheckConstraint("closes >= opens", name="days"),
        Index("ix_classes_course", "tenant", "course", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    course: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(10))
    opens: Mapped[date | None] = mapped_column(Date)
    closes: Mapped[date | None] = mapped_column(Date)
    capacity: Mapped[int | None]

    @classmethod
    def plan(
        cls,
        tenant: UUID,
        *,
        code: str,
        course: UUID,
        kind: ClassKind,
        opens: date | None,
        closes: date | None,
        capacity: int | None,
    ) -> Self:
        """Make a class. Raises `ClassDatesWrong`."""
        _check_days(kind, opens, closes)
        return cls(
            id=new_id(),
            tenant=tenant,
            code=code,
            course=course,
            kind=kind,
            opens=opens,
            closes=closes,
            capacity=capacity,
        )

    def require_place(self, taken: int) -> None:
        """Raise `ClassIsFull` when `taken` places leave none."""
        if self.capacity is not None and taken >= self.capacity:
            raise ClassIsFull(f"All {self.capacity} places of the class are taken.", capacity=self.capacity)

    def require_not_closed(self, day: date) -> None:
        """Raise `ClassIsClosed` after the last day. Enrolling before the first day is welcome."""
        if self.closes is not None and day > self.closes:
            raise ClassIsClosed(f"The class ended on {self.closes}.", closes=self.closes.isoformat())

    def require_open(self, day: date) -> None:
        """Raise `ClassNotOpenYet` or `ClassIsClosed` on a day that is none of the class's."""
        if self.opens is not None and day < self.opens:
            raise ClassNotOpenYet(f"The class begins on {self.opens}.", opens=self.opens.isoformat())
        self.require_not_closed(day)


def _check_days(kind: ClassKind, opens: date | None, closes: date | None) -> None:
    days = {"opens": opens, "closes": closes}
    if kind == "self_paced":
        wrong = {name: ["Leave this out: a self-paced class has no days."] for name, day in days.items() if day}
    else:
        wrong = {name: ["A dated class needs this day."] for name, day in days.items() if not day}
    if opens and closes and opens > closes:
        wrong["closes"] = ["The last day can't come before the first."]
    if wrong:
        raise ClassDatesWrong("These days make no class.", errors=wrong)
