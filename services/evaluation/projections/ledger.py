"""The fold of evidence, and of what takes it back, into lines of the ledger, and of lines into profiles."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.lines import SOURCE_OF_COMPLETIONS
from services.evaluation.model.profiles import read_profile
from services.evaluation.model.tables import EvidenceLine, Profile, RevokedCompletion, Tombstone
from services.evaluation.model.tables.ledger import WHOLE, line_of
from services.evaluation.projections.levels_gained import record_levels_gained
from services.evaluation.projections.lines import Row, line_of_finding, lines_of_attempt, lines_of_completion
from services.evaluation.projections.pieces import Place
from services.evaluation.reference import national_rule_sets
from shared.database import put, upsert_newer
from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.enrolment import CompletionRevoked, TrainingCompleted
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn

Subject = tuple[UUID, UUID, str]
"""A tenant, a person and a competency."""

Touched = dict[Place, UUID]
"""Whom some pieces of evidence are about, by tenant and piece."""


def record_attempts(session: Session, events: Sequence[AttemptGraded]) -> None:
    """Write one line for each competency of each attempt, in place of what was there, and the profiles."""
    rows = [row for event in events for row in lines_of_attempt(event)]
    _replace_lines(session, {(event.tenant, event.attempt): event.person for event in events}, rows)


def record_completions(session: Session, events: Sequence[TrainingCompleted]) -> None:
    """Write one line for each outcome of each completion, in place of what was there, and the profiles."""
    rows = [row for event in events for row in lines_of_completion(event)]
    _replace_lines(session, {(event.tenant, event.enrolment): event.person for event in events}, rows)


def record_findings(session: Session, events: Sequence[EvidenceRecorded]) -> None:
    """Write the line of each rating and score, and the profiles. They have no revisions, but are recorded anew."""
    rows = [line_of_finding(event) for event in events]
    _replace_lines(session, {(event.tenant, event.piece): event.person for event in events}, rows)


def record_annulments(session: Session, events: Sequence[AttemptAnnulled]) -> None:
    """Keep which attempts count for nothing, whatever comes of them; mark their lines and read the profiles anew."""
    upsert_newer(session, Tombstone, [_tombstone(event, event.attempt, WHOLE) for event in events])
    _mark_lines(session, {(event.tenant, event.attempt): event.person for event in events})


def record_withdrawals(session: Session, events: Sequence[EvidenceWithdrawn]) -> None:
    """Keep what is withdrawn for whatever comes, mark the lines that are there, and read the profiles anew."""
    upsert_newer(session, Tombstone, [_tombstone(event, event.piece, event.competency or WHOLE) for event in events])
    _mark_lines(session, {(event.tenant, event.piece): event.person for event in events})


def record_revocations(session: Session, events: Sequence[CompletionRevoked]) -> None:
    """Keep up to which revision completions are taken back, mark the lines that are there, and read the profiles."""
    upsert_newer(session, RevokedCompletion, [_revoked_completion(event) for event in events])
    _mark_lines(session, {(event.tenant, event.enrolment): event.person for event in events})


def _tombstone(event: EvidenceWithdrawn | AttemptAnnulled, piece: UUID, competency: str) -> Row:
    return {
        "tenant": event.tenant,
        "piece": piece,
        "competency": competency,
        "person": event.person,
        "reason": event.reason,
        "event": event.id,
        "sequence": event.sequence,
    }


def _revoked_completion(event: CompletionRevoked) -> Row:
    return {
        "tenant": event.tenant,
        "enrolment": event.enrolment,
        "person": event.person,
        "revision": event.revision,
        "event": event.id,
        "sequence": event.sequence,
    }


def _replace_lines(session: Session, pieces: Touched, rows: Sequence[Row]) -> None:
    """Put new lines in the place of all lines of these pieces, then read every profile that they touch."""
    known = _lines_of_people(session, pieces)
    gone = [row for row in known if _piece(row) in pieces]
    if gone:
        places = sorted({_piece(row) for row in gone})
        session.execute(delete(EvidenceLine).where(tuple_(EvidenceLine.tenant, EvidenceLine.piece).in_(places)))
    fresh = _marked(session, rows)
    put(session, EvidenceLine, fresh)
    lines = [*(row for row in known if _piece(row) not in pieces), *fresh]
    _read_profiles(session, lines, {_subject(row) for row in (*gone, *fresh)})
    record_levels_gained(session, lines, [*gone, *fresh])


def _mark_lines(session: Session, pieces: Touched) -> None:
    """Mark the lines of these pieces by what was said of them, and read every profile that they touch."""
    known = _lines_of_people(session, pieces)
    marked = _marked(session, [row for row in known if _piece(row) in pieces])
    put(session, EvidenceLine, marked)
    lines = [*(row for row in known if _piece(row) not in pieces), *marked]
    _read_profiles(session, lines, {_subject(row) for row in marked})
    record_levels_gained(session, lines, marked)


def _marked(session: Session, rows: Sequence[Row]) -> list[Row]:
    """Give these lines with what was said so far of their withdrawal, annulment or revocation."""
    pieces = sorted({_piece(row) for row in rows})
    wanted = select(Tombstone.__table__).where(tuple_(Tombstone.tenant, Tombstone.piece).in_(pieces))
    stones = {(*_piece(row), row["competency"]): row for row in session.execute(wanted).mappings()}
    revoked = revocations_of(session, pieces)
    return [row | _withdrawal(row, stones) | _revocation(row, revoked) for row in rows]


def revocations_of(session: Session, enrolments: Iterable[Place]) -> dict[Place, Mapping[Any, Any]]:
    """Give up to which revision the completions of some enrolments are taken back, with the event that said so."""
    key = tuple_(RevokedCompletion.tenant, RevokedCompletion.enrolment)
    wanted = select(RevokedCompletion.__table__).where(key.in_(sorted(enrolments)))
    return {(row["tenant"], row["enrolment"]): row for row in session.execute(wanted).mappings()}


def _withdrawal(row: Row, stones: Mapping[tuple[UUID, UUID, str], Mapping[Any, Any]]) -> Row:
    stone = stones.get((*_piece(row), WHOLE)) or stones.get((*_piece(row), row["competency"]))
    return {"withdrawn_by": stone and stone["event"], "withdrawn_for": stone and stone["reason"]}


def _revocation(row: Row, revoked: Mapping[Place, Mapping[Any, Any]]) -> Row:
    of_piece = revoked.get(_piece(row)) if row["source"] == SOURCE_OF_COMPLETIONS else None
    holds = of_piece is not None and row["revision"] <= of_piece["revision"]
    return {"revoked_by": of_piece["event"] if of_piece and holds else None}


def _lines_of_people(session: Session, pieces: Touched) -> list[Row]:
    people = sorted({(tenant, person) for (tenant, _), person in pieces.items()})
    wanted = select(EvidenceLine.__table__).where(tuple_(EvidenceLine.tenant, EvidenceLine.person).in_(people))
    return [dict(row) for row in session.execute(wanted).mappings()]


def _read_profiles(session: Session, rows: Iterable[Row], touched: set[Subject]) -> None:
    by_subject: defaultdict[Subject, list[Row]] = defaultdict(list)
    for row in rows:
        by_subject[_subject(row)].append(row)
    put(session, Profile, [_profile(subject, by_subject[subject]) for subject in touched if subject in by_subject])
    without = sorted(touched - by_subject.keys())
    if without:
        key = tuple_(Profile.tenant, Profile.person, Profile.competency)
        session.execute(delete(Profile).where(key.in_(without)))


def _profile(subject: Subject, rows: Iterable[Row]) -> Row:
    tenant, person, competency = subject
    reading = read_profile(map(line_of, rows), national_rule_sets())
    return {
        "tenant": tenant,
        "person": person,
        "competency": competency,
        "level": reading.level,
        "month": reading.month,
        "posterior": reading.posterior and list(reading.posterior),
        "information": reading.information,
        "pieces": reading.pieces,
        "rule_set": reading.rule_set,
    }


def _subject(row: Row) -> Subject:
    return row["tenant"], row["person"], row["competency"]


def _piece(row: Mapping[Any, Any]) -> Place:
    return row["tenant"], row["piece"]
