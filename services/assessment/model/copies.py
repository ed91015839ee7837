"""What assessment has heard from other services: facts copied from events, joined when they are read."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.model.base import Base
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
    """The assessments that a version of a course pins: `[{"id": ..., "version": ..., "role": ...}]`."""

    __tablename__ = "course_versions"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    assessments: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    sequence: Mapped[int]

    def pins(self, assessment: UUID) -> int | None:
        """Give the version of an assessment that learners of this course version sit, or None."""
        return next((one["version"] for one in self.assessments if one["id"] == str(assessment)), None)


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


def codes_in_force(frameworks: Iterable[Framework], *, on: date) -> set[str]:
    """Give the codes of every framework's newest version that is valid on a day."""
    newest: dict[UUID, Framework] = {}
    for one in sorted(frameworks, key=lambda one: (one.valid_from, one.version)):
        if one.valid_from <= on:
            newest[one.framework] = one
    return {code for one in newest.values() for code in one.codes}
