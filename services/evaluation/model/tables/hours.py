"""Learning hours as they are kept: the minutes of each activity and local day, and what counts of them."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned


class HoursEntry(TenantOwned, Base, kind="projection"):
    """The minutes of a local day in a completed course, or in another activity that was verified.

    `piece` is the enrolment, or the evidence of the activity; `enrolment`, `course` and `course_version` are None for
    the latter. `minutes` were learnt; `counted` is what the form makes of them, after `cut` was taken off by a cap per
    day or month. All three are whole minutes.
    """

    __tablename__ = "hours_entries"
    __table_args__ = (Index("ix_hours_entries_person", "tenant", "person", "day"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    piece: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    person: Mapped[UUID]
    enrolment: Mapped[UUID | None]
    course: Mapped[UUID | None]
    course_version: Mapped[int | None]
    form: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(20))
    minutes: Mapped[int]
    counted: Mapped[int]
    cut: Mapped[int]
    rule_set: Mapped[str] = mapped_column(String(40))
    event: Mapped[UUID]
