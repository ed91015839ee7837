"""A version of a course and its parts: a draft until it is published, then never changed again."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.catalogue.model.base import Base
from services.catalogue.model.materials import Material
from services.catalogue.model.programmes import Programme
from services.catalogue.model.readers import has_offered_version, is_offered
from shared.database import TenantOwned
from shared.errors import NotFound

if TYPE_CHECKING:
    from services.catalogue.model.courses import Course


class NoSuchLesson(NotFound):
    """The version has no such lesson."""


Scope = Literal["domestic", "international"]
Kind = Literal["text", "file", "link"]
Role = Literal["pre", "post", "quiz"]


class Lesson(TenantOwned, Base, kind="record"):
    """A lesson of one version. Its id is the same in every version of the course in which its code stands.

    By its kind it has a `body` (text, in Markdown), a material (file) or a `url` (link).
    """

    __tablename__ = "lessons"
    __table_args__ = (
        Index("uq_lessons_code", "tenant", "version_id", "code", unique=True),
        Index("ix_lessons_material", "tenant", "material_id"),
    )

    version_id: Mapped[UUID] = mapped_column(ForeignKey("course_versions.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int]
    required: Mapped[bool]
    kind: Mapped[Kind] = mapped_column(String(10))
    body: Mapped[str | None] = mapped_column(Text, deferred=True)  # Lists and tables of contents leave it out.
    url: Mapped[str | None] = mapped_column(String(2000))
    material_id: Mapped[UUID | None] = mapped_column(ForeignKey("materials.id"))

    material: Mapped[Material | None] = relationship()

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom its version is open."""
        return has_offered_version(cls.version_id, tenant)


class Outcome(TenantOwned, Base, kind="record"):
    """What a version leads to: a level from 1 to 5 of a competency."""

    __tablename__ = "outcomes"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("course_versions.id", ondelete="CASCADE"), primary_key=True)
    competency: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]
    level: Mapped[int]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom its version is open."""
        return has_offered_version(cls.version_id, tenant)


class CourseAssessment(TenantOwned, Base, kind="record"):
    """An assessment of a version, by code; publication pins which one and which version learners sit.

    `minimum` is in basis points of its maximum and binds where the assessment must be passed.
    """

    __tablename__ = "course_assessments"
    __table_args__ = (Index("ix_course_assessments_pinned", "tenant", "assessment_id"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("course_versions.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]
    role: Mapped[Role] = mapped_column(String(10))
    must_pass: Mapped[bool]
    minimum: Mapped[int]
    assessment_id: Mapped[UUID | None]
    assessment_version: Mapped[int | None]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom its version is open."""
        return has_offered_version(cls.version_id, tenant)


class CourseTrainer(TenantOwned, Base, kind="record"):
    """A person who edits the course. Only the tenant that they belong to sees who they are."""

    __tablename__ = "course_trainers"
    __table_args__ = (Index("ix_course_trainers_person", "tenant", "person"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("course_versions.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)


class CourseVersion(TenantOwned, Base, kind="record"):
    """What a course asks and gives, as one number of it says. Learners finish the version they began."""

    __tablename__ = "course_versions"
    __table_args__ = (
        Index("uq_course_versions_number", "tenant", "course_id", "number", unique=True),
        Index("ix_course_versions_title", "tenant", "title", "id"),
        Index("ix_course_versions_programme", "tenant", "programme_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    number: Mapped[int]
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10))
    form: Mapped[str] = mapped_column(String(10))
    scope: Mapped[Scope] = mapped_column(String(20))
    published_at: Mapped[datetime | None]

    course: Mapped["Course"] = relationship(back_populates="versions")
    programme: Mapped[Programme] = relationship(lazy="joined", innerjoin=True)
    lessons: Mapped[list[Lesson]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=Lesson.position
    )
    outcomes: Mapped[list[Outcome]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=Outcome.position
    )
    assessments: Mapped[list[CourseAssessment]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=CourseAssessment.position
    )
    trainers: Mapped[list[CourseTrainer]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=CourseTrainer.person
    )

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom its course was ever offered, once it is published."""
        return cls.published_at.is_not(None) & is_offered(cls.course_id, tenant)

    @property
    def is_published(self) -> bool:
        """Tell whether learners can take it, or could."""
        return self.published_at is not None

    def lesson(self, lesson_id: UUID) -> Lesson:
        """Give a lesson by its id. Raises `NoSuchLesson`."""
        found = next((one for one in self.lessons if one.id == lesson_id), None)
        if found is None:
            raise NoSuchLesson("The version has no such lesson.")
        return found

    @property
    def minutes(self) -> int:
        """The length of all lessons in minutes."""
        return sum(lesson.minutes for lesson in self.lessons)

    @property
    def materials(self) -> list[Material]:
        """The files of its lessons, each once."""
        return list({lesson.material.id: lesson.material for lesson in self.lessons if lesson.material}.values())
