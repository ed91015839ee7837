"""Offers: the tenants beside its own whose people can take a course."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.catalogue.model.base import Base
from services.catalogue.model.courses import Course
from shared.database import TenantOwned
from shared.errors import Conflict, NotFound, NotYetKnown


class OwnerNeedsNoOffer(Conflict):
    """The people of the tenant that owns a course can take it anyhow."""


class ReceiverNotYetKnown(NotYetKnown):
    """No such city or provider has arrived here yet."""


class NoSuchOffer(NotFound):
    """The course was never offered to this tenant."""


class Offer(TenantOwned, Base, kind="record"):
    """A course of `tenant` can be taken by the people of `receiver` since a moment, and until one once it has ended.

    Its row stays, because who has begun the course reads it to the end and after.
    """

    __tablename__ = "offers"
    __table_args__ = (Index("ix_offers_receiver", "receiver", "course_id"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True)
    receiver: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @classmethod
    def make(cls, course: Course, receiver: UUID, *, at: datetime) -> "Offer":
        """Offer a course. Raises `CourseIsNotPublished`, `CourseIsWithdrawn` or `OwnerNeedsNoOffer`."""
        course.require_public()
        if receiver == course.tenant:
            raise OwnerNeedsNoOffer("The course is your own: your people can take it without an offer.")
        return cls(tenant=course.tenant, course_id=course.id, receiver=receiver, since=at, ended_at=None)

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let the receiver see what it was offered."""
        return cls.receiver == tenant

    def renew(self, course: Course, *, at: datetime) -> bool:
        """Offer the course again after an end; tell whether that changes anything. Raises as `make` does."""
        if self.ended_at is None:
            return False
        course.require_public()
        self.since, self.ended_at = at, None
        return True

    def end(self, *, at: datetime) -> bool:
        """Let nobody of the receiver enrol any more; tell whether anybody could."""
        if self.ended_at is not None:
            return False
        self.ended_at = at
        return True
