"""Enrolments: a learner's place in a class, and what became of it."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrolment.model.base import Base
from services.enrolment.model.classes import Class
from services.enrolment.model.copies import CourseVersion, Person
from services.enrolment.model.rule import Completion
from shared import clock
from shared.database import TenantOwned
from shared.errors import Conflict, Forbidden, Invalid, NotFound, NotYetKnown
from shared.ids import new_id

ClosingReason = Literal["withdrawn", "not_completed", "erased"]


class AlreadyEnrolled(Conflict):
    """A person has one open enrolment in a course at a time."""


class EnrolsOthers(Forbidden):
    """Learners enrol themselves, managers who works in their units today, and administrators anybody."""


class NobodyToEnrol(Invalid):
    """One who is no learner has to name the person to enrol."""


class PersonNotYetKnown(NotYetKnown):
    """Nothing about the person has arrived here yet."""


class TenantNotYetKnown(NotYetKnown):
    """The zone of the city has not arrived here yet, so no day can be cut in it."""


class EnrolmentIsNotOpen(Conflict):
    """An enrolment that is completed or closed takes no further lesson marks, and can't be withdrawn from."""


class EnrolmentIsCompleted(Conflict):
    """Nobody withdraws from what they have completed."""


class EnrolmentNotFound(NotFound):
    """There is no such enrolment, or not for this person."""


class LessonNotFound(NotFound):
    """The version that the learner enrolled in has no such lesson."""


class Enrolment(TenantOwned, Base, kind="record"):
    """A person learns a version of a course in a class; `unit` is where they worked when they enrolled.

    `state` is open, completed or closed. `revision` counts what was said of the completion, 0 before the first time,
    and a revocation leaves it; `completed_on`, `pre` and `post` are what was said last, and None when it was revoked.
    `closed_reason` says why a learner goes on no longer, `closed_on` since which day.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        # The rule of `AlreadyEnrolled`, kept by the database too: two requests at once each see no other one.
        Index(
            "uq_enrolments_open",
            "tenant",
            "person",
            "course",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_enrolments_person", "tenant", "person", "id"),
        Index("ix_enrolments_class", "tenant", "class_id", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))
    course: Mapped[UUID]
    version: Mapped[int]
    person: Mapped[UUID]
    programme: Mapped[UUID]
    provider: Mapped[UUID]
    unit: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(20))
    enrolled_on: Mapped[date] = mapped_column(Date)
    revision: Mapped[int]
    completed_on: Mapped[date | None] = mapped_column(Date)
    pre: Mapped[int | None]
    post: Mapped[int | None]
    closed_reason: Mapped[ClosingReason | None] = mapped_column(String(20))
    closed_on: Mapped[date | None] = mapped_column(Date)

    @classmethod
    def begin(cls, class_: Class, course: CourseVersion, person: Person, *, on: date) -> Self:
        """Make an enrolment. Raises `ClassIsClosed`."""
        class_.require_not_closed(on)
        return cls(
            id=new_id(),
            tenant=class_.tenant,
            class_id=class_.id,
            course=class_.course,
            version=course.version,
            person=person.id,
            programme=course.programme,
            provider=course.provider,
            unit=person.unit_on(on),
            state="open",
            enrolled_on=on,
            revision=0,
            completed_on=None,
            pre=None,
            post=None,
            closed_reason=None,
            closed_on=None,
        )

    def require_open(self) -> None:
        """Raise `EnrolmentIsNotOpen` unless the learner can still go on."""
        if self.state != "open":
            raise EnrolmentIsNotOpen(
                f"The enrolment is {self.state}, so nothing more can be done in it.", state=self.state
            )

    def complete(self, completion: Completion) -> bool:
        """Take a completion over as the next revision; tell whether it says anything new.

        One that was closed as not completed is completed by a mark that came or was corrected later, but not by what
        was handed in after the day of the closing. Who withdrew or was erased has given up: their facts stay, and
        complete nothing. The minutes are not compared: a completed enrolment takes no marks, so they stay as they were.
        """
        if self.closed_reason in ("withdrawn", "erased"):
            return False
        if self.closed_on is not None and self.closed_on < completion.on:
            return False
        said, found = (self.completed_on, self.pre, self.post), (completion.on, completion.pre, completion.post)
        if self.state == "completed" and said == found:
            return False
        self.state, self.closed_reason, self.closed_on = "completed", None, None
        self.revision += 1
        self.completed_on, self.pre, self.post = found
        return True

    def revoke(self) -> None:
        """Take the completion back: the learner can go on. The next completion has a higher revision."""
        self.state = "open"
        self.completed_on, self.pre, self.post = None, None, None

    def withdraw(self, *, on: date) -> bool:
        """Give the place back; tell whether that is new. What was marked stays.

        Raises `EnrolmentIsCompleted`, and `EnrolmentIsNotOpen` for one that was closed for another reason.
        """
        if self.closed_reason == "withdrawn":
            return False
        if self.state == "completed":
            raise EnrolmentIsCompleted("The training is completed, so nobody withdraws from it any more.")
        self.require_open()
        self.close("withdrawn", on=on)
        return True

    def close(self, reason: ClosingReason, *, on: date) -> None:
        """Let the learner go on no longer, since a day."""
        self.state, self.closed_reason, self.closed_on = "closed", reason, on


def day_in(zone: str | None, at: datetime) -> date:
    """Give the local day of a city on which `at` falls. Raises `TenantNotYetKnown` where its zone is not known."""
    if zone is None:
        raise TenantNotYetKnown("The city's time zone is not known here yet. Try again in a second.")
    return clock.local_day(at, zone)
