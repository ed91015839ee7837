"""To whom courses of other tenants were ever offered: these read what such a course is called and leads to."""

from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, exists
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned


class Offer(TenantOwned, Base, kind="projection"):
    """A course of `provider` is offered to the people of `tenant`, or was: figures of those who took it stay."""

    __tablename__ = "offers"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[UUID]
    sequence: Mapped[int]


def is_offered(
    provider: SQLColumnExpression[UUID], course: SQLColumnExpression[UUID], tenant: ColumnElement[UUID]
) -> ColumnElement[bool]:
    """Tell in SQL whether a course was ever offered to a tenant by its owner."""
    offers = Offer.__table__.alias()  # A name of its own: no statement around it has this table.
    return exists().where(offers.c.tenant == tenant, offers.c.course == course, offers.c.provider == provider)
