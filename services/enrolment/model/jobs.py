"""Jobs that enrol the people of a list into a class, batch by batch, and what became of each line."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from struct import Struct
from typing import Self
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrolment.model.base import Base
from shared.database import TenantOwned
from shared.errors import Conflict, NotFound
from shared.ids import new_id

BATCH = 500
"""How many lines are worked off in one transaction: what a chunk holds."""

_LINE = Struct("!16sI")
CHUNK = BATCH * _LINE.size
"""How many bytes those lines have."""

NOBODY = UUID(int=0)
"""Stands in the place of a person who was erased."""


class JobNotFound(NotFound):
    """There is no such job, or not for this person."""


class JobIsDone(Conflict):
    """What a job has done stays done."""


@dataclass(frozen=True)
class Line:
    """A line of a list: its number in the file that was sent, and the person that it names."""

    number: int
    person: UUID

    def packed(self) -> bytes:
        """Give the line as it is stored: 20 bytes."""
        return _LINE.pack(self.person.bytes, self.number)


class EnrolmentJob(TenantOwned, Base, kind="record"):
    """Lets the people of a list into a class. `state` is working, done or cancelled.

    `units` are those whose people the one who asked may enrol, with all below them, or None for everybody. `done`
    counts the lines worked off: `enrolled` and `refused` together. `last_turn_at` is when it last was worked on,
    `digest` that of the list, and `correlation` the id of the request that asked for it.
    """

    __tablename__ = "enrolment_jobs"
    __table_args__ = (
        Index(
            "ix_enrolment_jobs_working",
            "tenant",
            "last_turn_at",
            postgresql_where=text("state = 'working'"),
            sqlite_where=text("state = 'working'"),
        ),
        Index("ix_enrolment_jobs_turns", "tenant", "last_turn_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    units: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    total: Mapped[int]
    done: Mapped[int]
    enrolled: Mapped[int]
    refused: Mapped[int]
    last_turn_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    correlation: Mapped[str] = mapped_column(String(60))

    @classmethod
    def ask(
        cls,
        tenant: UUID,
        class_id: UUID,
        *,
        by: UUID,
        units: Collection[UUID] | None,
        digest: str,
        total: int,
        correlation: str,
        at: datetime,
    ) -> Self:
        """Make a job that has done nothing yet."""
        return cls(
            id=new_id(),
            tenant=tenant,
            class_id=class_id,
            asked_by=by,
            asked_at=at,
            units=None if units is None else sorted(str(unit) for unit in units),
            digest=digest,
            state="working",
            total=total,
            done=0,
            enrolled=0,
            refused=0,
            last_turn_at=at,
            finished_at=None,
            correlation=correlation,
        )

    def advance(self, *, lines: int, refused: int, at: datetime) -> None:
        """Count a batch of lines that was worked off; with the last one the job is done."""
        self.done += lines
        self.refused += refused
        self.enrolled += lines - refused
        self.last_turn_at = at
        if self.done == self.total:
            self.state, self.finished_at = "done", at

    def cancel(self, at: datetime) -> bool:
        """Let the rest of the lines be; tell whether that is new. Raises `JobIsDone`."""
        if self.state == "done":
            raise JobIsDone("Every line of the job is worked off already.")
        if self.state == "cancelled":
            return False
        self.state, self.finished_at = "cancelled", at
        return True


class JobChunk(TenantOwned, Base, kind="record"):
    """The lines that wait, 500 in a row: working one off deletes it, so the first one left is where a job goes on.

    A row for each line would take a hundred times as long to store as the list takes to arrive.
    """

    __tablename__ = "enrolment_job_chunks"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    job: Mapped[UUID] = mapped_column(ForeignKey("enrolment_jobs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    packed: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def lines(self) -> list[Line]:
        """The lines in their order."""
        return [Line(number, UUID(bytes=person)) for person, number in _LINE.iter_unpack(self.packed)]


class RefusedLine(TenantOwned, Base, kind="record"):
    """A line that enrolled nobody, and the type of the problem. Who is unknown or was erased is not named."""

    __tablename__ = "enrolment_job_refusals"
    __table_args__ = (Index("ix_enrolment_job_refusals_person", "tenant", "person"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    job: Mapped[UUID] = mapped_column(ForeignKey("enrolment_jobs.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person: Mapped[UUID | None]
    problem: Mapped[str] = mapped_column(String(60))


def without(packed: bytes, person: UUID) -> bytes:
    """Give packed lines with nobody in the place of a person; their numbers stay."""
    lines = _LINE.iter_unpack(packed)
    return b"".join(_LINE.pack(NOBODY.bytes if one == person.bytes else one, number) for one, number in lines)
