"""People with their posts and roles, as lists and pages show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.model import Account, Operator, Person, PostHeld
from services.identity.queries.people import today_in, unit_names
from services.identity.queries.roles import roles_of, roles_of_all
from services.identity.tokens import RoleClaim
from shared.ids import NATIONAL


@dataclass(frozen=True)
class PostSeen:
    """A post with the name of its unit."""

    id: UUID
    unit_id: UUID
    unit_name: str
    job: str
    primary: bool
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class PersonSeen:
    """A person with the posts held today."""

    id: UUID
    name: str
    employment_type: str | None
    has_account: bool
    posts: list[PostSeen]
    roles: list[RoleClaim]


@dataclass(frozen=True, kw_only=True)
class Me:
    """The one who asks."""

    id: UUID
    tenant: UUID
    name: str
    roles: list[RoleClaim]
    unit: str | None = None
    employment_type: str | None = None
    posts: Sequence[PostSeen] = ()


def me_of(session: Session, tenant: UUID, person_id: UUID) -> Me | None:
    """Give a person with all posts, past ones too, or an operator; None for somebody who was erased meanwhile."""
    roles = roles_of(session, tenant, person_id)
    if tenant == NATIONAL:
        operator = session.get_one(Operator, person_id)
        return Me(id=operator.id, tenant=tenant, name=operator.name, roles=roles)
    person = session.scalar(select(Person).where(Person.tenant == tenant, Person.id == person_id))
    if person is None:
        return None
    names = _unit_names(session, tenant, person.posts)
    post = person.primary_post(today_in(session, tenant))
    return Me(
        id=person.id,
        tenant=tenant,
        name=person.name,
        roles=roles,
        unit=names[post.unit_id] if post else None,
        employment_type=person.employment_type,
        posts=[_post(one, names) for one in person.posts],
    )


def seen(session: Session, tenant: UUID, people: Sequence[Person], *, today: date) -> list[PersonSeen]:
    """Give people with the posts that they hold today."""
    ids = [person.id for person in people]
    roles = roles_of_all(session, tenant, ids)
    with_account = set(session.scalars(select(Account.person_id).where(Account.person_id.in_(ids))))
    names = _unit_names(session, tenant, [post for person in people for post in person.posts])
    return [
        PersonSeen(
            id=person.id,
            name=person.name,
            employment_type=person.employment_type,
            has_account=person.id in with_account,
            posts=[_post(post, names) for post in person.posts if post.is_held_on(today)],
            roles=roles[person.id],
        )
        for person in people
    ]


def _unit_names(session: Session, tenant: UUID, posts: Iterable[PostHeld]) -> dict[UUID, str]:
    return unit_names(session, tenant, {post.unit_id for post in posts})


def _post(post: PostHeld, names: dict[UUID, str]) -> PostSeen:
    return PostSeen(post.id, post.unit_id, names[post.unit_id], post.job, post.primary, post.valid_from, post.valid_to)
