"""Takes the people of a roster into a tenant, with the posts they hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.commands.addresses import keep_addresses
from services.identity.model import Person, SignInName
from services.identity.model.people import MoveBeforePresentPost, PostWanted
from services.identity.roster import Person as PersonRow
from services.identity.roster import RowError
from shared.events.identity import PersonAssigned, Post

_CHUNK = 1_000
"""How many numbers one statement asks for: far below what either database allows."""


@dataclass
class Counts:
    """How many things of a kind were new, changed or as before."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass
class _Change:
    """A person of the file: what they shall hold, and what of them is new."""

    person: Person
    wanted: list[PostWanted]
    created: bool
    described: bool
    assigned: bool


def take_people(
    session: Session, tenant: UUID, rows: Sequence[PersonRow], units: Mapping[str, UUID], today: date, counts: Counts
) -> tuple[list[PersonAssigned], list[RowError]]:
    """Register or update people; give the events of those whose employment or posts changed, and the rows left out."""
    errors = _numbers_of_others(session, tenant, rows)
    foreign = {error.row for error in errors}
    known = {person.nip: person for person in _people_with(session, tenant, [row.nip for row in rows])}
    changes: list[_Change] = []
    for row in rows:
        if row.row in foreign:
            continue
        try:
            changes.append(_change(known.get(row.nip), row, tenant, units, today))
        except MoveBeforePresentPost as refusal:
            errors.append(RowError(row.row, "berlaku_sejak", "move_before_present_post", refusal.detail))
    _write(session, changes, today)
    for change in changes:
        _count(change, counts)
    return [person_assigned(change.person) for change in changes if change.assigned], errors


_EMPLOYMENT: Mapping[str | None, Literal["PNS", "PPPK"] | None] = {"PNS": "PNS", "PPPK": "PPPK", None: None}


def person_assigned(person: Person) -> PersonAssigned:
    """Give the event that tells a person's whole employment and all their posts."""
    posts = tuple(
        Post(
            id=post.id,
            unit=post.unit_id,
            job=post.job,
            primary=post.primary,
            valid_from=post.valid_from,
            valid_to=post.valid_to,
        )
        for post in sorted(person.posts, key=lambda post: (post.valid_from, post.id))
    )
    return PersonAssigned(
        tenant=person.tenant,
        person=person.id,
        employment_type=_EMPLOYMENT[person.employment_type],
        contract_start=person.contract_start,
        posts=posts,
    )


def _change(known: Person | None, row: PersonRow, tenant: UUID, units: Mapping[str, UUID], today: date) -> _Change:
    person = known or Person.register(
        tenant,
        nip=row.nip,
        name=row.name,
        email=row.email,
        employment_type=row.employment_type,
        contract_start=row.contract_start,
    )
    wanted = [
        PostWanted(unit_id=units[post.unit], job=post.job, primary=post.primary, since=post.valid_from)
        for post in row.posts
    ]
    left = person.leave_posts(wanted, on=today)
    employed = person.employ(employment_type=row.employment_type, contract_start=row.contract_start)
    described = person.describe(name=row.name, email=row.email)
    return _Change(person, wanted, known is None, described, known is None or left or employed)


def _write(session: Session, changes: Sequence[_Change], today: date) -> None:
    fresh = [change.person for change in changes if change.created]
    session.add_all(fresh)
    session.add_all(SignInName(name=one.nip, tenant=one.tenant, person_id=one.id) for one in fresh)
    session.flush()  # Posts end in the database before others begin; see `Person.leave_posts`.
    for change in changes:
        change.assigned |= change.person.take_posts(change.wanted, on=today)
    session.flush()
    keep_addresses(session, [change.person for change in changes if change.created or change.described])


def _count(change: _Change, counts: Counts) -> None:
    if change.created:
        counts.created += 1
    elif change.assigned or change.described:
        counts.updated += 1
    else:
        counts.unchanged += 1


def _people_with(session: Session, tenant: UUID, numbers: Sequence[str]) -> Iterator[Person]:
    for some in _chunks(numbers):
        yield from session.scalars(select(Person).where(Person.tenant == tenant, Person.nip.in_(some)))


def _numbers_of_others(session: Session, tenant: UUID, rows: Sequence[PersonRow]) -> list[RowError]:
    taken: set[str] = set()
    for some in _chunks([row.nip for row in rows]):
        taken.update(
            session.scalars(select(SignInName.name).where(SignInName.tenant != tenant, SignInName.name.in_(some)))
        )
    detail = "This NIP is registered in another city; it has to be released there first."
    return [RowError(row.row, "nip", "nip_elsewhere", detail) for row in rows if row.nip in taken]


def _chunks(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))
