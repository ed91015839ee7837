"""What an enrolment says of its completion, and when it says it again."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.enrolment.model import Completion, Enrolment
from services.enrolment.model.enrolments import ClosingReason, EnrolmentIsCompleted, EnrolmentIsNotOpen

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


def test_a_revoked_completion_is_open_and_the_next_one_has_a_higher_revision_with_the_same_facts_too() -> None:
    one = enrolment()
    one.complete(COMPLETION)
    one.revoke()
    assert (one.state, one.revision, one.completed_on, one.post) == ("open", 1, None, None)
    assert one.complete(COMPLETION)
    assert (one.state, one.revision, one.post) == ("completed", 2, 8000)


def test_one_closed_as_not_completed_can_still_complete() -> None:
    one = enrolment()
    one.close("not_completed", on=date(2026, 12, 1))
    assert one.complete(COMPLETION)
    assert (one.state, one.closed_reason, one.closed_on) == ("completed", None, None)


def test_one_closed_as_not_completed_is_not_completed_by_a_fact_of_a_later_day() -> None:
    one = enrolment()
    one.close("not_completed", on=date(2026, 11, 1))
    assert not one.complete(COMPLETION)
    assert (one.state, one.closed_on, one.revision) == ("closed", date(2026, 11, 1), 0)


@pytest.mark.parametrize("reason", ["withdrawn", "erased"])
def test_one_who_gave_up_or_was_erased_completes_no_more(reason: ClosingReason) -> None:
    one = enrolment()
    one.close(reason, on=date(2026, 11, 1))
    assert not one.complete(COMPLETION)
    assert (one.state, one.revision) == ("closed", 0)


def test_a_withdrawal_is_new_once() -> None:
    one = enrolment()
    assert one.withdraw(on=date(2026, 11, 1))
    assert not one.withdraw(on=date(2026, 11, 2))
    assert (one.state, one.closed_reason, one.closed_on) == ("closed", "withdrawn", date(2026, 11, 1))


def test_nobody_withdraws_from_what_is_completed_or_closed_for_them() -> None:
    completed, closed = enrolment(), enrolment()
    completed.complete(COMPLETION)
    closed.close("not_completed", on=date(2026, 12, 1))
    with pytest.raises(EnrolmentIsCompleted):
        completed.withdraw(on=date(2026, 12, 2))
    with pytest.raises(EnrolmentIsNotOpen):
        closed.withdraw(on=date(2026, 12, 2))
