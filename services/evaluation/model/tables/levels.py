"""The level of a person's competency that was said last, so that a change is said once."""

from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned


class AnnouncedLevel(TenantOwned, Base, kind="record"):
    """What `CompetencyLevelChanged` said last of a competency of a person.

    It is a record: what was said stays said, whatever a rebuild makes of the evidence.
    """

    __tablename__ = "announced_levels"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)
    competency: Mapped[str] = mapped_column(String(40), primary_key=True)
    level: Mapped[int | None]
    cause: Mapped[UUID]
