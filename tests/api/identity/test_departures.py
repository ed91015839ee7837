"""A roster that is declared complete, and the people whom it leaves out."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.identity.model import Person, PostHeld
from shared import clock
from shared.events.identity import PersonAssigned
from shared.ids import new_id
from tests.api.identity.conftest import CITY_ROWS, House, nip, roster, row
from tests.api.identity.test_roster_imports import last_position, posts_of, said, send, taken

AT = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)  # It is the 3rd in Semarang.
TODAY = date(2026, 11, 3)
WITHOUT_TWO = CITY_ROWS[:3]
"""The city without the people with the numbers 4 and 5."""


def confirm(house: House, roster_id: str, *numbers: int, day: str | None = None, token: str = "") -> TestResponse:
    """Confirm that people have left."""
    body: dict[str, Any] = {"people": [str(house.person(number)) for number in numbers]}
    body |= {"day": day} if day else {}
    path = f"/roster-imports/{roster_id}/departures"
    return house.call("POST", path, token or house.token_of_machine("administrator"), json=body)


def test_a_complete_roster_lists_whom_it_leaves_out_and_leaves_them_untouched(house: House) -> None:
    before = last_position(house)
    done = taken(house, *WITHOUT_TWO, query="?complete=true")
    assert {(one["person"], one["unit"]) for one in done["absent"]} == {
        (str(house.person(4)), str(house.unit("DIK-SMP"))),
        (str(house.person(5)), str(house.unit("KES"))),
    }
    assert all(set(one) == {"person", "unit"} for one in done["absent"])
    assert done["id"]
    assert said(house, before) == []
    assert posts_of(house, 4) == [("GURU", True, date(2026, 1, 5), None)]


def test_a_part_of_a_roster_says_nothing_of_the_others(house: House) -> None:
    done = taken(house, *WITHOUT_TWO)
    assert (done["id"], done["absent"]) == (None, None)


def test_a_dry_run_lists_whom_the_file_leaves_out_and_nothing_can_be_confirmed_by_it(house: House) -> None:
    done = taken(house, *WITHOUT_TWO, query="?complete=true&dry_run=true")
    assert done["id"] is None
    assert len(done["absent"]) == 2


def test_nobody_is_absent_from_a_file_with_errors(house: House) -> None:
    broken = roster(*WITHOUT_TWO, row("1.99E+17", "Dewi Guru"))
    answer = send(house, broken, "?complete=true&dry_run=true")
    assert answer.get_json()["absent"] is None
    assert send(house, broken, "?complete=true").get_json()["type"] == "/problems/roster-has-errors"


def test_a_complete_roster_is_taken_whole_or_not_at_all(house: House) -> None:
    answer = send(house, roster(*CITY_ROWS), "?complete=true&good_rows=true")
    assert answer.get_json()["type"] == "/problems/complete-roster-taken-in-part"


def test_confirming_a_departure_ends_the_posts_today_and_says_so(house: House) -> None:
    taken(
        house,
        row(nip(4), "Dewi Guru", unit="DIK-SMP", parent="DIK"),
        row(nip(4), "Dewi Guru", unit="KES", job="PLT", status="pelaksana_tugas"),
    )
    with house.telling(AT):
        done = taken(house, *WITHOUT_TWO, query="?complete=true")
        before = last_position(house)
        answer = confirm(house, done["id"], 4)
    assert answer.get_json() == {"departed": 1, "unchanged": 0}
    assert [post[3] for post in posts_of(house, 4)] == [TODAY, TODAY]
    (event,) = said(house, before)
    assert isinstance(event, PersonAssigned)
    assert event.person == house.person(4)
    assert [post.valid_to for post in event.posts] == [TODAY, TODAY]
    assert posts_of(house, 5)[0][3] is None  # Nobody confirmed this one.


def test_a_departure_confirmed_twice_changes_nothing_and_says_nothing(house: House) -> None:
    done = taken(house, *WITHOUT_TWO, query="?complete=true")
    confirm(house, done["id"], 4, 5)
    before = last_position(house)
    with house.telling(clock.now() + timedelta(days=3)):
        assert confirm(house, done["id"], 4, 4, 5).get_json() == {"departed": 0, "unchanged": 2}
    assert said(house, before) == []


def test_a_departure_may_be_dated_and_not_before_the_post_began(house: House) -> None:
    done = taken(house, *WITHOUT_TWO, query="?complete=true")
    early = confirm(house, done["id"], 5, 4, day="2026-01-04")
    assert (early.status_code, early.get_json()["type"]) == (409, "/problems/departure-before-post")
    assert posts_of(house, 5)[0][3] is None
    assert confirm(house, done["id"], 4, day="2026-03-31").status_code == 200
    assert posts_of(house, 4)[0][3] == date(2026, 3, 31)


def test_a_late_confirmation_does_not_end_a_post_that_began_after_the_roster(house: House) -> None:
    with house.telling(AT):
        done = taken(house, *WITHOUT_TWO, query="?complete=true")
    with house.telling(AT + timedelta(days=30)):
        taken(house, row(nip(4), "Dewi Guru", unit="KES", job="PERAWAT", since="2026-12-01"))
        assert confirm(house, done["id"], 4).get_json() == {"departed": 0, "unchanged": 1}
    assert posts_of(house, 4)[-1] == ("PERAWAT", True, date(2026, 12, 1), None)


def test_a_post_that_would_only_have_begun_is_taken_back(house: House) -> None:
    taken(house, row(nip(31), "Gita Baru", since="2999-01-01"))
    done = taken(house, *CITY_ROWS, query="?complete=true")
    assert [one["unit"] for one in done["absent"]] == [str(house.unit("DIK"))]
    assert confirm(house, done["id"], 31).status_code == 200
    with house.database.reading() as session:
        assert session.scalars(select(PostHeld).join(Person).where(Person.nip == nip(31))).all() == []


def test_only_whom_the_roster_left_out_can_be_confirmed(house: House) -> None:
    done = taken(house, *WITHOUT_TWO, query="?complete=true")
    answer = confirm(house, done["id"], 3, 4)
    assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/person-not-absent")
    assert posts_of(house, 4)[0][3] is None


@pytest.mark.parametrize("body", [{}, {"people": []}, {"people": ["x"]}, {"people": [str(new_id())], "day": "besok"}])
def test_a_confirmation_that_is_malformed_says_what_to_mend(house: House, body: object) -> None:
    path = f"/roster-imports/{new_id()}/departures"
    answer = house.call("POST", path, house.token_of_machine("administrator"), json=body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"]


def test_only_an_administrator_of_the_city_confirms_departures(house: House) -> None:
    roster_id = taken(house, *WITHOUT_TWO, query="?complete=true")["id"]
    house.grant(2, "manager", "DIK")
    assert confirm(house, roster_id, 4, token=house.token_of(2)).status_code == 403
    outsider = house.token_of_machine("administrator", tenant=house.second_city())
    assert confirm(house, roster_id, 4, token=outsider).status_code == 404
    assert confirm(house, str(new_id()), 4).status_code == 404
    assert posts_of(house, 4)[0][3] is None
