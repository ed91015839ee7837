"""Offers a course to other tenants, and ends that."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.commands.editing import course_to_edit
from services.catalogue.model import Course, KnownTenant, Offer
from services.catalogue.model.offers import NoSuchOffer, ReceiverNotYetKnown
from shared import audit, clock
from shared.events.catalogue import CourseOffered, CourseOfferEnded
from shared.messaging import outbox
from shared.web.caller import Caller


def offer_course(session: Session, course_id: UUID, receiver: UUID, *, by: Caller) -> Offer:
    """Let the people of another tenant take a course, and say so; an offer that stands already says nothing.

    Raises `NoSuchCourse`, `NotAnEditorOfTheCourse`, `ReceiverNotYetKnown`, or what `Offer.make` raises.
    """
    course = course_to_edit(session, course_id, by=by)
    offer = _offer(session, course, receiver)
    if offer is not None and not offer.renew(course, at=clock.now()):
        return offer
    if offer is None:
        offer = Offer.make(course, receiver, at=clock.now())
        _require_known(session, receiver)
        session.add(offer)
        session.flush()
    outbox.append(session, CourseOffered(tenant=course.tenant, course=course.id, to=receiver))
    audit.note(session, act="course.offered", subject=f"course/{course.id}", tenant=course.tenant, to=receiver)
    return offer


def end_offer(session: Session, course_id: UUID, receiver: UUID, *, by: Caller) -> None:
    """Let nobody of another tenant begin a course any more, and say so; who has begun it goes on.

    An offer that has ended stays ended. Raises `NoSuchCourse`, `NotAnEditorOfTheCourse` or `NoSuchOffer`.
    """
    course = course_to_edit(session, course_id, by=by)
    offer = _offer(session, course, receiver)
    if offer is None:
        raise NoSuchOffer("The course was never offered to this tenant.")
    if offer.end(at=clock.now()):
        outbox.append(session, CourseOfferEnded(tenant=course.tenant, course=course.id, to=receiver))
        audit.note(session, act="offer.ended", subject=f"course/{course.id}", tenant=course.tenant, to=receiver)


def _offer(session: Session, course: Course, receiver: UUID) -> Offer | None:
    place = (Offer.tenant == course.tenant, Offer.course_id == course.id, Offer.receiver == receiver)
    return session.scalar(select(Offer).where(*place))


def _require_known(session: Session, receiver: UUID) -> None:
    if session.scalar(select(KnownTenant.tenant).where(KnownTenant.tenant == receiver)) is None:
        raise ReceiverNotYetKnown("No such city or provider has arrived here yet.", tenant=receiver)
