"""Programmes: what courses are grouped under, and what figures are added up by."""

from uuid import UUID

from sqlalchemy import ColumnElement, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.catalogue.model.base import Base
from services.catalogue.model.readers import groups_offered_version
from shared.database import TenantOwned
from shared.errors import Conflict, Stale


class ProgrammeCodeIsTaken(Conflict):
    """The codes of a tenant's programmes are different from each other."""


class Programme(TenantOwned, Base, kind="record"):
    """A programme of a tenant, known by its code. `revision` counts its changes: what an editor has read."""

    __tablename__ = "programmes"
    __table_args__ = (Index("uq_programmes_code", "tenant", "code", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    revision: Mapped[int] = mapped_column(default=1)

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom a course in it is open."""
        return groups_offered_version(cls.id, tenant)

    def require_revision(self, seen: int) -> None:
        """Raise `Stale` unless the programme is as an editor read it."""
        if seen != self.revision:
            raise Stale("Somebody else changed this programme since you read it. Read it again.", version=self.revision)

    def rename(self, title: str) -> None:
        """Give it another title, in every course that is grouped under it."""
        if title != self.title:
            self.title = title
            self.revision += 1
