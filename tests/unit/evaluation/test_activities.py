"""Activities outside the courses: which days count for how much, and what can be done in which state."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from services.evaluation.certificates import content_type_of
from services.evaluation.model.activities import (
    ActivityIsNotOpen,
    ActivityIsWrong,
    ActivityIsYourOwn,
    ActivityState,
    learnt_minutes,
)
from services.evaluation.model.learning_hours import FormIsNotKnown
from services.evaluation.model.rule_sets import RuleSet
from services.evaluation.model.tables import Activity
from services.evaluation.model.tables.activities import CertificateIsOfNoKnownKind
from shared.ids import new_id

TODAY = date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 3, tzinfo=UTC)
WHO, ABOVE = new_id(), new_id()


def march(day: int) -> date:
    return date(2026, 3, day)


def minutes(form: str, days: dict[date, int | None], rule_set: RuleSet) -> dict[date, int]:
    return learnt_minutes(form, "domestic", days, today=TODAY, rule_sets=[rule_set])


def activity(state: ActivityState) -> Activity:
    return Activity(
        tenant=new_id(), id=new_id(), person=WHO, state=state, certificate=new_id(), piece=new_id(), version=1
    )


def test_a_day_of_a_seminar_stands_for_what_it_is_worth_unless_its_minutes_are_told(rule_set: RuleSet) -> None:
    assert minutes("B6", {march(3): 400, march(2): None}, rule_set) == {march(2): 4 * 45, march(3): 400}


def test_a_training_counts_the_minutes_that_have_to_be_told_of_every_day(rule_set: RuleSet) -> None:
    assert minutes("B3", {march(2): 360, march(3): 360}, rule_set) == {march(2): 360, march(3): 360}
    with pytest.raises(ActivityIsWrong, match="Pelatihan teknis counts minutes: give those of 2026-03-03"):
        minutes("B3", {march(2): 360, march(3): None}, rule_set)


def test_a_secondment_is_dated_by_its_last_day_alone(rule_set: RuleSet) -> None:
    assert minutes("C5", {march(2): None}, rule_set) == {march(2): 20 * 45}
    with pytest.raises(ActivityIsWrong, match="counts once"):
        minutes("C5", {march(2): None, march(3): None}, rule_set)


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({}, "at least one day"),
        ({date(2026, 3, 21): None}, "2026-03-21 is still to come; today is 2026-03-20"),
        ({date(2018, 12, 31): None}, "No rule set was in force before 2019-01-01"),
        (
            {
                date(2020, 1, 1).replace(day=1 + n % 28, month=1 + n // 28 % 12, year=2019 + n // 336): 1
                for n in range(367)
            },
            "366",
        ),
        ({date(2026, 3, 2): 1441}, "1 to 1440 minutes"),
        ({date(2026, 3, 2): 0}, "1 to 1440 minutes"),
    ],
)
def test_days_that_can_not_be_counted_are_refused_by_field(
    days: dict[date, int | None], sentence: str, rule_set: RuleSet
) -> None:
    with pytest.raises(ActivityIsWrong, match=sentence) as refusal:
        minutes("B6", days, rule_set)
    assert refusal.value.errors.keys() == {"days"}


def test_a_form_that_the_table_does_not_hold_in_this_scope_is_refused(rule_set: RuleSet) -> None:
    for form, scope in (("Z1", "domestic"), ("B1", "international")):
        with pytest.raises(FormIsNotKnown):
            learnt_minutes(form, scope, {march(2): 60}, today=TODAY, rule_sets=[rule_set])  # type: ignore[arg-type]


ACTS: dict[str, Callable[[Activity], object]] = {
    "correct": lambda one: one.submit_again(at=NOW),
    "withdraw": lambda one: one.withdraw(),
    "verify": lambda one: one.verify(new_id(), by=ABOVE, at=NOW),
    "return": lambda one: one.return_("Nama tidak cocok.", by=ABOVE, at=NOW),
    "revoke": lambda one: one.revoke("Salah orang.", by=ABOVE, at=NOW),
}


@pytest.mark.parametrize(
    ("state", "open_acts"),
    [
        ("submitted", {"correct": "submitted", "withdraw": "withdrawn", "verify": "verified", "return": "returned"}),
        ("returned", {"correct": "submitted", "withdraw": "withdrawn"}),
        ("revoked", {"correct": "submitted", "withdraw": "withdrawn"}),
        ("verified", {"revoke": "revoked"}),
        ("withdrawn", {"withdraw": "withdrawn"}),
    ],
)
def test_what_can_be_done_goes_by_the_state(state: ActivityState, open_acts: dict[str, str]) -> None:
    for name, act in ACTS.items():
        one = activity(state)
        if name in open_acts:
            act(one)
            assert one.state == open_acts[name]
        else:
            with pytest.raises(ActivityIsNotOpen, match=f"This activity is {state}"):
                act(one)


def test_nobody_decides_about_an_activity_of_their_own() -> None:
    with pytest.raises(ActivityIsYourOwn):
        activity("submitted").verify(new_id(), by=WHO, at=NOW)
    with pytest.raises(ActivityIsYourOwn):
        activity("submitted").return_("Ulang.", by=WHO, at=NOW)
    with pytest.raises(ActivityIsYourOwn):
        activity("verified").revoke("Ulang.", by=WHO, at=NOW)


def test_a_certificate_is_what_its_content_is() -> None:
    assert content_type_of(b"%PDF-1.7 ...") == "application/pdf"
    assert content_type_of(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert content_type_of(b"\x89PNG\r\n\x1a\n") == "image/png"
    for other in (b"", b"<html>%PDF-", b"PK\x03\x04", b"MZ"):
        with pytest.raises(CertificateIsOfNoKnownKind):
            content_type_of(other)
