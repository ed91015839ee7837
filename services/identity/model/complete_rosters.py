"""Rosters that were declared complete, and the people who were absent from them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base
from shared.database import TenantOwned
from shared.errors import Invalid
from shared.ids import new_id


class PersonNotAbsent(Invalid):
    """Only whom a complete roster leaves out can be confirmed as departed by it."""


class CompleteRoster(TenantOwned, Base, kind="record"):
    """A roster that named everybody: whom it left out, with the open posts that they held then.

    The posts are kept so that a confirmation that comes late, or twice, ends no post that began after the roster.
    """

    __tablename__ = "complete_rosters"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
    absent: Mapped[dict[str, list[str]]] = mapped_column(JSON)

    @classmethod
    def take(cls, tenant: UUID, absent: Mapping[UUID, Sequence[UUID]], *, at: datetime) -> Self:
        """Keep whom a roster left out, with their open posts."""
        kept = {str(person): [str(post) for post in posts] for person, posts in absent.items()}
        return cls(id=new_id(), tenant=tenant, taken_at=at, absent=kept)

    def posts_of(self, people: Collection[UUID]) -> set[UUID]:
        """Give the posts that these people held when the roster left them out. Raises `PersonNotAbsent`."""
        strangers = sorted(str(person) for person in people if str(person) not in self.absent)
        if strangers:
            raise PersonNotAbsent(
                f"{len(strangers)} of these people are not absent from this roster; leave them out.", people=strangers
            )
        return {UUID(post) for person in people for post in self.absent[str(person)]}
