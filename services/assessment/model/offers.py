"""Which courses are open to whom, and by that which assessments and questions of other tenants are read.

A tenant reads the versions that a course pins which was ever offered to it, and of the questions those alone that its
own learners were asked. A bank stays its owner's.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, FromClause, Index, SQLColumnExpression, exists
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.model.base import Base
from shared.database import TenantOwned


class Offer(TenantOwned, Base, kind="projection"):
    """A course of `provider` is offered to the people of `tenant`, or was: who has begun it sits its tests still."""

    __tablename__ = "offers"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[UUID]
    sequence: Mapped[int]


class Pin(TenantOwned, Base, kind="projection"):
    """The version of an assessment that learners of a course version sit."""

    __tablename__ = "pins"
    __table_args__ = (Index("ix_pins_assessment", "tenant", "assessment", "version"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    course_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    assessment: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom the course was ever offered."""
        return is_offered(cls.tenant, cls.course, tenant)


class Asked(TenantOwned, Base, kind="record"):
    """A question of another tenant that learners of this one were asked."""

    __tablename__ = "asked"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), primary_key=True)


def is_offered(
    provider: SQLColumnExpression[UUID], course: SQLColumnExpression[UUID], tenant: ColumnElement[UUID]
) -> ColumnElement[bool]:
    """Tell in SQL whether a course was ever offered to a tenant by its owner."""
    offers = _table("offers")
    return exists().where(offers.c.tenant == tenant, offers.c.course == course, offers.c.provider == provider)


def is_pinned_for(
    provider: SQLColumnExpression[UUID],
    assessment: SQLColumnExpression[UUID],
    version: SQLColumnExpression[int],
    tenant: ColumnElement[UUID],
) -> ColumnElement[bool]:
    """Tell in SQL whether a course that was ever offered to a tenant pins a version of its owner's assessment."""
    pins = _table("pins")
    same = (pins.c.tenant == provider, pins.c.assessment == assessment, pins.c.version == version)
    return exists().where(*same, is_offered(pins.c.tenant, pins.c.course, tenant))


def was_asked(question: SQLColumnExpression[UUID], tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Tell in SQL whether learners of a tenant were asked a question of another one."""
    asked = _table("asked")
    return exists().where(asked.c.tenant == tenant, asked.c.question_id == question)


def _table(name: str) -> FromClause:
    # Under a name of its own, so that it never is taken for a table of the statement around the condition.
    return Base.metadata.tables[name].alias()
