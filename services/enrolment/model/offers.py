"""Who can begin a course: the people of its owner and those whom it is offered to, and nobody once it is withdrawn."""

from typing import Self
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, exists
from sqlalchemy.orm import Mapped, mapped_column

from services.enrolment.model.base import Base
from shared.database import TenantOwned
from shared.errors import Conflict


class CourseIsNotOffered(Conflict):
    """Nobody of the city can begin a course whose offer has ended; who has begun it goes on."""


class CourseIsWithdrawn(Conflict):
    """Nobody can begin a course that is withdrawn; who has begun it goes on."""


class Offer(TenantOwned, Base, kind="projection"):
    """A course of `provider` is offered to the people of `tenant`, or was: once `ended`, they can read it still."""

    __tablename__ = "offers"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[UUID]
    ended: Mapped[bool]
    sequence: Mapped[int]

    def require_standing(self) -> Self:
        """Raise `CourseIsNotOffered` once it has ended."""
        if self.ended:
            raise CourseIsNotOffered("The course is offered here no longer.", course=str(self.course))
        return self


class CourseWithdrawal(TenantOwned, Base, kind="projection"):
    """A course was withdrawn, as number `sequence` of what was said of it; a version said after that undoes it."""

    __tablename__ = "course_withdrawals"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those know to whom the course was ever offered."""
        return is_offered(cls.tenant, cls.course, tenant)


def is_offered(
    provider: SQLColumnExpression[UUID], course: SQLColumnExpression[UUID], tenant: ColumnElement[UUID]
) -> ColumnElement[bool]:
    """Tell in SQL whether a course was ever offered to a tenant by its owner."""
    offers = Offer.__table__.alias()  # A name of its own: no statement around it has this table.
    return exists().where(offers.c.tenant == tenant, offers.c.course == course, offers.c.provider == provider)
