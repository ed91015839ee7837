"""Which classes can be planned, when they can be joined, and who has a place."""

from datetime import date
from uuid import UUID

import pytest

from services.enrolment.model import Class, CourseVersion, Enrolment, Person, Post
from services.enrolment.model.classes import (
    ClassDatesWrong,
    ClassDaysAreTold,
    ClassIsClosed,
    ClassKind,
    ClassNotOpenYet,
    PlacesAreTaken,
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
    held = [
        Post(
            unit=unit,
            is_primary=True,
            valid_from=date.fromisoformat(since),
            valid_to=until and date.fromisoformat(until),
        )
        for unit, since, until in posts
    ]
    return Person(tenant=CITY, id=UUID(int=9), posts=held, sequence=1)


def course() -> CourseVersion:
    return CourseVersion(
        tenant=CITY, course=COURSE, version=3, programme=UUID(int=7), provider=CITY, lessons=[], assessments=[]
    )


@pytest.mark.parametrize(
    ("kind", "opens", "closes", "fields"),
    [
        ("dated", None, LAST_DAY, {"opens"}),
        ("dated", None, None, {"opens", "closes"}),
        ("dated", date.min, date.max, {"opens", "closes"}),
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
    assert [class_.places_left(taken, wanted=5) for taken in (0, 1, 2, 3)] == [2, 1, 0, 0]


def test_a_class_without_a_limit_is_never_full() -> None:
    assert planned().places_left(1_000_000, wanted=5) == 5


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


def test_a_class_is_left_on_the_day_after_its_last_or_when_it_was_closed_before() -> None:
    assert [planned().left_on(day) for day in (LAST_DAY, date(2027, 1, 1))] == [LAST_DAY, date(2026, 12, 1)]
    ended = planned()
    assert ended.end(date(2026, 11, 9))
    assert not ended.end(date(2026, 11, 10))
    assert (ended.left_on(LAST_DAY), ended.is_open(date(2026, 11, 9)), ended.revision) == (date(2026, 11, 9), False, 2)
    with pytest.raises(ClassIsClosed, match="2026-11-09"):
        ended.require_open(FIRST_DAY)


def test_a_self_paced_class_ends_only_by_hand() -> None:
    class_ = planned("self_paced", None, None)
    class_.end(FIRST_DAY)
    assert not class_.is_open(FIRST_DAY)


def changed(
    class_: Class, *, closes: date = LAST_DAY, capacity: int | None = 3, taken: int = 0, told: bool = False
) -> int:
    class_.change(opens=FIRST_DAY, closes=closes, capacity=capacity, trainers=[], taken=taken, told=told)
    return class_.revision


def test_a_change_is_the_next_revision_and_no_change_is_none() -> None:
    class_ = planned(capacity=3)
    assert changed(class_) == 1
    assert changed(class_, capacity=None) == 2


def test_a_class_never_has_fewer_places_than_are_taken() -> None:
    assert changed(planned(), capacity=2, taken=2) == 2
    with pytest.raises(PlacesAreTaken):
        changed(planned(), capacity=2, taken=3)


def test_days_that_were_told_to_learners_stay() -> None:
    assert changed(planned(), closes=FIRST_DAY) == 2
    with pytest.raises(ClassDaysAreTold):
        changed(planned(), closes=FIRST_DAY, told=True)
