"""Enrolments: a learner's place in a class, and what became of it."""

from datetime import date
from typing import Self
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrolment.model.base import Base
from services.enrolment.model.classes import Class
from services.enrolment.model.copies import CourseVersion, Person
from services.enrolment.model.rule import Completion
from shared.database import TenantOwned
from shared.errors import Conflict, Forbidden, Invalid, NotFound, NotYetKnown
from shared.ids import new_id


class AlreadyEnrolled(Conflict):
    """A person has one open enrolment in a course at a time."""


class EnrolsOthers(Forbidden):
    """A learner enrols nobody but themselves."""


class NobodyToEnrol(Invalid):
    """One who is no learner has to name the person to enrol."""


class PersonNotYetKnown(NotYetKnown):
    """No post of the person has arrived here yet."""


class TenantNotYetKnown(NotYetKnown):
    """The zone of the city has not arrived here yet, so no day can be cut in it."""


class EnrolmentIsNotOpen(Conflict):
    """An enrolment that is completed takes no further lesson marks."""


class EnrolmentNotFound(NotFound):
    """There is no such enrolment, or not for this person."""


class LessonNotFound(NotFound):
    """The version that the learner enrolled in has no such lesson."""


class Enrolment(TenantOwned, Base, kind="record"):
    """A person learns a version of a course in a class; `unit` is where they worked when they enrolled.

    `state` is open or completed. `revision` counts what was said of the completion, 0 before the first time;
    `completed_on`, `pre` and `post` are what was said last.
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
        Index("ix_enrolments_class", "tenant", "class_id"),
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
        )

    def require_open(self) -> None:
        """Raise `EnrolmentIsNotOpen` unless the learner can still go on."""
        if self.state != "open":
            raise EnrolmentIsNotOpen(
                f"The enrolment is {self.state}; a further lesson changes nothing.", state=self.state
            )

    def complete(self, completion: Completion) -> bool:
        """Take a completion over as the next revision; tell whether it says anything new.

        The minutes are not compared: a completed enrolment takes no marks, so they stay as they were.
        """
        said = (self.completed_on, self.pre, self.post)
        if self.revision and said == (completion.on, completion.pre, completion.post):
            return False
        self.state = "completed"
        self.revision += 1
        self.completed_on, self.pre, self.post = completion.on, completion.pre, completion.post
        return True
