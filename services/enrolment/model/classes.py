"""Classes (angkatan): when a course can be learnt together, and how many places there are."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal, Self
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Date, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrolment.model.base import Base
from shared.database import TenantOwned
from shared.errors import Conflict, Forbidden, Invalid, NotFound, NotYetKnown
from shared.ids import new_id

ClassKind = Literal["self_paced", "dated"]

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
"""A class on any other day has a slip in its year; the last days that there are have none after them."""


class ClassDatesWrong(Invalid):
    """A dated class needs its first and last day, in that order; a self-paced class has neither."""


class ClassNotFound(NotFound):
    """The city has no such class."""


class CourseNotYetKnown(NotYetKnown):
    """No version of the course has arrived here yet."""


class NotTrainerOfCourse(Forbidden):
    """A trainer plans classes in the courses that they train."""


class TrainerNotYetKnown(NotYetKnown):
    """A class is trained by people of its city, and one of those named has not arrived here."""


class ClassWasJustLimited(NotYetKnown):
    """Who waited for a class without a limit has to see the limit that came meanwhile."""


class ClassCodeTaken(Conflict):
    """A class's code stands for one class of the city."""


class ClassIsFull(Conflict):
    """Every place of the class is taken."""


class ClassIsClosed(Conflict):
    """The last day of the class is over, or it was closed before."""


class ClassNotOpenYet(Conflict):
    """The first day of the class has not come."""


class PlacesAreTaken(Conflict):
    """A class can't have fewer places than are taken."""


class ClassDaysAreTold(Conflict):
    """The days of a class stand once somebody is enrolled: they were told to the learners, and to other services."""


class Class(TenantOwned, Base, kind="record"):
    """A class of a city in a course. `closes` is the last day to learn; a self-paced class has no days.

    `trainers` are people of the city, who see its learners; those of the course do so where it is the city's own.

    `capacity` counts places, or is None where there is room for everybody. The version of the course is not the
    class's: each learner begins the newest one known on enrolling.

    `state` is open, then closing while those who have not completed are let go, then closed. `closed_on` is the first
    day on which nobody goes on. `revision` counts the changes of the plan.
    """

    __tablename__ = "classes"
    __table_args__ = (
        UniqueConstraint("tenant", "code"),
        CheckConstraint("closes >= opens", name="days"),
        Index("ix_classes_course", "tenant", "course", "id"),
        Index(
            "ix_classes_unsettled",
            "closes",
            "id",
            postgresql_where=text("state <> 'closed'"),
            sqlite_where=text("state <> 'closed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    course: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(10))
    opens: Mapped[date | None] = mapped_column(Date)
    closes: Mapped[date | None] = mapped_column(Date)
    capacity: Mapped[int | None]
    trainers: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    closed_on: Mapped[date | None] = mapped_column(Date)
    revision: Mapped[int]

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
        trainers: Iterable[UUID] = (),
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
            trainers=sorted({str(one) for one in trainers}),
            state="open",
            closed_on=None,
            revision=1,
        )

    def change(
        self,
        *,
        opens: date | None,
        closes: date | None,
        capacity: int | None,
        trainers: Iterable[UUID],
        taken: int,
        told: bool,
    ) -> None:
        """Change the plan. `taken` counts the places taken; `told` says that somebody has been enrolled.

        Raises `ClassDatesWrong`, `PlacesAreTaken`, `ClassDaysAreTold`, or `ClassIsClosed` for a class that has ended.
        """
        if self.closed_on is not None:
            raise self._closed()
        _check_days(self.kind, opens, closes)
        if told and (opens, closes) != (self.opens, self.closes):
            raise ClassDaysAreTold("Somebody has been enrolled already, so the days of the class stay as they are.")
        if capacity is not None and capacity < taken:
            raise PlacesAreTaken(f"{taken} places of the class are taken already.", taken=taken)
        plan = (opens, closes, capacity, sorted({str(one) for one in trainers}))
        if plan != (self.opens, self.closes, self.capacity, self.trainers):
            self.opens, self.closes, self.capacity, self.trainers = plan
            self.revision += 1

    def end(self, on: date) -> bool:
        """Let nobody go on from a day; tell whether that is new. Who has not completed is let go after this."""
        if self.closed_on is not None:
            return False
        self.state, self.closed_on = "closing", on
        self.revision += 1
        return True

    def is_trained_by(self, person: UUID) -> bool:
        """Tell whether a person is one of the class's trainers."""
        return str(person) in self.trainers

    def is_open(self, day: date) -> bool:
        """Tell whether a learner could still go on, or begin, on a day."""
        return self.closed_on is None and (self.closes is None or day <= self.closes)

    def left_on(self, day: date) -> date:
        """Give the first day on which nobody goes on, as of a day: that day itself while the class is open."""
        if self.closed_on is not None:
            return self.closed_on
        return day if self.closes is None else min(day, self.closes + timedelta(days=1))

    def places_left(self, taken: int, *, wanted: int) -> int:
        """Count how many of those who want a place get one, when `taken` places are gone."""
        return wanted if self.capacity is None else min(wanted, max(0, self.capacity - taken))

    def is_full(self) -> ClassIsFull:
        """Give the refusal of who finds no place."""
        return ClassIsFull(f"All {self.capacity} places of the class are taken.", capacity=self.capacity)

    def require_not_closed(self, day: date) -> None:
        """Raise `ClassIsClosed` after the last day. Enrolling before the first day is welcome."""
        if not self.is_open(day):
            raise self._closed()

    def require_open(self, day: date) -> None:
        """Raise `ClassNotOpenYet` or `ClassIsClosed` on a day that is none of the class's."""
        if self.opens is not None and day < self.opens:
            raise ClassNotOpenYet(f"The class begins on {self.opens}.", opens=self.opens.isoformat())
        self.require_not_closed(day)

    def _closed(self) -> ClassIsClosed:
        ended = self.left_on(date.max)
        last = self.closes if self.closes is not None and self.closes < ended else ended
        return ClassIsClosed(f"The class ended on {last}.", closes=last.isoformat())


def _check_days(kind: str, opens: date | None, closes: date | None) -> None:
    days = {"opens": opens, "closes": closes}
    if kind == "self_paced":
        wrong = {name: ["Leave this out: a self-paced class has no days."] for name, day in days.items() if day}
    else:
        wrong = {name: ["A dated class needs this day."] for name, day in days.items() if not day}
        strange = {name: day for name, day in days.items() if day and not EARLIEST <= day <= LATEST}
        wrong |= {name: [f"{day} is in a year without classes; look at the year."] for name, day in strange.items()}
    if opens and closes and opens > closes:
        wrong["closes"] = ["The last day can't come before the first."]
    if wrong:
        raise ClassDatesWrong("These days make no class.", errors=wrong)
