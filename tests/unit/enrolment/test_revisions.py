"""What an enrolment says of its completion, and when it says it again."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.enrolment.model import Completion, Enrolment
from services.enrolment.model.enrolments import EnrolmentIsNotOpen

COMPLETION = Completion(
    at=datetime(2026, 11, 2, 3, 0, tzinfo=UTC),
    on=date(2026, 11, 2),
    minutes=((date(2026, 11, 2), 90),),
    pre=3000,
    post=8000,
)


def enrolment() -> Enrolment:
    return Enrolment(state="open", revision=0, completed_on=None, pre=None, post=None)


def test_the_first_completion_is_revision_one() -> None:
    one = enrolment()
    assert one.complete(COMPLETION)
    assert (one.state, one.revision, one.completed_on) == ("completed", 1, date(2026, 11, 2))


def test_the_same_completion_is_said_once() -> None:
    one = enrolment()
    one.complete(COMPLETION)
    assert not one.complete(COMPLETION)
    assert one.revision == 1


@pytest.mark.parametrize("change", [{"pre": None}, {"post": 7000}, {"on": date(2026, 11, 1)}])
def test_a_corrected_pair_or_day_is_the_next_revision(change: dict[str, int | date | None]) -> None:
    one = enrolment()
    one.complete(COMPLETION)
    assert one.complete(replace(COMPLETION, **change))  # type: ignore[arg-type]  # Each value fits its own field.
    assert one.revision == 2


def test_a_completed_enrolment_takes_no_further_marks() -> None:
    one = enrolment()
    one.require_open()
    one.complete(COMPLETION)
    with pytest.raises(EnrolmentIsNotOpen):
        one.require_open()
