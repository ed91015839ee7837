"""Courses: a code that stays, and versions of which at most the last is a draft."""

from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.catalogue.model.base import Base
from services.catalogue.model.versions import CourseVersion
from shared.database import TenantOwned
from shared.errors import Stale


class Course(TenantOwned, Base, kind="record"):
    """A course of a tenant. `current` is the version that new learners take, 0 before there is one.

    `revision` counts every change of the course, its draft included: it is the version that an editor has read.
    """

    __tablename__ = "courses"
    __table_args__ = (Index("uq_courses_code", "tenant", "code", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    current: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)

    versions: Mapped[list[CourseVersion]] = relationship(
        back_populates="course", cascade="all, delete-orphan", passive_deletes=True, order_by=CourseVersion.number
    )

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

    def begin(self, draft: CourseVersion) -> None:
        """Add a draft after the newest version."""
        draft.number = len(self.versions) + 1
        self.versions.append(draft)
        self.revision += 1

    def drop_draft(self) -> None:
        """Go back to the current version; nothing of the draft was ever public."""
        self.versions.remove(self.newest)
        self.revision += 1
