"""What enrolment keeps of other services' facts: tenants, units, people and course versions.

Copies have no foreign keys, because facts of different services come in any order; they are joined when read.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Date, Index, String
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from services.enrolment.model.base import Base
from services.enrolment.model.offers import is_offered
from services.enrolment.model.rule import Assessment, CompletionRule, Lesson
from shared.database import TenantOwned
from shared.errors import NotFound


class PersonNotFound(NotFound):
    """The person was erased, or does not exist."""


class Tenant(TenantOwned, Base, kind="projection"):
    """A city or provider, with the IANA zone in which its days are cut."""

    __tablename__ = "tenants"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(String(60))
    sequence: Mapped[int]


class Unit(TenantOwned, Base, kind="projection"):
    """A unit below its parent, or at the top: what a manager of a unit oversees."""

    __tablename__ = "units"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    parent: Mapped[UUID | None]
    sequence: Mapped[int]


class Post(TenantOwned, Base, kind="projection"):
    """A post that a person holds, held or will hold, in the state said with this sequence. `valid_to` is its last day.

    It is a row of its own so that the database can find who works in some units today.
    """

    __tablename__ = "posts"
    __table_args__ = (Index("ix_posts_unit", "tenant", "unit"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit: Mapped[UUID]
    is_primary: Mapped[bool]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    def is_held(self, day: date) -> bool:
        """Tell whether it is held on a day."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


class Person(TenantOwned, Base, kind="projection"):
    """A person who can learn; of one who was erased, only that is kept, so that nothing late brings them back."""

    __tablename__ = "people"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    erased: Mapped[bool]
    sequence: Mapped[int]
    posts: Mapped[list[Post]] = relationship(
        primaryjoin=lambda: (
            (Person.tenant == foreign(Post.tenant))
            & (Person.id == foreign(Post.person))
            & (Person.sequence == foreign(Post.sequence))
        ),
        order_by=Post.number,
        lazy="selectin",
        viewonly=True,
    )

    def require_kept(self) -> None:
        """Raise `PersonNotFound` for one who was erased."""
        if self.erased:
            raise PersonNotFound("There is no such person.")

    def unit_on(self, day: date) -> UUID | None:
        """Give the unit of the primary post held on a day, or None for a person without one."""
        held = [post for post in self.posts if post.is_primary and post.is_held(day)]
        return max(held, key=lambda post: post.valid_from).unit if held else None

    def units_on(self, day: date) -> set[UUID]:
        """Give the units of every post held on a day, primary or acting."""
        return {post.unit for post in self.posts if post.is_held(day)}


class CourseVersion(TenantOwned, Base, kind="projection"):
    """A published version of a course. Its tenant is the one that owns the course, the course's `provider`.

    `lessons` are `{id, minutes, required}`, `assessments` `{id, version, role, must_pass, minimum}`, `outcomes`
    `{competency, level}`, all in the order of the course.
    """

    __tablename__ = "course_versions"
    __table_args__ = (Index("ix_course_versions_course", "course", "version"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    programme: Mapped[UUID]
    provider: Mapped[UUID]
    title: Mapped[str] = mapped_column(String(200))
    trainers: Mapped[list[str]] = mapped_column(JSON)
    form: Mapped[str] = mapped_column(String(20))
    scope: Mapped[Literal["domestic", "international"]] = mapped_column(String(20))
    outcomes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    lessons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    assessments: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    sequence: Mapped[int]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom the course was ever offered."""
        return is_offered(cls.tenant, cls.course, tenant)

    @cached_property
    def rule(self) -> CompletionRule:
        """What a learner of this version has to do. A version never changes, so it is read once."""
        return CompletionRule(
            lessons=tuple(_lesson(one) for one in self.lessons),
            assessments=tuple(_assessment(one) for one in self.assessments),
        )

    def is_trained_by(self, person: UUID) -> bool:
        """Tell whether a person is one of the course's trainers."""
        return str(person) in self.trainers


def _lesson(kept: Mapping[str, Any]) -> Lesson:
    return Lesson(id=UUID(kept["id"]), minutes=kept["minutes"], required=kept["required"])


def _assessment(kept: Mapping[str, Any]) -> Assessment:
    return Assessment(
        id=UUID(kept["id"]),
        version=kept["version"],
        role=kept["role"],
        must_pass=kept["must_pass"],
        minimum=kept["minimum"],
    )
