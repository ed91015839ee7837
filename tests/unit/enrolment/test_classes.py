"""Which classes can be planned, when they can be joined, and who has a place."""

from datetime import date
from uuid import UUID

import pytest

from services.enrolment.model import Class, CourseVersion, Enrolment, Person
from services.enrolment.model.classes import (
    ClassDatesWrong,
    ClassIsClosed,
    ClassIsFull,
    ClassKind,
    ClassNotOpenYet,
)

FIRST_DAY, LAST_DAY = date(2026, 11, 2), date(2026, 11, 30)
CITY, COURSE, UNIT, OLD_UNIT = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


def planned(
    kind: ClassKind = "dated",
    opens: date | None = FIRST_DAY,
    closes: date | None = LAST_DAY,
    capacity: int | None = None,
) -> Class:
    return Class.plan(CITY, code="A1", course=COURSE, kind=kind, opens=opens, closes=closes, capacity=capacity)


def person(*posts: tuple[UUID, str, str | None]) -> Person:
    kept = [{"unit": str(unit), "valid_from": since, "valid_to": until} for unit, since, until in posts]
    return Person(tenant=CITY, id=UUID(int=9), posts=kept, sequence=1)


def course() -> CourseVersion:
    return CourseVersion(
        tenant=CITY, course=COURSE, version=3, programme=UUID(int=7), provider=CITY, lessons=[], assessments=[]
    )


@pytest.mark.parametrize(
    ("kind", "opens", "closes", "fields"),
    [
        ("dated", None, LAST_DAY, {"opens"}),
        ("dated", None, None, {"opens", "closes"}),
        ("dated", LAST_DAY, FIRST_DAY, {"closes"}),
        ("self_paced", FIRST_DAY, None, {"opens"}),
    ],
)
def test_days_that_make_no_class_are_refused_by_field(
    kind: ClassKind, opens: date | None, closes: date | None, fields: set[str]
) -> None:
    with pytest.raises(ClassDatesWrong) as refused:
        planned(kind, opens, closes)
    assert set(refused.value.errors) == fields


def test_a_class_of_one_day_can_be_planned() -> None:
    assert planned(opens=FIRST_DAY, closes=FIRST_DAY).closes == FIRST_DAY


def test_learning_is_possible_from_the_first_to_the_last_day() -> None:
    class_ = planned()
    class_.require_open(FIRST_DAY)
    class_.require_open(LAST_DAY)
    with pytest.raises(ClassNotOpenYet):
        class_.require_open(date(2026, 11, 1))
    with pytest.raises(ClassIsClosed):
        class_.require_open(date(2026, 12, 1))


def test_a_self_paced_class_is_always_open() -> None:
    planned("self_paced", None, None).require_open(date(2099, 1, 1))


def test_a_class_is_full_at_its_capacity() -> None:
    class_ = planned(capacity=2)
    class_.require_place(1)
    with pytest.raises(ClassIsFull):
        class_.require_place(2)


def test_a_class_without_a_limit_is_never_full() -> None:
    planned().require_place(1_000_000)


def test_enrolling_before_the_first_day_is_welcome_and_after_the_last_is_not() -> None:
    assert Enrolment.begin(planned(), course(), person(), on=date(2026, 10, 1)).state == "open"
    with pytest.raises(ClassIsClosed):
        Enrolment.begin(planned(), course(), person(), on=date(2026, 12, 1))


def test_an_enrolment_keeps_the_unit_of_the_primary_post_on_that_day() -> None:
    moved = person((UNIT, "2026-11-10", None), (OLD_UNIT, "2020-01-01", "2026-11-09"))
    assert Enrolment.begin(planned(), course(), moved, on=date(2026, 11, 9)).unit == OLD_UNIT
    assert Enrolment.begin(planned(), course(), moved, on=date(2026, 11, 10)).unit == UNIT


def test_a_person_between_posts_enrols_without_a_unit() -> None:
    assert Enrolment.begin(planned(), course(), person((UNIT, "2027-01-01", None)), on=FIRST_DAY).unit is None
