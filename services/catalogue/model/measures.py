"""What evaluation found that the people of a city gained in a course, as far as its display rule lets it be shown."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Float, String, select
from sqlalchemy.orm import Mapped, mapped_column

from services.catalogue.model.base import Base
from services.catalogue.model.courses import Course
from shared.database import TenantOwned


class Measure(TenantOwned, Base, kind="projection"):
    """The gain of one city in one course; `tenant` is the city, which need not own the course.

    `display` says what may be shown, and what may not is None: `n` pairs of pre- and post-test, the mean `gain` with
    its interval from `low` to `high` in basis points, the standardised gain `g`.
    """

    __tablename__ = "measures"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    display: Mapped[str] = mapped_column(String(20))
    n: Mapped[int | None]
    gain: Mapped[float | None] = mapped_column(Float)
    low: Mapped[float | None] = mapped_column(Float)
    high: Mapped[float | None] = mapped_column(Float)
    g: Mapped[float | None] = mapped_column(Float)
    as_of: Mapped[datetime]
    rule_set: Mapped[str] = mapped_column(String(60))
    sequence: Mapped[int]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let the owner of a course read what every city gained in it: the only figure that crosses tenants."""
        return cls.course.in_(select(Course.id).where(Course.tenant == tenant))
