"""To whom a course is offered, and what withdrawing it means."""

from datetime import UTC, datetime, timedelta

import pytest

from services.catalogue.model import Course, CourseVersion, Offer
from services.catalogue.model.courses import CourseIsNotPublished, CourseIsWithdrawn
from services.catalogue.model.offers import OwnerNeedsNoOffer
from shared.ids import new_id

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = AT + timedelta(days=1)
OWNER, CITY = new_id(), new_id()


def course(*, current: int = 1) -> Course:
    version = CourseVersion(id=new_id(), tenant=OWNER, number=1, published_at=AT if current else None)
    return Course(id=new_id(), tenant=OWNER, code="SPP", current=current, revision=1, versions=[version])


def test_an_offer_stands_until_it_is_ended() -> None:
    offered = course()
    offer = Offer.make(offered, CITY, at=AT)
    assert (offer.tenant, offer.receiver, offer.since, offer.ended_at) == (OWNER, CITY, AT, None)
    assert not offer.renew(offered, at=LATER)
    assert offer.end(at=LATER)
    assert not offer.end(at=LATER + timedelta(days=1))
    assert (offer.since, offer.ended_at) == (AT, LATER)


def test_an_offer_that_ended_can_be_renewed() -> None:
    offered = course()
    offer = Offer.make(offered, CITY, at=AT)
    offer.end(at=LATER)
    assert offer.renew(offered, at=LATER)
    assert (offer.since, offer.ended_at) == (LATER, None)


def test_only_what_new_learners_can_take_is_offered_or_withdrawn() -> None:
    draft, withdrawn = course(current=0), course()
    withdrawn.withdraw(AT)
    with pytest.raises(CourseIsNotPublished):
        Offer.make(draft, CITY, at=AT)
    with pytest.raises(CourseIsNotPublished):
        draft.withdraw(AT)
    with pytest.raises(CourseIsWithdrawn):
        Offer.make(withdrawn, CITY, at=AT)


def test_nobody_is_offered_a_course_of_their_own() -> None:
    with pytest.raises(OwnerNeedsNoOffer):
        Offer.make(course(), OWNER, at=AT)


def test_a_course_is_withdrawn_once_and_taken_back_once() -> None:
    known = course()
    assert [known.withdraw(AT), known.withdraw(LATER)] == [True, False]
    assert (known.state, known.withdrawn_at, known.revision) == ("withdrawn", AT, 2)
    assert known.take_back() is known.versions[0]
    assert (known.state, known.take_back(), known.revision) == ("published", None, 3)
