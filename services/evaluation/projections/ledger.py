"""The fold of attempts, completions and ratings into lines of the evidence ledger, and of lines into profiles."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.evidence import Weights, of_completion, of_items, of_rating
from services.evaluation.model.lines import SOURCE_OF_COMPLETIONS, source_of_ratings, source_of_tests
from services.evaluation.model.profiles import read_profile
from services.evaluation.model.rule_sets import in_force
from services.evaluation.model.tables import EvidenceLine, Profile, Tombstone
from services.evaluation.model.tables.ledger import line_of
from services.evaluation.projections.pieces import Place
from services.evaluation.reference import national_rule_sets
from shared.database import put, upsert_newer
from shared.events.assessment import AttemptGraded, MarkedItem
from shared.events.enrolment import TrainingCompleted
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn

Row = dict[str, Any]
Subject = tuple[UUID, UUID, str]
"""A tenant, a person and a competency."""


def record_attempts(session: Session, events: Sequence[AttemptGraded]) -> None:
    """Write one line for each competency of each attempt, in place of what was there, and the profiles."""
    rows = [row for event in events for row in _lines_of_attempt(event)]
    _replace_lines(session, {(event.tenant, event.attempt): event.person for event in events}, rows)


def record_completions(session: Session, events: Sequence[TrainingCompleted]) -> None:
    """Write one line for each outcome of each completion, in place of what was there, and the profiles."""
    rows = [row for event in events for row in _lines_of_completion(event)]
    _replace_lines(session, {(event.tenant, event.enrolment): event.person for event in events}, rows)


def record_ratings(session: Session, events: Sequence[EvidenceRecorded]) -> None:
    """Write the line of each rating, and the profiles. A rating has no revisions: it is withdrawn and recorded anew."""
    rows = [_line_of_rating(event) for event in events]
    _replace_lines(session, {(event.tenant, event.piece): event.person for event in events}, rows)


def record_withdrawals(session: Session, events: Sequence[EvidenceWithdrawn]) -> None:
    """Keep what is withdrawn for whatever comes, mark the lines that are there, and read the profiles anew."""
    upsert_newer(session, Tombstone, [_tombstone(event) for event in events])
    withdrawn = {(event.tenant, event.piece, event.competency) for event in events}
    known = _lines_of_people(session, {(event.tenant, event.person) for event in events})
    untouched = [row for row in known if _place(row) not in withdrawn]
    marked = _marked(session, [row for row in known if _place(row) in withdrawn])
    put(session, EvidenceLine, marked)
    _read_profiles(session, [*untouched, *marked], {_subject(row) for row in marked})


def _lines_of_attempt(event: AttemptGraded) -> list[Row]:
    rule_set = in_force(national_rule_sets(), event.handed_in_on)
    items: defaultdict[str, list[MarkedItem]] = defaultdict(list)
    for item in event.items:
        items[item.competency].append(item)
    common = {
        **_common(event),
        "piece": event.attempt,
        "source": source_of_tests(event.course),
        "role": event.role,
        "dated_on": event.handed_in_on,
        "handed_in_at": event.handed_in_at,
        "rule_set": rule_set.code,
    }
    return [_line(common, competency, of_items(some, rule_set)) for competency, some in sorted(items.items())]


def _lines_of_completion(event: TrainingCompleted) -> list[Row]:
    rule_set = in_force(national_rule_sets(), event.completed_on)
    weights = of_completion(rule_set)
    common = {
        **_common(event),
        "piece": event.enrolment,
        "source": SOURCE_OF_COMPLETIONS,
        "role": None,
        "dated_on": event.completed_on,
        "handed_in_at": None,
        "rule_set": rule_set.code,
    }
    return [_line(common, competency, weights) for competency in sorted({one.competency for one in event.outcomes})]


def _line_of_rating(event: EvidenceRecorded) -> Row:
    rule_set = in_force(national_rule_sets(), event.dated_on)
    common = {
        "tenant": event.tenant,
        "person": event.person,
        "piece": event.piece,
        "revision": 1,
        "event": event.id,
        "sequence": event.sequence,
        "source": source_of_ratings(event.rater_role),
        **dict.fromkeys(("role", "enrolment", "course", "course_version", "handed_in_at")),
        "dated_on": event.dated_on,
        "rule_set": rule_set.code,
    }
    weights = of_rating(event.level, event.rater_role, rule_set)
    return _line(common, event.competency, weights) | {"rated": event.level}


def _common(event: AttemptGraded | TrainingCompleted) -> Row:
    return {
        "tenant": event.tenant,
        "person": event.person,
        "revision": event.revision,
        "event": event.id,
        "sequence": event.sequence,
        "enrolment": event.enrolment,
        "course": event.course,
        "course_version": event.version,
    }


def _line(common: Row, competency: str, weights: Weights) -> Row:
    return {**common, "competency": competency, "rated": None, "weights": list(weights)}


def _tombstone(event: EvidenceWithdrawn) -> Row:
    return {
        "tenant": event.tenant,
        "piece": event.piece,
        "competency": event.competency,
        "person": event.person,
        "reason": event.reason,
        "event": event.id,
        "sequence": event.sequence,
    }


def _replace_lines(session: Session, pieces: dict[Place, UUID], rows: Sequence[Row]) -> None:
    """Put new lines in the place of all lines of these pieces, then read every profile that they touch."""
    people = {(tenant, person) for (tenant, _), person in pieces.items()}
    known = _lines_of_people(session, people)
    gone = [row for row in known if (row["tenant"], row["piece"]) in pieces]
    if gone:
        places = sorted({(row["tenant"], row["piece"]) for row in gone})
        session.execute(delete(EvidenceLine).where(tuple_(EvidenceLine.tenant, EvidenceLine.piece).in_(places)))
    fresh = _marked(session, rows)
    put(session, EvidenceLine, fresh)
    lines = [*(row for row in known if (row["tenant"], row["piece"]) not in pieces), *fresh]
    _read_profiles(session, lines, {_subject(row) for row in (*gone, *fresh)})


def _marked(session: Session, rows: Sequence[Row]) -> list[Row]:
    """Give these lines with what was said of their withdrawal so far."""
    pieces = sorted({(row["tenant"], row["piece"]) for row in rows})
    wanted = select(Tombstone.__table__).where(tuple_(Tombstone.tenant, Tombstone.piece).in_(pieces))
    stones = {_place(row): row for row in session.execute(wanted).mappings()}
    return [row | _mark_of(stones.get(_place(row))) for row in rows]


def _mark_of(stone: Mapping[Any, Any] | None) -> Row:
    return {"withdrawn_by": stone and stone["event"], "withdrawn_for": stone and stone["reason"]}


def _lines_of_people(session: Session, people: Iterable[Place]) -> list[Row]:
    wanted = select(EvidenceLine.__table__).where(tuple_(EvidenceLine.tenant, EvidenceLine.person).in_(sorted(people)))
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


def _place(row: Mapping[Any, Any]) -> tuple[UUID, UUID, str]:
    return row["tenant"], row["piece"], row["competency"]
