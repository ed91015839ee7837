"""The record of who looked up whose name."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base
from shared.database import TenantOwned


class NameLook(TenantOwned, Base, kind="record"):
    """Somebody turned a person's id into a name. `by` is a person's id, or a machine's."""

    __tablename__ = "name_looks"
    __table_args__ = (Index("ix_name_looks_person", "tenant", "person_id", "looked_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    by: Mapped[UUID] = mapped_column("looked_by")
    machine: Mapped[bool]
    at: Mapped[datetime] = mapped_column("looked_at")
