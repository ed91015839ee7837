"""Courses: a code that stays, and versions of which at most the last is a draft."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.catalogue.model.base import Base
from services.catalogue.model.readers import is_offered
from services.catalogue.model.versions import CourseVersion
from shared.database import TenantOwned
from shared.errors import Conflict, NotFound, Stale

State = Literal["draft", "published", "withdrawn"]


class CourseCodeIsTaken(Conflict):
    """The codes of a tenant's courses are different from each other."""


class CourseHasNoDraft(NotFound):
    """What is published never changes: only a draft does."""


class CourseIsNotPublished(Conflict):
    """What nobody can take can be neither offered nor withdrawn."""


class CourseIsWithdrawn(Conflict):
    """Nobody can enrol in a course that is withdrawn."""


class Course(TenantOwned, Base, kind="record"):
    """A course of a tenant. `current` is the version that new learners take, 0 before there is one.

    `withdrawn_at` is None but for a course that nobody can take any more; publication takes that back.
    `revision` counts every change of the course, its draft included: it is the version that an editor has read.
    """

    __tablename__ = "courses"
    __table_args__ = (Index("uq_courses_code", "tenant", "code", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    current: Mapped[int] = mapped_column(default=0)
    withdrawn_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0)

    versions: Mapped[list[CourseVersion]] = relationship(
        back_populates="course", cascade="all, delete-orphan", passive_deletes=True, order_by=CourseVersion.number
    )

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom it was ever offered."""
        return (cls.current > 0) & is_offered(cls.id, tenant)

    @property
    def state(self) -> State:
        """Whether new learners can take it, cannot yet, or can no longer."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "published" if self.current else "draft"

    @property
    def newest(self) -> CourseVersion:
        """The draft where there is one, else the version that is current."""
        return self.versions[-1]

    @property
    def draft(self) -> CourseVersion | None:
        """What the next publication makes public, where anything differs from the current version."""
        return None if self.newest.is_published else self.newest

    @property
    def shown(self) -> CourseVersion:
        """The current version, or the draft of a course that was never published."""
        return self.version(self.current) or self.newest

    def version(self, number: int) -> CourseVersion | None:
        """Give a version by its number, a draft too."""
        return next((one for one in self.versions if one.number == number), None)

    @property
    def trainers(self) -> list[UUID]:
        """The people who edit it, as the draft lists them where there is one."""
        return [one.person for one in self.newest.trainers]

    def require_revision(self, seen: int) -> None:
        """Raise `Stale` unless the course is as an editor read it."""
        if seen != self.revision:
            raise Stale("Somebody else changed this course since you read it. Read it again.", version=self.revision)

    def require_public(self) -> None:
        """Raise `CourseIsNotPublished` or `CourseIsWithdrawn` unless new learners can take it."""
        if self.state == "draft":
            raise CourseIsNotPublished("The course was never published. Publish it first.")
        if self.state == "withdrawn":
            raise CourseIsWithdrawn("The course is withdrawn. Publish it again first.", course=str(self.id))

    def withdraw(self, at: datetime) -> bool:
        """Let no new learners take it; tell whether any could. A draft may go on. Raises `CourseIsNotPublished`."""
        if self.state == "withdrawn":
            return False
        self.require_public()
        self.withdrawn_at = at
        self.revision += 1
        return True

    def take_back(self) -> CourseVersion | None:
        """Let new learners take the current version again; give it, or None where they could all the time."""
        if self.state != "withdrawn":
            return None
        self.withdrawn_at = None
        self.revision += 1
        return self.version(self.current)

    def require_draft(self) -> CourseVersion:
        """Give the draft. Raises `CourseHasNoDraft`."""
        if self.draft is None:
            raise CourseHasNoDraft("The course has no draft. Begin one from its newest version.")
        return self.draft

    def changing(self) -> CourseVersion:
        """Give the draft for a change, and count the change. Raises `CourseHasNoDraft`."""
        draft = self.require_draft()
        self.revision += 1
        return draft

    def release(self, person: UUID) -> None:
        """List somebody as a trainer no more, in no version."""
        for version in self.versions:
            version.trainers = [one for one in version.trainers if one.person != person]
        self.revision += 1

    def begin(self, draft: CourseVersion) -> CourseVersion:
        """Add a draft after the newest version."""
        draft.number = len(self.versions) + 1
        self.versions.append(draft)
        self.revision += 1
        return draft

    def drop_draft(self) -> None:
        """Go back to the current version; nothing of the draft was ever public."""
        self.versions.remove(self.newest)
        self.revision += 1
