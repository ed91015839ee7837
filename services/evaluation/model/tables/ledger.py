"""The evidence ledger as it is kept: pieces, their lines by competency, and the profile that the lines give."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import JSON, Date, Double, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.evidence import Weights
from services.evaluation.model.lines import Line
from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned


class Piece(TenantOwned, Base, kind="projection"):
    """A piece of evidence (an attempt, or an enrolment for its completion) and the highest revision of it heard.

    It is kept apart from the lines because a higher revision may speak of fewer competencies, or of none.
    """

    __tablename__ = "pieces"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    piece: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID]
    revision: Mapped[int]
    sequence: Mapped[int]


class EvidenceLine(TenantOwned, Base, kind="projection"):
    """What one piece of evidence says of one competency of a person, with the event that said it.

    `weights` are five whole micro-nats, for the levels 1 to 5. `sequence` is that of the event. `rated` is the level
    that a rater found, `score` one on the level scale with its standard error of measurement `sem`. `withdrawn_by` is
    the event that withdrew the line or annulled its attempt, `withdrawn_for` the reason; `revoked_by` the event that
    took the completion back in this revision.
    """

    __tablename__ = "evidence_lines"
    __table_args__ = (Index("ix_evidence_lines_person", "tenant", "person", "competency"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    piece: Mapped[UUID] = mapped_column(primary_key=True)
    competency: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[UUID]
    revision: Mapped[int]
    event: Mapped[UUID]
    sequence: Mapped[int]
    source: Mapped[str] = mapped_column(String(80))
    role: Mapped[str | None] = mapped_column(String(10))
    enrolment: Mapped[UUID | None]
    course: Mapped[UUID | None]
    course_version: Mapped[int | None]
    dated_on: Mapped[date] = mapped_column(Date)
    handed_in_at: Mapped[datetime | None]
    rated: Mapped[int | None]
    score: Mapped[float | None] = mapped_column(Double)
    sem: Mapped[float | None] = mapped_column(Double)
    weights: Mapped[list[int]] = mapped_column(JSON)
    rule_set: Mapped[str] = mapped_column(String(40))
    withdrawn_by: Mapped[UUID | None]
    withdrawn_for: Mapped[str | None] = mapped_column(String(40))
    revoked_by: Mapped[UUID | None]


WHOLE = ""
"""Stands in a tombstone in the place of a competency: the piece speaks of nothing at all any more."""


class Tombstone(TenantOwned, Base, kind="projection"):
    """That a piece of evidence no longer speaks of a competency, whichever revision of it comes and whenever.

    An annulled attempt and a withdrawn activity have one for the `WHOLE`. It is kept apart from the lines because it
    may come before its piece.
    """

    __tablename__ = "tombstones"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    piece: Mapped[UUID] = mapped_column(primary_key=True)
    competency: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[UUID]
    reason: Mapped[str] = mapped_column(String(40))
    event: Mapped[UUID]
    sequence: Mapped[int]


class RevokedCompletion(TenantOwned, Base, kind="projection"):
    """That the completion of an enrolment counts for nothing up to a revision; one with a higher revision counts again.

    It is kept apart from the lines because it may come before the completion. `sequence` is that of the event.
    """

    __tablename__ = "revoked_completions"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID]
    revision: Mapped[int]
    event: Mapped[UUID]
    sequence: Mapped[int]


class ErasedPerson(TenantOwned, Base, kind="projection"):
    """That nothing may be kept of a person but ids that lead nowhere: whatever comes later finds this and stops.

    What counts people still counts them, under the id.
    """

    __tablename__ = "erased_people"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[UUID]
    sequence: Mapped[int]


class Profile(TenantOwned, Base, kind="projection"):
    """What the lines of one person and competency say, read at the newest month that holds evidence.

    `level` is None while it is not assessed. Where nothing counts, `month`, `posterior` and `rule_set` are None too.
    `information` is in nat, `pieces` the number of pieces read. The floats are those that a rebuild gives, to the bit.
    """

    __tablename__ = "profiles"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)
    competency: Mapped[str] = mapped_column(String(40), primary_key=True)
    level: Mapped[int | None]
    month: Mapped[int | None]
    posterior: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    information: Mapped[float] = mapped_column(Double)
    pieces: Mapped[int]
    rule_set: Mapped[str | None] = mapped_column(String(40))


def line_of(row: Mapping[Any, Any]) -> Line:
    """Read a kept line as the rules of the ledger take it."""
    return Line(
        piece=row["piece"],
        revision=row["revision"],
        competency=row["competency"],
        source=row["source"],
        dated_on=row["dated_on"],
        weights=cast("Weights", tuple(row["weights"])),
        rule_set=row["rule_set"],
        enrolment=row["enrolment"],
        role=row["role"],
        handed_in_at=row["handed_in_at"],
        in_force=row["revoked_by"] is None,
        withdrawn=row["withdrawn_by"] is not None,
    )
