"""Gives the places of a class to people: one of them or a batch, in their order, and never more than there are.

Whoever takes places locks people first, then the class, and touches no enrolment that is there already.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.enrolment.commands.dimensions import dimensions
from services.enrolment.model import Class, CourseVersion, Enrolment, Person, Tenant
from services.enrolment.model.classes import ClassNotFound, ClassWasJustLimited
from services.enrolment.model.enrolments import AlreadyEnrolled, day_in
from services.enrolment.queries import places_taken
from shared.database import insert_new
from shared.errors import Refusal
from shared.events.enrolment import LearnerEnrolled
from shared.messaging import outbox

Outcome = Enrolment | Refusal
"""What became of somebody who wanted a place."""


def lock_people(session: Session, tenant: UUID, people: Collection[UUID]) -> dict[UUID, Person]:
    """Hold people as they are, in the order of their ids, so that nobody is enrolled while they are being erased."""
    known = select(Person).where(Person.tenant == tenant, Person.id.in_(people))
    return {one.id: one for one in session.scalars(known.order_by(Person.id).with_for_update(read=True))}


def lock_class(session: Session, tenant: UUID, class_id: UUID, *, at: datetime) -> tuple[Class, date]:
    """Hold a class, and give it with the city's day at a moment.

    Raises `ClassNotFound`, `ClassWasJustLimited` or `TenantNotYetKnown`.
    Those who enrol in a class with a limit take turns; in one without, they only keep it from being closed meanwhile.
    """
    found = session.execute(
        select(Class, Tenant.zone)
        .outerjoin(Tenant, Tenant.tenant == Class.tenant)
        .where(Class.tenant == tenant, Class.id == class_id)
    ).one_or_none()
    if found is None:
        raise ClassNotFound("There is no such class.")
    class_, zone = found
    had_limit = class_.capacity is not None
    session.refresh(class_, with_for_update={"key_share": True} if had_limit else {"read": True})
    if class_.capacity is not None and not had_limit:
        # The limit came while this one waited for the class, with others who now count the same places at once.
        raise ClassWasJustLimited("The class was given a limit at this moment. Try again in a second.")
    return class_, day_in(zone, at)


def take_places(
    session: Session, class_: Class, course: CourseVersion, learners: Sequence[Person], *, on: date, at: datetime
) -> Mapping[UUID, Outcome]:
    """Enrol people in a locked class while there are places, the first ones first, and say so.

    Gives each one's enrolment, or the refusal. Raises `ClassIsClosed` where nobody can be enrolled any more.
    """
    wanted = [Enrolment.begin(class_, course, learner, on=on) for learner in learners]
    left = class_.places_left(_taken(session, class_), wanted=len(wanted))
    waiting, placed = wanted, list[Enrolment]()
    while waiting and left:  # Again, because who is enrolled already takes no place.
        fitting, waiting = waiting[:left], waiting[left:]
        taken = _insert(session, fitting)
        placed += taken
        left -= len(taken)
    outbox.append(session, *(_enrolled(class_, one, on=on, at=at) for one in placed))
    enrolled = {one.person for one in placed}
    return {one.person: one for one in placed} | _refusals(
        session, class_, [one for one in wanted if one.person not in enrolled], full={one.person for one in waiting}
    )


def _taken(session: Session, class_: Class) -> int:
    return 0 if class_.capacity is None else places_taken(session, class_)


def _insert(session: Session, enrolments: Sequence[Enrolment]) -> list[Enrolment]:
    """Write enrolments, but those of people with an open one in the course; give those that were written."""
    # PostgreSQL's driver gives no row count for an INSERT, so the returned ids tell which places were taken.
    insert = insert_new(Enrolment, session).on_conflict_do_nothing().returning(Enrolment.id)
    columns = [column.name for column in Enrolment.__table__.columns]
    by_person = sorted(enrolments, key=lambda one: one.person)
    rows = [{name: getattr(one, name) for name in columns} for one in by_person]
    written = set(session.scalars(insert, rows))
    return [one for one in enrolments if one.id in written]


def _refusals(
    session: Session, class_: Class, refused: Sequence[Enrolment], *, full: Collection[UUID]
) -> dict[UUID, Refusal]:
    """Say why each one got no place; who has one already should hear that, also of a full class."""
    if not refused:
        return {}
    opened = _open_enrolments(session, refused)
    return {
        one.person: class_.is_full() if one.person in full and one.person not in opened else _already(opened, one)
        for one in refused
    }


def _open_enrolments(session: Session, like: Sequence[Enrolment]) -> dict[UUID, UUID]:
    rows = session.execute(
        select(Enrolment.person, Enrolment.id).where(
            Enrolment.tenant == like[0].tenant,
            Enrolment.course == like[0].course,
            Enrolment.person.in_([one.person for one in like]),
            Enrolment.state == "open",
        )
    )
    return {row.person: row.id for row in rows}


def _already(opened: Mapping[UUID, UUID], like: Enrolment) -> AlreadyEnrolled:
    enrolment = opened.get(like.person)
    sentence = "The person has an open enrolment in this course already."
    return AlreadyEnrolled(sentence, enrolment=enrolment and str(enrolment))


def _enrolled(class_: Class, enrolment: Enrolment, *, on: date, at: datetime) -> LearnerEnrolled:
    return LearnerEnrolled(**dimensions(enrolment), time=at, opens=class_.opens or on, closes=class_.closes)
