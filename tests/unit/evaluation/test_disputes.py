"""Deciding a dispute: once, and never in one's own matter."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.evaluation.model.tables import Dispute
from services.evaluation.model.tables.disputes import DisputeIsDecided, DisputeIsYourOwn

PERSON, ANALYST = UUID(int=1), UUID(int=2)
AT = datetime(2026, 11, 2, tzinfo=UTC)


def dispute() -> Dispute:
    return Dispute(person=PERSON, state="open", text="Tidak.")


def test_a_decision_is_noted_with_its_answer_and_is_new_once() -> None:
    one = dispute()
    assert one.decide("dismissed", "Ada.", by=ANALYST, at=AT)
    assert not one.decide("dismissed", "Lagi.", by=ANALYST, at=AT)
    assert (one.state, one.answer, one.decided_by, one.decided_at) == ("dismissed", "Ada.", ANALYST, AT)


def test_a_decision_cannot_be_turned_round() -> None:
    one = dispute()
    one.decide("upheld", None, by=ANALYST, at=AT)
    with pytest.raises(DisputeIsDecided, match="upheld on 2026-11-02"):
        one.decide("dismissed", None, by=ANALYST, at=AT)


def test_nobody_decides_a_dispute_of_their_own() -> None:
    one = dispute()
    with pytest.raises(DisputeIsYourOwn):
        one.decide("upheld", None, by=PERSON, at=AT)
    assert one.state == "open"
