"""People whom a complete roster leaves out: they are listed, and their posts end once somebody confirms it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.commands.roster_people import person_assigned
from services.identity.model import CompleteRoster, Person, PostHeld, Tenant
from shared import clock
from shared.errors import NotFound
from shared.messaging import outbox

_CHUNK = 1_000


class NoSuchRoster(NotFound):
    """There is no such complete roster, or not for this caller."""


@dataclass(frozen=True)
class Absent:
    """A person whom a complete roster leaves out, and the unit of the present post."""

    person: UUID
    unit: UUID
    posts: tuple[UUID, ...]


@dataclass(frozen=True)
class Departed:
    """How many people left by a confirmation, and how many had left before it."""

    departed: int
    unchanged: int


def absent_from(session: Session, tenant: UUID, numbers: Collection[str], today: date) -> list[Absent]:
    """Give everybody with an open post whose NIP is not among these, in the order of their ids."""
    holds = select(PostHeld.id).where(PostHeld.person_id == Person.id, PostHeld.valid_to.is_(None)).exists()
    rows = session.execute(select(Person.id, Person.nip).where(Person.tenant == tenant, holds).order_by(Person.id))
    left_out = [row.id for row in rows if row.nip not in numbers]
    return [_absent(person, today) for person in _people(session, tenant, left_out)]


def confirm_departures(
    session: Session, tenant_id: UUID, roster_id: UUID, people: Collection[UUID], *, day: date | None = None
) -> Departed:
    """End the posts that these people held when a complete roster left them out; twice changes nothing.

    `day` is the last day in the post, today where none is given. Raises `NoSuchRoster`, `PersonNotAbsent` or
    `DepartureBeforePost`, and then nobody leaves.
    """
    # It takes turns with imports, which end posts and begin them too.
    tenant = session.scalars(select(Tenant).where(Tenant.id == tenant_id).with_for_update()).one()
    roster = session.scalar(
        select(CompleteRoster).where(CompleteRoster.tenant == tenant_id, CompleteRoster.id == roster_id)
    )
    if roster is None:
        raise NoSuchRoster("There is no complete roster with this id here.")
    wanted = sorted(set(people))
    ending = roster.posts_of(wanted)
    today = clock.local_day(clock.now(), tenant.zone)
    found = list(_people(session, tenant_id, wanted))
    left = [person for person in found if person.depart(ending, last_day=day or today, today=today)]
    session.flush()
    outbox.append(session, *(person_assigned(person) for person in left))
    return Departed(len(left), len(wanted) - len(left))


def _absent(person: Person, today: date) -> Absent:
    posts = person.open_posts()
    # A post may begin later only; it is still the one that tells where the person belongs.
    present = person.primary_post(today) or next((post for post in posts if post.primary), posts[0])
    return Absent(person.id, present.unit_id, tuple(post.id for post in posts))


def _people(session: Session, tenant: UUID, ids: Sequence[UUID]) -> Iterator[Person]:
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        yield from session.scalars(
            select(Person).where(Person.tenant == tenant, Person.id.in_(some)).order_by(Person.id)
        )
