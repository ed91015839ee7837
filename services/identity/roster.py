"""Reads a city's roster file: its units, its jobs and its people with the posts they hold.

One row is one post of one person. The reader is pure: it neither knows what the database already holds nor what day
it is. It repairs nothing but blanks around a value; whatever else is wrong is an error that names row and column.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from services.identity.roster_csv import read_csv
from services.identity.roster_row import Job, Line, Person, Post, Unit, read_line
from services.identity.roster_table import Record, RosterLimits, RowError, read_records
from services.identity.roster_xlsx import read_xlsx

__all__ = ["Form", "Job", "Person", "Post", "Roster", "RosterLimits", "RowError", "Unit", "read_roster"]

Form = Literal["csv", "xlsx"]

_Coded = TypeVar("_Coded", Unit, Job)


@dataclass(frozen=True)
class Roster:
    """What could be read: units with parents before children, jobs and people in the order of the file.

    `rows` counts what stands below the header, faulty or not.
    """

    units: tuple[Unit, ...] = ()
    jobs: tuple[Job, ...] = ()
    people: tuple[Person, ...] = ()
    rows: int = 0


def read_roster(
    content: bytes,
    *,
    form: Form = "csv",
    known_units: Collection[str] = (),
    limits: RosterLimits | None = None,
) -> tuple[Roster, list[RowError]]:
    """Return the roster of a CSV or XLSX file and every error found in it, ordered by row.

    `known_units` are codes of units that exist already, so that a part of a city can name a parent outside the file.
    The roster holds only what is free of errors. A person is taken whole or not at all: one faulty row leaves out the
    person, because a person with half of their posts would look like one who lost the other half. A unit or a job is
    taken as the first row with faultless columns describes it, whoever sits there.
    """
    errors: list[RowError] = []
    records = _records_of(content, form, limits or RosterLimits(), errors)
    lines = [read_line(record, errors) for record in records if record.complete]
    half_read = _people_in(records, errors)
    _check_agreement(lines, errors)
    _check_people([line.person for line in lines if line.person], half_read, errors)
    stray_units = _check_parents(lines, known_units, errors)

    faulty_people = _people_in(records, errors)
    roster = Roster(
        _parents_first([unit for unit in _first_of(line.unit for line in lines) if unit.code not in stray_units]),
        tuple(_first_of(line.job for line in lines)),
        _whole_people([line.person for line in lines if line.person and line.person.nip not in faulty_people]),
        len(records),
    )
    return roster, sorted(errors, key=lambda error: (error.row, error.column or "", error.code))


def _records_of(content: bytes, form: Form, limits: RosterLimits, errors: list[RowError]) -> list[Record]:
    if len(content) > limits.max_bytes:
        detail = f"The file has {len(content)} bytes, more than {limits.max_bytes}; split it by unit."
        errors.append(RowError(1, None, "file_too_large", detail))
        return []
    rows = read_xlsx(content, limits, errors) if form == "xlsx" else read_csv(content, limits, errors)
    return read_records(rows, limits, errors)


def _people_in(records: Iterable[Record], errors: Iterable[RowError]) -> set[str]:
    """Return the numbers of the people whom at least one of these errors is about."""
    rows = {error.row for error in errors}
    return {record["nip"] for record in records if record.row in rows}


def _check_agreement(lines: Iterable[Line], errors: list[RowError]) -> None:
    """Report rows that describe a unit, a job or a person unlike the first row that names it."""
    seen: dict[tuple[str, str], tuple[int, object]] = {}
    for line in lines:
        for column, code, key, described in _descriptions(line):
            row, first = seen.setdefault((column, key), (line.row, described))
            if described != first:
                detail = f"Row {row} describes the same {column} differently; make both rows agree."
                errors.append(RowError(line.row, column, code, detail))


def _descriptions(line: Line) -> Iterator[tuple[str, str, str, object]]:
    if line.unit:
        yield "kode_unit", "unit_conflict", line.unit.code, line.unit
    if line.job:
        yield "kode_jabatan", "job_conflict", line.job.code, line.job
    if line.person:
        yield "nip", "person_conflict", line.person.nip, replace(line.person, posts=(), row=0)


def _check_people(people: Iterable[Person], half_read: Collection[str], errors: list[RowError]) -> None:
    owners: dict[str, Person] = {}
    by_nip: dict[str, list[Person]] = {}
    for person in people:
        by_nip.setdefault(person.nip, []).append(person)
        owner = owners.setdefault(person.email.casefold(), person) if person.email else person
        if owner.nip != person.nip:
            # A reset link sent to a shared address would open somebody else's account.
            detail = f"Row {owner.row} gives this address to someone else; give each person their own, or none."
            errors.append(RowError(person.row, "email", "email_shared", detail))
    for nip, rows_of_one in by_nip.items():
        _check_posts(rows_of_one, nip in half_read, errors)


def _check_posts(rows_of_one: Sequence[Person], half_read: bool, errors: list[RowError]) -> None:
    seen: dict[object, int] = {}
    primary_row: int | None = None
    for person in rows_of_one:
        post = person.posts[0]
        same_row = seen.setdefault((post.unit, post.job, post.primary), person.row)
        if same_row != person.row:
            detail = f"Row {same_row} already gives this person this post; remove one of the two rows."
            errors.append(RowError(person.row, "nip", "duplicate_post", detail))
        elif post.primary and primary_row is not None:
            detail = f"Row {primary_row} is this person's primary post; write pelaksana_tugas for an acting post."
            errors.append(RowError(person.row, "status_jabatan", "two_primary_posts", detail))
        elif post.primary:
            primary_row = person.row
    if primary_row is None and not half_read:
        detail = "This person has acting posts only; add a row with the primary post."
        errors.append(RowError(rows_of_one[0].row, "status_jabatan", "no_primary_post", detail))


def _check_parents(lines: Sequence[Line], known_units: Collection[str], errors: list[RowError]) -> set[str]:
    """Report every row whose unit hangs below an unknown unit or in a ring; return the codes of such units."""
    parents = {unit.code: unit.parent for unit in _first_of(line.unit for line in lines)}
    faults = _faults_above(parents, known_units)
    errors.extend(
        RowError(line.row, "kode_unit_induk", *faults[line.unit.code])
        for line in lines
        if line.unit and line.unit.code in faults
    )
    return set(faults)


def _faults_above(parents: Mapping[str, str | None], known: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return code and sentence for every unit that reaches no top unit; each parent is followed once."""
    verdicts: dict[str, tuple[str, str] | None] = {code: None for code in known if code not in parents}
    for code in parents:
        path: dict[str, None] = {}
        step: str | None = code
        while step is not None and step in parents and step not in verdicts and step not in path:
            path[step] = None
            step = parents[step]
        verdicts.update(dict.fromkeys(path, _verdict(step, path, verdicts)))
    return {code: fault for code, fault in verdicts.items() if fault}


def _verdict(
    end: str | None, path: Collection[str], verdicts: Mapping[str, tuple[str, str] | None]
) -> tuple[str, str] | None:
    if end is None:
        return None
    if end in path:
        return "parent_cycle", f"The unit {end} hangs, over its parents, below itself; give it another parent."
    if end in verdicts:
        return verdicts[end]
    return "parent_unknown", f"No faultless row describes the parent unit {end}; add it or correct the code."


def _first_of(described: Iterable[_Coded | None]) -> Iterable[_Coded]:
    first: dict[str, _Coded] = {}
    for subject in described:
        if subject is not None:
            first.setdefault(subject.code, subject)
    return first.values()


def _parents_first(units: Sequence[Unit]) -> tuple[Unit, ...]:
    by_code = {unit.code: unit for unit in units}
    ordered: dict[str, Unit] = {}
    for unit in units:
        path = [unit]
        while (above := by_code.get(path[-1].parent or "")) and above.code not in ordered:
            path.append(above)
        for step in reversed(path):
            ordered.setdefault(step.code, step)
    return tuple(ordered.values())


def _whole_people(rows: Iterable[Person]) -> tuple[Person, ...]:
    people: dict[str, Person] = {}
    for person in rows:
        known = people.get(person.nip)
        people[person.nip] = replace(known, posts=(*known.posts, *person.posts)) if known else person
    return tuple(people.values())
