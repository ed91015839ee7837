"""Programmes: what courses are grouped under, and what figures are added up by."""

from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.catalogue.model.base import Base
from shared.database import TenantOwned


class Programme(TenantOwned, Base, kind="record"):
    """A programme of a tenant, known by its code."""

    __tablename__ = "programmes"
    __table_args__ = (Index("uq_programmes_code", "tenant", "code", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
