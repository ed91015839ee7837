"""What evaluation keeps of other services' facts: zones, units, jobs, people with their posts, and courses.

Copies have no foreign keys, because facts of different services come in any order; they are joined when read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.tables.base import Base
from services.evaluation.model.tables.offers import is_offered
from shared.database import TenantOwned


class Zone(TenantOwned, Base, kind="projection"):
    """The IANA zone in which the days of a city or a provider are cut."""

    __tablename__ = "zones"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    zone: Mapped[str] = mapped_column(String(60))
    sequence: Mapped[int]


class Unit(TenantOwned, Base, kind="projection"):
    """A unit below its parent, or at the top: what a manager of a unit may see."""

    __tablename__ = "units"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[UUID] = mapped_column(primary_key=True)
    parent: Mapped[UUID | None]
    unit_type: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    sequence: Mapped[int]


class Job(TenantOwned, Base, kind="projection"):
    """A job of a city by its code, for which a standard can be set."""

    __tablename__ = "jobs"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    position_type: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    sequence: Mapped[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHeld:
    """A job in a unit that a person holds; `valid_to` is the last day, or None while it lasts."""

    id: UUID
    unit: UUID
    job: str
    primary: bool
    valid_from: date
    valid_to: date | None

    @classmethod
    def kept(cls, row: Mapping[str, Any]) -> Self:
        """Read a post as it is kept: ids and days as texts."""
        return cls(
            id=UUID(row["id"]),
            unit=UUID(row["unit"]),
            job=row["job"],
            primary=row["primary"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=row["valid_to"] and date.fromisoformat(row["valid_to"]),
        )

    def is_held_on(self, day: date) -> bool:
        """Tell whether the post is held on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Person(TenantOwned, Base, kind="projection"):
    """A person's employment and posts, as identity said them last.

    `employment_type` is None for the staff of a provider, to whom no entitlement of civil servants applies.
    """

    __tablename__ = "people"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)
    employment_type: Mapped[str | None] = mapped_column(String(10))
    contract_start: Mapped[date | None] = mapped_column(Date)
    posts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    sequence: Mapped[int]

    def posts_on(self, day: date) -> list[PostHeld]:
        """Give the posts held on a day, the primary one first."""
        held = [post for post in map(PostHeld.kept, self.posts) if post.is_held_on(day)]
        return sorted(held, key=lambda post: (not post.primary, post.valid_from, post.id))

    def primary_post(self, day: date) -> PostHeld | None:
        """Give the primary post held on a day, the one taken up last if there should be two."""
        primary = [post for post in self.posts_on(day) if post.primary]
        return primary[-1] if primary else None


class Employment(TenantOwned, Base, kind="projection"):
    """A person's kind of employment as identity said it at a moment, kept for what was due in years gone by."""

    __tablename__ = "employments"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    employment_type: Mapped[str | None] = mapped_column(String(10))
    contract_start: Mapped[date | None] = mapped_column(Date)
    since: Mapped[datetime]


class Course(TenantOwned, Base, kind="projection"):
    """A published version of a course. Its tenant is the one that owns the course.

    `outcomes` are `{competency, level}`; `post_tests` are `{assessment, minimum}` of the post-tests that must be
    passed, the minimum in basis points.
    """

    __tablename__ = "courses"
    __table_args__ = (Index("ix_courses_course", "course", "version"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    programme: Mapped[UUID]
    title: Mapped[str] = mapped_column(String(200))
    form: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(20))
    outcomes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    post_tests: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    sequence: Mapped[int]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom the course was ever offered."""
        return is_offered(cls.tenant, cls.course, tenant)
