"""Whoever looks at another person's rows is written down for that person, before the answer leaves."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from shared import clock
from shared.forgetting import forget_person
from shared.ids import new_id
from shared.plumbing import accesses, requests
from shared.web.accesses import forget_old_accesses
from shared.web.auth import Role
from tests.unit.web.tiny import CITY, OTHER_CITY, Entry, House, bearer

WRITER, OTHER = new_id(), new_id()


def write(house: House, *people: UUID) -> list[UUID]:
    """Let people write in their diaries."""
    with house.database.writing() as session:
        entries = [Entry(id=new_id(), tenant=CITY, person=one, text="dear diary", secret="s") for one in people]
        session.add_all(entries)
    return [entry.id for entry in entries]


def looks(house: House) -> list[tuple[UUID, UUID, str, str]]:
    """Give whose rows were looked at, by whom, as what and where."""
    with house.database.reading() as session:
        rows = session.execute(select(accesses).order_by(accesses.c.id))
        return [(row.person, row.reader, row.role, row.operation) for row in rows]


def mine(house: House, person: UUID, query: str = "", **claims: Any) -> Any:
    answer = house.client.get(f"/me/accesses{query}", headers=bearer("learner", sub=str(person), **claims))
    assert answer.status_code == 200
    assert answer.json is not None
    return answer.json


def test_whoever_is_shown_in_a_list_finds_out_by_whom(house: House) -> None:
    write(house, WRITER, OTHER, WRITER)
    reader = new_id()
    shown = house.client.get("/diaries", headers=bearer("trainer", sub=str(reader)))

    assert shown.status_code == 200
    assert sorted(looks(house)) == sorted(
        (person, reader, "trainer", "diaries.list_entries") for person in (WRITER, OTHER)
    )
    [look] = mine(house, WRITER)["items"]
    assert look | {"at": None} == {
        "at": None,
        "by": str(reader),
        "machine": False,
        "role": "trainer",
        "operation": "diaries.list_entries",
        "correlation": shown.headers["X-Request-ID"],
    }


def test_nobody_is_told_of_their_own_looks(house: House) -> None:
    write(house, WRITER)
    house.client.get("/diaries", headers=bearer("trainer", sub=str(WRITER)))

    assert looks(house) == []


def test_a_machine_is_never_the_person_it_looks_at(house: House) -> None:
    write(house, WRITER)
    house.client.get("/diaries", headers=bearer("trainer", sub=str(WRITER), machine=True))

    assert [look["machine"] for look in mine(house, WRITER)["items"]] == [True]


@pytest.mark.parametrize(
    ("held", "used"),
    [
        (("trainer", "learner"), "trainer"),
        (("manager", "administrator"), "administrator"),
        (("analyst", "manager"), "manager"),
    ],
)
def test_the_role_is_the_one_that_opened_the_door(house: House, held: tuple[Role, ...], used: str) -> None:
    write(house, WRITER)
    house.client.get("/diaries", headers=bearer(*held))

    assert [role for _, _, role, _ in looks(house)] == [used]


def test_a_change_that_shows_a_row_is_written_down_with_it(house: House) -> None:
    [entry] = write(house, WRITER)
    assert house.client.put(f"/diaries/{entry}", json={"title": "mended"}, headers=bearer("trainer")).status_code == 200

    assert [person for person, *_ in looks(house)] == [WRITER]


def test_a_request_that_is_refused_has_shown_nothing(house: House) -> None:
    [entry] = write(house, WRITER)
    refused = house.client.put(f"/diaries/{entry}", json={"title": "nonsense"}, headers=bearer("trainer"))

    assert refused.status_code == 409
    assert looks(house) == []


def test_an_answer_that_cannot_be_written_down_does_not_go_out(house: House) -> None:
    write(house, WRITER)
    with house.database.writing() as other:
        other.execute(text("SELECT 1"))
        answer = house.client.get("/diaries", headers=bearer("trainer"))

    assert answer.status_code == 503
    assert "dear diary" not in answer.text


def test_a_view_that_shows_people_and_does_not_say_whom_answers_nothing(house: House) -> None:
    assert house.client.get("/diaries/secrets", headers=bearer()).status_code == 500


def test_looks_come_newest_first_and_in_pages(house: House) -> None:
    write(house, WRITER)
    readers = [new_id() for _ in range(3)]
    for reader in readers:
        house.client.get("/diaries", headers=bearer("trainer", sub=str(reader)))
    first = mine(house, WRITER, "?limit=2")
    rest = mine(house, WRITER, f"?after={first['next']}")

    assert [look["by"] for look in [*first["items"], *rest["items"]]] == [str(one) for one in reversed(readers)]


def test_an_outsider_sees_nobodys_looks_but_their_own(house: House) -> None:
    write(house, WRITER)
    house.client.get("/diaries", headers=bearer("trainer"))

    assert mine(house, OTHER)["items"] == []
    assert mine(house, WRITER, tenant=str(OTHER_CITY))["items"] == []
    assert house.client.get("/me/accesses").status_code == 401


def test_looks_are_forgotten_after_two_years_or_as_the_setting_says_a_batch_at_a_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left_after(days: int) -> int:
        with clock.telling(clock.now() + timedelta(days=days)), house.database.writing() as session:
            forget_old_accesses(session)
        return len(looks(house))

    write(house, *(new_id() for _ in range(5)))
    house.client.get("/diaries", headers=bearer("trainer"))
    monkeypatch.setattr("shared.web.accesses.FORGOTTEN_AT_ONCE", 2)

    assert left_after(729) == 5
    assert [left_after(731), left_after(731)] == [3, 1]
    monkeypatch.setenv("WIYATA_ACCESSES_KEPT_DAYS", "30")
    assert [left_after(29), left_after(31)] == [1, 0]


def test_a_person_who_is_forgotten_leaves_no_looks_and_no_kept_answers(house: House) -> None:
    write(house, WRITER, OTHER)
    house.client.get("/diaries", headers=bearer("trainer"))
    for person in (WRITER, OTHER):
        claims = {"sub": str(person)}
        headers = {**bearer("trainer", **claims), "Idempotency-Key": "one"}
        assert house.client.post("/items", json={"title": "a lamp"}, headers=headers).status_code == 201
    with house.database.writing() as session:
        forget_person(session, CITY, WRITER)
    with house.database.reading() as session:
        kept = session.scalars(select(requests.c.subject)).all()

    assert [person for person, *_ in looks(house)] == [OTHER]
    assert kept == [str(OTHER)]
