"""What is left of a person who was erased: the id, which leads nowhere, and when."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base
from shared.database import TenantOwned
from shared.errors import Conflict, Invalid

ErasureReason = Literal["asked_by_person", "no_longer_needed", "decision_of_authority", "registered_by_mistake"]
"""Why an administrator erases somebody. A tombstone that the register brought back has the reason `replayed`."""


class ErasureNotConfirmed(Invalid):
    """An erasure can't be undone, so that it names the person twice: in the address and in the body."""


class CanNotEraseOneself(Conflict):
    """Somebody else erases an administrator, so that a city does not lose its last one by a slip."""


class ErasedPerson(TenantOwned, Base, kind="record"):
    """The tombstone of a person. The reason is one of a few codes and says nothing about who it was."""

    __tablename__ = "erased_people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(30))
    erased_at: Mapped[datetime]
