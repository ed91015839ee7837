"""The facts by which a completion is decided: lessons marked as done here, and attempts marked by assessment."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.enrolment.model.base import Base
from shared.database import TenantOwned


class LessonMark(TenantOwned, Base, kind="record"):
    """A learner has done a lesson, at a moment and on a local day. The first mark stays; nothing takes it back."""

    __tablename__ = "lesson_marks"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    lesson: Mapped[UUID] = mapped_column(primary_key=True)
    marked_at: Mapped[datetime]
    marked_on: Mapped[date] = mapped_column(Date)


class Result(TenantOwned, Base, kind="projection"):
    """How an attempt was marked, by its newest revision. `score` is in basis points."""

    __tablename__ = "results"
    __table_args__ = (Index("ix_results_enrolment", "tenant", "enrolment"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    attempt: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment: Mapped[UUID]
    assessment: Mapped[UUID]
    score: Mapped[int]
    handed_in_at: Mapped[datetime]
    handed_in_on: Mapped[date] = mapped_column(Date)
    sequence: Mapped[int]


class Annulment(TenantOwned, Base, kind="projection"):
    """An attempt counts for nothing, in whichever revision; this may be known before the attempt itself."""

    __tablename__ = "annulments"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    attempt: Mapped[UUID] = mapped_column(primary_key=True)
