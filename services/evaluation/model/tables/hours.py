"""Learning hours as they are kept: the minutes of each enrolment and local day, and what counts of them."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned


class HoursEntry(TenantOwned, Base, kind="projection"):
    """The minutes learnt in an enrolment on a local day.

    `minutes` were learnt; `counted` is what the form makes of them, after `cut` was taken off by a cap per day or
    month. All three are whole minutes.
    """

    __tablename__ = "hours_entries"
    __table_args__ = (Index("ix_hours_entries_person", "tenant", "person", "day"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    person: Mapped[UUID]
    course: Mapped[UUID]
    course_version: Mapped[int]
    form: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(20))
    minutes: Mapped[int]
    counted: Mapped[int]
    cut: Mapped[int]
    rule_set: Mapped[str] = mapped_column(String(40))
    event: Mapped[UUID]
