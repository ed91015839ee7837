"""Recording what raters and tests from outside found of people, such as an assessment centre, from a CSV file."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, cast, get_args
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from services.evaluation.commands.findings import read_finding
from services.evaluation.csv_rows import Faults, Row, read_rows
from services.evaluation.model.tables import AssessmentResult, Person
from services.evaluation.model.tables.assessment_results import Finding, ResultsWereTakenMeanwhile
from services.evaluation.queries.standards import competencies_ever
from services.evaluation.reference import national_rule_sets
from shared.database import insert_new
from shared.events.evaluation import EvidenceRecorded, RaterRole
from shared.ids import new_id
from shared.messaging import outbox

COLUMNS = ("person", "kode_kompetensi", "tingkat", "peran", "tanggal")
OF_A_SCORE = ("score", "sem")
"""Optional columns: a score on the level scale with its standard error of measurement, in the place of a level."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AT_ONCE = 500
"""How many people are asked for in one statement."""

Key = tuple[UUID, str, str, date]
"""A person, a competency, a rater's role and a day: of these there is one result."""


@dataclass(frozen=True, kw_only=True)
class ResultsImport:
    """What an import did, or in a dry run would do.

    Of `rows`, `recorded` are new or recorded anew, `known` were there before, and `withdrawn` stay withdrawn. `errors`
    are the first 200 things to mend, `error_count` is their number.
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
    anew: bool = False,
) -> ResultsImport:
    """Record the results of a file with the columns of `COLUMNS`, whole or not at all; with `good_rows` what is right.

    The same result again adds nothing, also when it was withdrawn, unless what was withdrawn is to be recorded `anew`.
    Another level for the same person, competency, role and day is an error of its row, until the first one is
    withdrawn: a mistake is taken back by a decision.
    Raises `FileHasErrors`, and `ResultsWereTakenMeanwhile` beside another import; a dry run changes nothing and gives
    the errors of rows instead.
    """
    faults = Faults()
    rows = read_rows(content, COLUMNS, faults, optional=OF_A_SCORE, may_be_empty=("tingkat",))
    read = _findings(session, tenant, rows, faults, today)
    kept = _kept_results(session, tenant, {person for person, *_ in read})
    fresh = {key: one for key, (row, one) in read.items() if _is_new(kept.get(key), one, row, faults, anew=anew)}
    if not (dry_run or good_rows):
        faults.refuse()
    same = [kept[key] for key, (_, one) in read.items() if key in kept.keys() - fresh.keys() and kept[key].found == one]
    withdrawn = sum(one.withdrawn for one in same)
    if not dry_run:
        _record(session, tenant, fresh, kept, by=by, at=at)
    return ResultsImport(
        dry_run=dry_run,
        rows=len(rows),
        recorded=len(fresh),
        known=len(same) - withdrawn,
        withdrawn=withdrawn,
        errors=faults.told(),
        error_count=faults.count,
    )


def _findings(
    session: Session, tenant: UUID, rows: Sequence[Row], faults: Faults, today: date
) -> dict[Key, tuple[int, Finding]]:
    """Read the rows without faults: by what there is one result of, the number of the row and what was found."""
    people = _people(session, tenant, rows)
    competencies = competencies_ever(session, tenant)
    found: dict[Key, tuple[int, Finding]] = {}
    for row in rows:
        person, day = _person(row, people, faults), _day(row, today, faults)
        _check_words(row, competencies, faults)
        finding = read_finding(row, faults)
        if person is None or day is None or row.number in faults.rows:
            continue
        key = (person, row["kode_kompetensi"], row["peran"], day)
        if key in found:
            detail = f"Row {found[key][0]} has a result of the same person, competency, role and day; remove one."
            faults.add(row.number, None, "result_twice", detail)
            continue
        found[key] = (row.number, finding)
    return found


def _people(session: Session, tenant: UUID, rows: Iterable[Row]) -> set[UUID]:
    """Give those people of a file who are known, and hold them: an erasure waits until what is recorded is there."""
    named = sorted({person for row in rows if (person := _id(row["person"]))})
    known: set[UUID] = set()
    for start in range(0, len(named), _AT_ONCE):
        some = named[start : start + _AT_ONCE]
        there = select(Person.person).where(Person.tenant == tenant, Person.person.in_(some)).order_by(Person.person)
        known.update(session.scalars(there.with_for_update(read=True, key_share=True)))
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
    competency, role = row["kode_kompetensi"], row["peran"]
    if competency not in competencies:
        detail = f"No framework has the competency {competency}; publish it first."
        faults.add(row.number, "kode_kompetensi", "competency_unknown", detail)
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


def _is_new(kept: AssessmentResult | None, found: Finding, row: int, faults: Faults, *, anew: bool) -> bool:
    if kept is None:
        return True
    if kept.withdrawn:
        return anew or kept.found != found
    if kept.found != found:
        detail = f"This result is recorded with {kept.found}; withdraw the evidence {kept.piece} first."
        faults.add(row, "tingkat", "level_changed", detail)
    return False


def _record(
    session: Session, tenant: UUID, fresh: Mapping[Key, Finding], kept: Mapping[Key, AssessmentResult], **by_and_at: Any
) -> None:
    rows = [_result(tenant, key, fresh[key], **by_and_at) for key in sorted(fresh)]
    for row in rows:
        if row["key"] in kept:
            kept[row["key"]].record_anew(row["piece"], fresh[row["key"]], by=row["recorded_by"], at=row["recorded_at"])
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


def _result(tenant: UUID, key: Key, found: Finding, *, by: UUID, at: datetime) -> dict[str, Any]:
    person, competency, role, day = key
    return {
        "key": key,
        "tenant": tenant,
        "person": person,
        "competency": competency,
        "rater_role": role,
        "dated_on": day,
        "piece": new_id(),
        **asdict(found),
        "withdrawn": False,
        "recorded_by": by,
        "recorded_at": at,
    }


def _recorded(row: Mapping[str, Any]) -> EvidenceRecorded:
    return EvidenceRecorded(
        tenant=row["tenant"],
        piece=row["piece"],
        person=row["person"],
        kind="rating" if row["score"] is None else "score",
        competency=row["competency"],
        level=row["level"],
        score=row["score"],
        sem=row["sem"],
        rater_role=row["rater_role"],
        dated_on=row["dated_on"],
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
