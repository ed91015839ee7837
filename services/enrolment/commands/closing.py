"""Lets go who has not completed: when their class has ended, or by an erasure."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from services.enrolment.commands.dimensions import dimensions
from services.enrolment.model import Class, Enrolment, Tenant
from services.enrolment.model.enrolments import ClosingReason, day_in
from shared import clock
from shared.events.enrolment import EnrolmentClosed
from shared.messaging import outbox

BATCH = 500
"""How many enrolments a call of the timer closes, of all classes together."""


def close_ended_classes(session: Session) -> None:
    """End the classes whose last day is over in their city, and let go a batch of who has not completed: a timer.

    A class or an enrolment that somebody else holds just now is left for the next call.
    """
    at = clock.now()
    for class_ in session.scalars(_ended(session, at)):
        class_.end(class_.left_on(date.max))
    session.flush()
    closing = select(Class).where(Class.state == "closing").order_by(Class.id).limit(BATCH)
    left = BATCH
    for class_ in session.scalars(closing.with_for_update(skip_locked=True)).all():
        left -= _let_go(session, class_, most=left, at=at)
        if not left:
            break


def let_erased_person_go(session: Session, person: UUID, *, tenant: UUID, at: datetime) -> None:
    """Close what a person who was erased had open. `at` is the moment of the erasure."""
    opened = session.scalars(
        select(Enrolment)
        .where(Enrolment.tenant == tenant, Enrolment.person == person, Enrolment.state == "open")
        .order_by(Enrolment.id)
        .with_for_update(key_share=True)
    ).all()
    if opened:
        day = day_in(session.scalar(select(Tenant.zone).where(Tenant.tenant == tenant)), at)
        _close(session, opened, "erased", on=day, at=at)


def _ended(session: Session, at: datetime) -> Select[Class]:
    days = {zone: clock.local_day(at, zone) for zone in session.scalars(select(Tenant.zone).distinct())}
    over = [and_(Tenant.zone == zone, Class.closes < day) for zone, day in days.items()]
    return (
        select(Class)
        .join(Tenant, Tenant.tenant == Class.tenant)
        .where(Class.state == "open", or_(False, *over))
        .order_by(Class.id)
        .limit(BATCH)
        .with_for_update(of=Class, skip_locked=True)
    )


def _let_go(session: Session, class_: Class, *, most: int, at: datetime) -> int:
    """Close a class's open enrolments, as many as may be; count them. The class is closed with the last of them."""
    opened = (Enrolment.tenant == class_.tenant, Enrolment.class_id == class_.id, Enrolment.state == "open")
    free = select(Enrolment).where(*opened).order_by(Enrolment.id).limit(most)
    enrolments = session.scalars(free.with_for_update(key_share=True, skip_locked=True)).all()
    _close(session, enrolments, "not_completed", on=class_.left_on(date.max), at=at)
    session.flush()
    if not session.scalar(select(func.count()).select_from(Enrolment).where(*opened)):
        class_.state = "closed"
    return len(enrolments)


def _close(session: Session, enrolments: Sequence[Enrolment], reason: ClosingReason, *, on: date, at: datetime) -> None:
    for enrolment in enrolments:
        enrolment.close(reason, on=on)
    outbox.append(
        session, *(EnrolmentClosed(**dimensions(one), time=at, reason=reason, closed_on=on) for one in enrolments)
    )
