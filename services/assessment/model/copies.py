"""What assessment has heard from other services: facts copied from events, joined when they are read."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ColumnElement, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.model.base import Base
from services.assessment.model.offers import is_offered
from shared import clock
from shared.database import TenantOwned
from shared.errors import Conflict


class ClassNotOpenYet(Conflict):
    """Attempts begin on the first day of the class."""


class ClassIsClosed(Conflict):
    """No attempt begins after the last day of the class."""


class Tenant(TenantOwned, Base, kind="projection"):
    """The zone of a tenant, in which its days are cut."""

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


class Person(TenantOwned, Base, kind="projection"):
    """Where a person works: `posts` are `{unit, valid_from, valid_to}`, ids and days as texts.

    `valid_to` is the last day, or None.
    """

    __tablename__ = "people"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    posts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    sequence: Mapped[int]

    def units_on(self, day: date) -> set[UUID]:
        """Give the units of every post held on a day, primary or acting."""
        on = day.isoformat()
        held = [one for one in self.posts if one["valid_from"] <= on and (one["valid_to"] or on) >= on]
        return {UUID(post["unit"]) for post in held}


class Framework(TenantOwned, Base, kind="projection"):
    """The competency codes of a version of a framework."""

    __tablename__ = "frameworks"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    framework: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[date] = mapped_column(Date)
    codes: Mapped[list[str]] = mapped_column(JSON)
    sequence: Mapped[int]


class CourseVersion(TenantOwned, Base, kind="projection"):
    """A version of a course, whose `pins` say what its learners sit. Its tenant is the one that owns the course."""

    __tablename__ = "course_versions"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom the course was ever offered."""
        return is_offered(cls.tenant, cls.course, tenant)


class Enrolment(TenantOwned, Base, kind="projection"):
    """A learner's place in a class, with the dimensions of every fact about it."""

    __tablename__ = "enrolments"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID]
    course: Mapped[UUID]
    course_version: Mapped[int]
    class_: Mapped[UUID]
    programme: Mapped[UUID]
    provider: Mapped[UUID]
    unit: Mapped[UUID | None]
    opens: Mapped[date] = mapped_column(Date)
    closes: Mapped[date | None] = mapped_column(Date)
    sequence: Mapped[int]

    def require_open(self, *, at: datetime, zone: str) -> None:
        """Raise `ClassNotOpenYet` before the first local day of the class, `ClassIsClosed` after the last."""
        today = clock.local_day(at, zone)
        if today < self.opens:
            raise ClassNotOpenYet(f"The class begins on {self.opens}.", opens=self.opens.isoformat())
        if self.closes is not None and self.closes < today:
            raise ClassIsClosed(f"The class ended on {self.closes}.", closes=self.closes.isoformat())

    def ends_at(self, zone: str) -> datetime | None:
        """Give the last moment of the last local day of the class, which is of that day, or None if it has none."""
        if self.closes is None:
            return None
        midnight = datetime.combine(self.closes + timedelta(days=1), time(), ZoneInfo(zone))
        return midnight.astimezone(UTC) - timedelta(milliseconds=1)


class Standing(TenantOwned, Base, kind="projection"):
    """Whether an enrolment was closed, by the newest fact about it; one that was never closed has no row."""

    __tablename__ = "standings"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment: Mapped[UUID] = mapped_column(primary_key=True)
    closed: Mapped[bool]
    sequence: Mapped[int]


class ErasedPerson(TenantOwned, Base, kind="projection"):
    """Somebody of whom nothing may be kept: an assignment that comes late does not bring them back."""

    __tablename__ = "erased_people"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)


def codes_in_force(frameworks: Iterable[Framework], *, on: date) -> set[str]:
    """Give the codes of every framework's newest version that is valid on a day."""
    newest: dict[UUID, Framework] = {}
    for one in sorted(frameworks, key=lambda one: (one.valid_from, one.version)):
        if one.valid_from <= on:
            newest[one.framework] = one
    return {code for one in newest.values() for code in one.codes}
