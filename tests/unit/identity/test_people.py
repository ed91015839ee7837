"""The rules of posts: one primary post at a time, moves that close and open, mistakes that are taken back."""

from collections.abc import Sequence
from datetime import date

import pytest

from services.identity.model import Person
from services.identity.model.people import MoveBeforePresentPost, PostWanted
from shared.ids import new_id

DIK, KES = new_id(), new_id()
TODAY = date(2026, 11, 22)


def wanted(unit: object = DIK, job: str = "GURU", *, primary: bool = True, since: date | None = None) -> PostWanted:
    return PostWanted(unit_id=unit, job=job, primary=primary, since=since)  # type: ignore[arg-type]


@pytest.fixture
def person() -> Person:
    return Person.register(new_id(), nip="1" * 18, name="Citra", email=None, employment_type="PNS", contract_start=None)


def hold(person: Person, wanted: Sequence[PostWanted], *, on: date) -> bool:
    """Let a person hold these posts and no others; tell whether anything changed."""
    left = person.leave_posts(wanted, on=on)
    return person.take_posts(wanted, on=on) or left


def held(person: Person) -> list[tuple[object, str, bool, date, date | None]]:
    return [(post.unit_id, post.job, post.primary, post.valid_from, post.valid_to) for post in person.posts]


def test_a_first_post_begins_on_its_date_or_today(person: Person) -> None:
    assert hold(person, [wanted(since=date(2020, 3, 1)), wanted(KES, primary=False)], on=TODAY)
    assert held(person) == [
        (DIK, "GURU", True, date(2020, 3, 1), None),
        (KES, "GURU", False, TODAY, None),
    ]


def test_the_same_posts_again_are_no_change(person: Person) -> None:
    hold(person, [wanted(since=date(2020, 3, 1))], on=TODAY)
    assert not hold(person, [wanted()], on=date(2027, 1, 1))
    assert not hold(person, [wanted(since=date(2020, 3, 1))], on=date(2027, 1, 1))
    assert held(person) == [(DIK, "GURU", True, date(2020, 3, 1), None)]


@pytest.mark.parametrize("place", [{"unit": KES}, {"job": "KEPALA"}])
def test_a_changed_unit_or_job_closes_the_old_post_on_the_day_before(person: Person, place: dict[str, str]) -> None:
    hold(person, [wanted(since=date(2020, 3, 1))], on=TODAY)
    assert hold(person, [wanted(**place, since=date(2026, 12, 1))], on=TODAY)  # type: ignore[arg-type]
    old, new = person.posts
    assert (old.valid_to, new.valid_from, new.valid_to) == (date(2026, 11, 30), date(2026, 12, 1), None)
    assert person.primary_post(date(2026, 11, 30)) is old
    assert person.primary_post(date(2026, 12, 1)) is new


def test_a_post_that_goes_on_keeps_its_id(person: Person) -> None:
    hold(person, [wanted(since=date(2020, 3, 1)), wanted(KES, primary=False)], on=TODAY)
    own = person.posts[0].id
    hold(person, [wanted()], on=date(2027, 1, 1))
    assert person.posts[0].id == own
    assert person.posts[1].valid_to == date(2026, 12, 31)


def test_a_post_that_lasted_no_day_is_taken_back(person: Person) -> None:
    hold(person, [wanted(since=TODAY)], on=TODAY)
    hold(person, [wanted(KES, since=TODAY)], on=TODAY)
    assert held(person) == [(KES, "GURU", True, TODAY, None)]


def test_a_move_before_the_present_post_is_refused_and_changes_nothing(person: Person) -> None:
    hold(person, [wanted(since=date(2020, 3, 1))], on=TODAY)
    with pytest.raises(MoveBeforePresentPost, match="2020-02-01"):
        hold(person, [wanted(KES, since=date(2020, 2, 1))], on=TODAY)
    assert held(person) == [(DIK, "GURU", True, date(2020, 3, 1), None)]


def test_a_first_day_is_mended_without_another_post(person: Person) -> None:
    hold(person, [wanted(since=date(2020, 3, 1))], on=TODAY)
    assert hold(person, [wanted(since=date(2019, 3, 1))], on=TODAY)
    assert held(person) == [(DIK, "GURU", True, date(2019, 3, 1), None)]


def test_a_first_day_within_an_earlier_primary_post_is_refused(person: Person) -> None:
    hold(person, [wanted(since=date(2020, 3, 1))], on=TODAY)
    hold(person, [wanted(KES, since=date(2026, 1, 1))], on=TODAY)
    with pytest.raises(MoveBeforePresentPost, match="lasts until 2025-12-31"):
        hold(person, [wanted(KES, since=date(2025, 6, 1))], on=TODAY)


def test_a_return_to_an_earlier_place_is_a_new_post(person: Person) -> None:
    hold(person, [wanted(since=date(2020, 3, 1))], on=TODAY)
    hold(person, [wanted(KES, since=date(2024, 1, 1))], on=TODAY)
    hold(person, [wanted(since=date(2026, 1, 1))], on=TODAY)
    assert [days for *_, days in held(person)] == [date(2023, 12, 31), date(2025, 12, 31), None]
    assert len({post.id for post in person.posts}) == 3


def test_there_is_never_more_than_one_primary_post_on_a_day(person: Person) -> None:
    for year, unit in ((2020, DIK), (2022, KES), (2024, DIK), (2026, KES)):
        hold(person, [wanted(unit, since=date(year, 1, 1))], on=TODAY)
    for day in (date(year, month, 1) for year in range(2020, 2027) for month in (1, 12)):
        assert sum(post.primary and post.is_held_on(day) for post in person.posts) == 1


def test_a_future_move_leaves_the_present_post_until_then(person: Person) -> None:
    hold(person, [wanted(since=date(2020, 3, 1))], on=TODAY)
    hold(person, [wanted(KES, since=date(2027, 1, 1))], on=TODAY)
    assert not hold(person, [wanted(KES, since=date(2027, 1, 1))], on=TODAY)
    present = person.primary_post(TODAY)
    assert present is not None
    assert present.unit_id == DIK


@pytest.mark.parametrize(
    ("last_day", "may"), [(None, True), (TODAY, True), (date(2026, 12, 31), True), (date(2026, 11, 21), False)]
)
def test_an_account_is_open_until_the_last_day_of_the_last_post(
    person: Person, last_day: date | None, *, may: bool
) -> None:
    hold(person, [wanted(since=date(2020, 3, 1))], on=TODAY)
    person.posts[0].valid_to = last_day
    assert person.may_sign_in(TODAY, has_role=False) is may
    assert person.may_sign_in(TODAY, has_role=True)
