"""A roster is sent, checked, taken, and taken again."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.identity.api import XLSX
from services.identity.model import Person, PostHeld
from shared.events import Event, decode
from shared.events.identity import JobDefined, PersonAssigned, UnitDefined
from shared.plumbing import outbox
from tests.api.identity.conftest import CITY_ROWS, House, nip, roster, row
from tests.unit.identity.sheets import workbook


def send(house: House, content: bytes, query: str = "") -> TestResponse:
    """Send a roster as an administrator's machine does."""
    token = house.token_of_machine("administrator")
    return house.call("POST", f"/roster-imports{query}", token, data=content, headers={"Content-Type": "text/csv"})


def taken(house: House, *rows: str, query: str = "") -> Any:
    """Send a roster that has no errors."""
    answer = send(house, roster(*rows), query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def said(house: House, after: int) -> list[Event]:
    """The events of the outbox after a position."""
    with house.database.reading() as session:
        bodies = session.scalars(select(outbox.c.body).where(outbox.c.position > after).order_by(outbox.c.position))
        return [decode(body) for body in bodies]


def last_position(house: House) -> int:
    with house.database.reading() as session:
        positions: list[int] = list(session.scalars(select(outbox.c.position)))
    return max(positions)


def posts_of(house: House, number: int) -> list[tuple[str, bool, date, date | None]]:
    """Job, primary or not, first and last day of a person's posts."""
    with house.database.reading() as session:
        found = session.scalars(
            select(PostHeld).where(PostHeld.person_id == house.person(number)).order_by(PostHeld.valid_from)
        )
        return [(post.job, post.primary, post.valid_from, post.valid_to) for post in found]


def test_a_new_roster_creates_units_jobs_and_people_and_says_so(house: House) -> None:
    before = last_position(house)
    done = taken(house, row(nip(21), unit="BAP", job="PERENCANA"), row(nip(22), unit="BAP-1", parent="BAP"))
    assert done["rows"] == 2
    assert done["units"] == {"created": 2, "updated": 0, "unchanged": 0}
    assert done["jobs"] == {"created": 1, "updated": 0, "unchanged": 1}
    assert done["people"] == {"created": 2, "updated": 0, "unchanged": 0}
    events = said(house, before)
    assert [type(event) for event in events] == [UnitDefined, UnitDefined, JobDefined, PersonAssigned, PersonAssigned]
    parent, child = events[0], events[1]
    assert isinstance(parent, UnitDefined)
    assert isinstance(child, UnitDefined)
    assert child.parent == parent.unit


def test_the_same_roster_again_changes_nothing_and_says_nothing(house: House) -> None:
    before = last_position(house)
    done = taken(house, *CITY_ROWS)
    for kind, count in (("units", 5), ("jobs", 4), ("people", 5)):
        assert done[kind] == {"created": 0, "updated": 0, "unchanged": count}
    assert said(house, before) == []


def test_a_new_name_updates_the_person_and_is_no_event(house: House) -> None:
    before = last_position(house)
    done = taken(house, row(nip(3), "Citra Sari", unit="DIK-SD", parent="DIK"), CITY_ROWS[1])
    assert done["people"] == {"created": 0, "updated": 1, "unchanged": 1}
    assert said(house, before) == []
    assert house.json("GET", "/me", house.token_of(3))["name"] == "Citra Sari"


def test_a_move_closes_the_old_post_and_opens_a_new_one_on_its_date(house: House) -> None:
    before = last_position(house)
    taken(house, row(nip(3), "Citra Guru", unit="KES", job="PERAWAT", since="2026-07-01"))
    assert posts_of(house, 3) == [
        ("GURU", True, date(2026, 1, 5), date(2026, 6, 30)),
        ("PERAWAT", True, date(2026, 7, 1), None),
    ]
    (event,) = said(house, before)
    assert isinstance(event, PersonAssigned)
    assert [(post.job, post.valid_to) for post in event.posts] == [("GURU", date(2026, 6, 30)), ("PERAWAT", None)]
    assert event.sequence == 2


def test_a_move_without_a_date_counts_from_the_local_day_of_the_import(house: House) -> None:
    # 18.30 UTC is already the next day in Jakarta.
    with house.telling(datetime(2026, 12, 1, 18, 30, tzinfo=UTC)):
        taken(house, row(nip(3), "Citra Guru", unit="KES", job="PERAWAT", since=""))
    assert posts_of(house, 3)[-1] == ("PERAWAT", True, date(2026, 12, 2), None)
    assert posts_of(house, 3)[0][3] == date(2026, 12, 1)


def test_a_mistake_mended_on_the_same_day_leaves_no_trace(house: House) -> None:
    with house.telling(datetime(2026, 12, 1, 5, tzinfo=UTC)):
        taken(house, row(nip(24), unit="DIK", since=""))
        taken(house, row(nip(24), unit="KES", job="PERAWAT", since=""))
    assert posts_of(house, 24) == [("PERAWAT", True, date(2026, 12, 1), None)]


def test_an_acting_post_stands_beside_the_primary_one_and_ends_when_it_is_gone(house: House) -> None:
    own = row(nip(3), "Citra Guru", unit="DIK-SD", parent="DIK")
    acting = row(nip(3), "Citra Guru", unit="DIK", job="KADIS", since="2026-03-01", status="pelaksana_tugas")
    taken(house, own, acting)
    assert [(job, primary) for job, primary, _, _ in posts_of(house, 3)] == [("GURU", True), ("KADIS", False)]
    with house.telling(datetime(2026, 12, 1, 5, tzinfo=UTC)):
        taken(house, own)
    assert posts_of(house, 3)[1] == ("KADIS", False, date(2026, 3, 1), date(2026, 11, 30))
    assert posts_of(house, 3)[0][3] is None


def test_a_unit_that_changed_its_name_or_parent_is_updated(house: House) -> None:
    before = last_position(house)
    done = taken(house, row(nip(3), "Citra Guru", unit="DIK-SD", parent="KES"), CITY_ROWS[4])
    assert done["units"] == {"created": 0, "updated": 1, "unchanged": 1}
    (event,) = said(house, before)
    assert isinstance(event, UnitDefined)
    assert event.parent == house.unit("KES")


def test_a_part_of_a_city_may_name_a_parent_that_exists_already(house: House) -> None:
    assert taken(house, row(nip(23), unit="DIK-PAUD", parent="DIK"))["people"]["created"] == 1


def test_errors_are_told_by_row_and_nothing_is_taken(house: House) -> None:
    before = last_position(house)
    answer = send(house, roster(row(nip(21)), row("12345"), row(nip(22), since="31-01-2026")))
    problem = answer.get_json()
    assert (answer.status_code, problem["type"]) == (422, "/problems/roster-has-errors")
    assert problem["errors"]["3"][0]["code"] == "nip_form"
    assert problem["errors"]["4"][0]["column"] == "berlaku_sejak"
    assert problem["parameters"]["rows"] == 3
    assert said(house, before) == []
    with house.database.reading() as session:
        assert session.scalar(select(Person.id).where(Person.nip == nip(21))) is None


def test_the_good_rows_are_taken_when_asked_for(house: House) -> None:
    done = send(house, roster(row(nip(21)), row("12345")), "?good_rows=true").get_json()
    assert done["people"]["created"] == 1
    assert [(error["row"], error["column"], error["code"]) for error in done["errors"]] == [(3, "nip", "nip_form")]
    assert house.person(21)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(house: House) -> None:
    before = last_position(house)
    content = roster(row(nip(21), unit="BARU"), row(nip(3), "Nama Lain", unit="DIK-SD", parent="DIK"), row("12345"))
    done = send(house, content, "?dry_run=true").get_json()
    assert (done["dry_run"], done["people"]["created"], done["people"]["updated"]) == (True, 1, 1)
    assert [error["row"] for error in done["errors"]] == [4]
    assert said(house, before) == []
    assert house.json("GET", "/me", house.token_of(3))["name"] == "Citra Guru"
    assert "BARU" not in {unit["code"] for unit in house.json("GET", "/units", house.token_of(3))["items"]}


def test_a_move_dated_before_the_present_post_is_an_error_of_its_row(house: House) -> None:
    answer = send(house, roster(row(nip(3), "Citra Guru", unit="KES", job="PERAWAT", since="2025-12-01")))
    assert answer.get_json()["errors"]["2"][0]["code"] == "move_before_present_post"
    assert posts_of(house, 3) == [("GURU", True, date(2026, 1, 5), None)]


def test_a_nip_of_another_city_is_an_error_of_its_row(house: House) -> None:
    house.second_city()
    answer = send(house, roster(row(nip(9), "Fajar Lain")))
    assert answer.get_json()["errors"]["2"][0]["code"] == "nip_elsewhere"
    assert nip(9) not in answer.text


def test_a_ring_over_units_that_exist_already_is_refused(house: House) -> None:
    answer = send(house, roster(row(nip(2), "Bima Kepala", unit="DIK", job="KADIS", parent="DIK-SD")))
    assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/units-form-ring")


def test_events_hold_no_name_and_no_nip(house: House) -> None:
    with house.database.reading() as session:
        bodies = "".join(session.scalars(select(outbox.c.body)))
    assert "PersonAssigned" not in bodies
    assert "wiyata.identity.person.assigned.v1" in bodies
    assert nip(3) not in bodies
    assert "Citra" not in bodies


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data"])
def test_a_roster_is_sent_as_csv(house: House, kind: str) -> None:
    token = house.token_of_machine("administrator")
    answer = house.call("POST", "/roster-imports", token, data=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n1,2\n", b'"'])
def test_a_file_that_is_no_roster_says_so(house: House, content: bytes) -> None:
    assert send(house, content).status_code == 422


def test_an_xlsx_roster_is_taken_as_its_csv_is(house: House) -> None:
    token, kind = house.token_of_machine("administrator"), {"Content-Type": XLSX}
    cells = [line.split(",") for line in roster(*CITY_ROWS).decode().splitlines()]
    done = house.json("POST", "/roster-imports", token, data=workbook(*cells), headers=kind)
    assert done["people"] == {"created": 0, "updated": 0, "unchanged": 5}
    assert done["rows"] == 5
    refused = house.call("POST", "/roster-imports", token, data=roster(*CITY_ROWS), headers=kind)
    assert refused.status_code == 422
    assert [one["code"] for one in refused.get_json()["errors"]["1"]] == ["xlsx_broken"]
