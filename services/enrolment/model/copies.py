"""What enrolment keeps of other services' facts: tenants, people and course versions.

Copies have no foreign keys, because facts of different services come in any order; they are joined when read.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from services.enrolment.model.base import Base
from services.enrolment.model.rule import Assessment, CompletionRule, Lesson
from shared.database import TenantOwned


class Tenant(TenantOwned, Base, kind="projection"):
    """A city or provider, with the IANA zone in which its days are cut."""

    __tablename__ = "tenants"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(String(60))
    sequence: Mapped[int]


class Person(TenantOwned, Base, kind="projection"):
    """A person who can learn, with the primary posts they hold, held or will hold.

    `posts` are `{unit, valid_from, valid_to}` with ids and days as texts; `valid_to` is the last day, or None.
    """

    __tablename__ = "people"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    posts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    sequence: Mapped[int]

    def unit_on(self, day: date) -> UUID | None:
        """Give the unit of the primary post held on a day, or None for a person without one."""
        held = [post for post in self.posts if _is_held(post, day.isoformat())]
        return UUID(max(held, key=lambda post: str(post["valid_from"]))["unit"]) if held else None


class CourseVersion(TenantOwned, Base, kind="projection"):
    """A published version of a course. Its tenant is the one that owns the course, the course's `provider`.

    `lessons` are `{id, minutes, required}`, `assessments` `{id, version, role, must_pass, minimum}`, `outcomes`
    `{competency, level}`, all in the order of the course.
    """

    __tablename__ = "course_versions"

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


def _is_held(post: Mapping[str, Any], day: str) -> bool:
    return bool(post["valid_from"] <= day and (post["valid_to"] is None or post["valid_to"] >= day))


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
