"""Recording what raters found of people, such as an assessment centre, from a CSV file."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast, get_args
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from services.evaluation.csv_rows import Faults, Row, read_rows
from services.evaluation.model.rule_sets import LEVELS
from services.evaluation.model.tables import AssessmentResult, Person
from services.evaluation.model.tables.assessment_results import ResultsWereTakenMeanwhile
from services.evaluation.queries.standards import competencies_ever
from services.evaluation.reference import national_rule_sets
from shared.database import insert_new
from shared.events.evaluation import EvidenceRecorded, RaterRole
from shared.ids import new_id
from shared.messaging import outbox

COLUMNS = ("person", "kode_kompetensi", "tingkat", "peran", "tanggal")

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AT_ONCE = 500
"""How many people are asked for in one statement."""

Key = tuple[UUID, str, str, date]
"""A person, a competency, a rater's role and a day: of these there is one result."""


@dataclass(frozen=True, kw_only=True)
class ResultsImport:
    """What an import did, or in a dry run would do.

    Of `rows`, `recorded` are new, `known` were there before, and `withdrawn` stay withdrawn. `errors` are the first
    200 things to mend, `error_count` is their number.
    """

    dry_run: bool
    rows: int
    recorded: int
    known: int
    withdrawn: int
    errors: list[dict[str, Any]]
    error_count: int


def import_results(
    session: Session,
    tenant: UUID,
    content: bytes,
    *,
    by: UUID,
    at: datetime,
    today: date,
    dry_run: bool = False,
    good_rows: bool = False,
) -> ResultsImport:
    """Record the results of a file with the columns of `COLUMNS`, whole or not at all; with `good_rows` what is right.

    The same result again adds nothing, also when it was withdrawn. Another level for the same person, competency,
    role and day is an error of its row, until the first one is withdrawn: a mistake is taken back by a decision.
    Raises `FileHasErrors`, and `ResultsWereTakenMeanwhile` beside another import; a dry run changes nothing and gives
    the errors of rows instead.
    """
    faults = Faults()
    rows = read_rows(content, COLUMNS, faults)
    levels = _levels(session, tenant, rows, faults, today)
    kept = _kept_results(session, tenant, {person for person, *_ in levels})
    fresh = {key: level for key, (number, level) in levels.items() if _is_new(kept.get(key), level, number, faults)}
    if not (dry_run or good_rows):
        faults.refuse()
    repeated = [kept[key] for key, (_, level) in levels.items() if key in kept and kept[key].level == level]
    withdrawn = sum(one.withdrawn for one in repeated)
    if not dry_run:
        _record(session, tenant, fresh, kept, by=by, at=at)
    return ResultsImport(
        dry_run=dry_run,
        rows=len(rows),
        recorded=len(fresh),
        known=len(repeated) - withdrawn,
        withdrawn=withdrawn,
        errors=faults.told(),
        error_count=faults.count,
    )


def _levels(
    session: Session, tenant: UUID, rows: Sequence[Row], faults: Faults, today: date
) -> dict[Key, tuple[int, int]]:
    """Read the rows without faults: by what there is one result of, the number of the row and the level found."""
    people = _people(session, tenant, rows)
    competencies = competencies_ever(session, tenant)
    found: dict[Key, tuple[int, int]] = {}
    for row in rows:
        person, day = _person(row, people, faults), _day(row, today, faults)
        _check_words(row, competencies, faults)
        if person is None or day is None or row.number in faults.rows:
            continue
        key = (person, row["kode_kompetensi"], row["peran"], day)
        if key in found:
            detail = f"Row {found[key][0]} has a result of the same person, competency, role and day; remove one."
            faults.add(row.number, None, "result_twice", detail)
            continue
        found[key] = (row.number, int(row["tingkat"]))
    return found


def _people(session: Session, tenant: UUID, rows: Iterable[Row]) -> set[UUID]:
    named = sorted({person for row in rows if (person := _id(row["person"]))})
    known: set[UUID] = set()
    for start in range(0, len(named), _AT_ONCE):
        some = named[start : start + _AT_ONCE]
        known.update(session.scalars(select(Person.person).where(Person.tenant == tenant, Person.person.in_(some))))
    return known


def _person(row: Row, known: Collection[UUID], faults: Faults) -> UUID | None:
    person = _id(row["person"])
    if person is None:
        faults.add(row.number, "person", "person_wrong", "This must be the id of a person, and no number or name.")
    elif person not in known:
        detail = "Nothing is known of this person here yet. Correct the id, or try again."
        faults.add(row.number, "person", "person_not_yet_known", detail)
    return person


def _day(row: Row, today: date, faults: Faults) -> date | None:
    written, first = row["tanggal"], min(one.valid_from for one in national_rule_sets())
    try:
        day = date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        day = None
    if day is None:
        faults.add(row.number, "tanggal", "day_wrong", f"A day is written like {today}; this is {written!r}.")
    elif day > today:
        faults.add(row.number, "tanggal", "day_to_come", f"{day} is still to come; today is {today}.")
    elif day < first:
        faults.add(row.number, "tanggal", "day_too_early", f"No rule set was in force before {first}.")
    return day


def _check_words(row: Row, competencies: Collection[str], faults: Faults) -> None:
    competency, level, role = row["kode_kompetensi"], row["tingkat"], row["peran"]
    if competency not in competencies:
        detail = f"No framework has the competency {competency}; publish it first."
        faults.add(row.number, "kode_kompetensi", "competency_unknown", detail)
    if level not in map(str, LEVELS):
        faults.add(row.number, "tingkat", "level_wrong", f"A level is a whole number from 1 to 5; this is {level!r}.")
    if role not in get_args(RaterRole):
        known = ", ".join(get_args(RaterRole))
        faults.add(row.number, "peran", "role_wrong", f"A rater's role is one of {known}; this is {role!r}.")


def _kept_results(session: Session, tenant: UUID, people: Collection[UUID]) -> dict[Key, AssessmentResult]:
    named, kept = sorted(people), dict[Key, AssessmentResult]()
    for start in range(0, len(named), _AT_ONCE):
        some = named[start : start + _AT_ONCE]
        wanted = select(AssessmentResult).where(AssessmentResult.tenant == tenant, AssessmentResult.person.in_(some))
        ordered = wanted.order_by(AssessmentResult.person, AssessmentResult.piece).with_for_update()
        kept |= {(one.person, one.competency, one.rater_role, one.dated_on): one for one in session.scalars(ordered)}
    return kept


def _is_new(kept: AssessmentResult | None, level: int, row: int, faults: Faults) -> bool:
    if kept is None:
        return True
    if kept.level != level and not kept.withdrawn:
        detail = f"This result is recorded with level {kept.level}; withdraw the evidence {kept.piece} first."
        faults.add(row, "tingkat", "level_changed", detail)
    return kept.withdrawn and kept.level != level


def _record(
    session: Session, tenant: UUID, fresh: Mapping[Key, int], kept: Mapping[Key, AssessmentResult], **by_and_at: Any
) -> None:
    rows = [_result(tenant, key, level, **by_and_at) for key, level in sorted(fresh.items())]
    for row in rows:
        if row["key"] in kept:
            kept[row["key"]].record_anew(row["piece"], row["level"], by=row["recorded_by"], at=row["recorded_at"])
    new = [{name: row[name] for name in row if name != "key"} for row in rows if row["key"] not in kept]
    _insert(session, new)
    outbox.append(session, *(_recorded(row) for row in rows))


def _insert(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert results, unless another import was faster with any of them."""
    if not rows:
        return
    table = cast("Table", AssessmentResult.__table__)
    insert = insert_new(table, session).on_conflict_do_nothing().returning(table.c.piece)
    if len(session.execute(insert, rows).all()) < len(rows):
        raise ResultsWereTakenMeanwhile("Another import recorded some of these results just now. Send the file again.")


def _result(tenant: UUID, key: Key, level: int, *, by: UUID, at: datetime) -> dict[str, Any]:
    person, competency, role, day = key
    return {
        "key": key,
        "tenant": tenant,
        "person": person,
        "competency": competency,
        "rater_role": role,
        "dated_on": day,
        "piece": new_id(),
        "level": level,
        "withdrawn": False,
        "recorded_by": by,
        "recorded_at": at,
    }


def _recorded(row: Mapping[str, Any]) -> EvidenceRecorded:
    return EvidenceRecorded(
        tenant=row["tenant"],
        piece=row["piece"],
        person=row["person"],
        kind="rating",
        competency=row["competency"],
        level=row["level"],
        rater_role=row["rater_role"],
        dated_on=row["dated_on"],
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
