"""Who edits a course: the trainers that it lists and the administrators of its tenant."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.model import Course, KnownPerson
from shared.errors import Forbidden, NotYetKnown
from shared.web.caller import Caller


class NotAnEditorOfTheCourse(Forbidden):
    """A trainer edits the courses that list them; an administrator those of the own tenant."""


class TrainerNotYetKnown(NotYetKnown):
    """A trainer is no person of the tenant, or has not arrived here yet."""


def may_edit(course: Course, by: Caller) -> bool:
    """Tell whether the caller may see the draft of a course and change it."""
    if by.tenant != course.tenant:
        return False
    return by.holds("administrator") or (by.holds("trainer") and by.id in course.trainers)


def require_editor(course: Course, by: Caller) -> None:
    """Raise `NotAnEditorOfTheCourse` unless the caller may edit the course."""
    if course.tenant != by.tenant:
        sentence = "belongs to another city or provider, whose own trainers and administrators change it."
        raise NotAnEditorOfTheCourse(f"{course.code} {sentence}", course=course.id)
    if not may_edit(course, by):
        raise NotAnEditorOfTheCourse(
            f"{course.code} does not list you as a trainer. Ask an administrator or one of its trainers.",
            course=course.id,
        )


def first_trainers(by: Caller) -> list[UUID]:
    """Give whom a new course lists unless somebody is named: the person who makes it; a machine is nobody's trainer."""
    return [] if by.machine else [by.id]


def require_people(session: Session, tenant: UUID, people: Collection[UUID]) -> None:
    """Raise `TrainerNotYetKnown` unless all are people of the tenant."""
    known = session.scalars(
        select(KnownPerson.person).where(
            KnownPerson.tenant == tenant, KnownPerson.person.in_(people), KnownPerson.erased.is_(False)
        )
    )
    unknown = sorted(set(people) - set(known))
    if unknown:
        raise TrainerNotYetKnown("A trainer is not known as a person of this tenant yet.", trainers=unknown)
