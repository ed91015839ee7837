"""What people are told about themselves: their rows, what was said about them since they last asked, single events."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from shared import clock
from shared.events import Event, encode
from shared.events.catalogue import CourseWithdrawn
from shared.events.evaluation import CompetencyLevelChanged
from shared.ids import new_id
from shared.messaging import outbox as speaking
from shared.plumbing import accesses, letters, outbox
from shared.web.auth import Role
from tests.unit.web.tiny import CITY, OTHER_CITY, Entry, House, bearer

PERSON, OTHER = new_id(), new_id()
AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.telling(clock.now()):
        yield


def level(person: UUID, to: int, tenant: UUID = CITY) -> CompetencyLevelChanged:
    return CompetencyLevelChanged(
        tenant=tenant, person=person, competency="PP", from_=None, to=to, cause=new_id(), time=AT
    )


def say(house: House, *events: Event) -> list[str]:
    """Say events; give their ids."""
    with house.database.writing() as session:
        return [str(one.id) for one in speaking.append(session, *events)]


def publish(house: House, batch: int, *ids: str) -> None:
    """Mark events as a relay does that has published them."""
    with house.database.writing() as session:
        wanted = outbox.c.id.in_([UUID(one) for one in ids])
        session.execute(update(outbox).where(wanted).values(published_at=AT, batch=batch))


def changes(house: House, query: str = "", person: UUID = PERSON, **claims: Any) -> Any:
    answer = house.client.get(f"/me/changes{query}", headers=bearer("learner", sub=str(person), **claims))
    assert answer.status_code == 200, answer.json
    return answer.json


def ids(said: Any) -> list[str]:
    return [one["id"] for one in said["items"]]


def ask(house: House, path: str, *roles: Role, **claims: Any) -> int:
    return house.client.get(path, headers=bearer(*roles, **claims)).status_code


def test_people_take_along_all_of_their_rows_and_nobody_elses_and_no_secret(house: House) -> None:
    (said, _) = say(house, level(PERSON, 2), level(OTHER, 3))
    with house.database.writing() as session:
        session.add_all(
            Entry(id=new_id(), tenant=tenant, person=person, text=text, secret="hush")
            for tenant, person, text in ((CITY, PERSON, "mine"), (CITY, OTHER, "theirs"), (OTHER_CITY, PERSON, "far"))
        )
        row = {"event_id": new_id(), "tenant": CITY, "type": "x", "partition": 0, "state": "dead", "reason": "secret"}
        unread = {"tries": 1, "trace": "secret", "body": encode(level(PERSON, 4)), "at": AT}
        session.execute(insert(letters), {**row, **unread, "key": str(PERSON)})
    house.client.get("/diaries", headers=bearer("trainer", sub=str(OTHER)))
    taken = house.client.get("/me/data", headers=bearer("learner", sub=str(PERSON)))

    assert taken.status_code == 200
    assert taken.json is not None
    sections = taken.json["sections"]
    assert {name: taken.json[name] for name in ("format", "service", "person")} == {
        "format": 1,
        "service": "tiny",
        "person": str(PERSON),
    }
    assert datetime.fromisoformat(taken.json["exported_at"]) == clock.now()
    assert [(one["person"], one["text"]) for one in sections["entries"]] == [(str(PERSON), "mine")]
    assert [one["reader"] for one in sections["accesses"]] == [str(OTHER)]
    assert [one["body"]["id"] for one in sections["events"]] == [said]
    assert [one["body"]["data"]["to"] for one in sections["undelivered_events"]] == [4]
    assert "hush" not in taken.text
    assert "secret" not in taken.text
    assert house.client.get("/me/data").status_code == 401


def test_who_asks_without_a_mark_is_told_what_was_said_last_and_goes_on_from_there(house: House) -> None:
    said = say(house, *(level(PERSON, to) for to in (1, 2, 3)))
    publish(house, 1, *said)
    last = changes(house, "?limit=2")

    assert ids(last) == said[1:]
    assert not last["more"]
    assert last["items"][0] == {
        "id": said[1],
        "type": "wiyata.evaluation.competency.level.changed.v1",
        "time": "2026-11-22T06:00:00.000Z",
        "subject": f"person/{PERSON}",
        "sequence": 2,
        "correlation": "",
        "data": {**last["items"][0]["data"], "person": str(PERSON), "competency": "PP", "from": None, "to": 2},
    }
    assert ids(changes(house, f"?since={last['mark']}")) == []
    [newer] = say(house, level(PERSON, 4))
    publish(house, 2, newer)
    assert ids(changes(house, f"?since={last['mark']}")) == [newer]


def test_who_was_away_for_long_catches_up_in_steps_and_misses_nothing(house: House) -> None:
    nothing = changes(house)
    assert (nothing["items"], nothing["more"]) == ([], False)
    said = say(house, *(level(PERSON, to) for to in (1, 2, 3)))
    publish(house, 1, *said)
    first = changes(house, f"?since={nothing['mark']}&limit=2")
    second = changes(house, f"?since={first['mark']}&limit=2")

    assert (ids(first), first["more"]) == (said[:2], True)
    assert (ids(second), second["more"]) == (said[2:], False)


def test_an_event_that_was_said_earlier_and_published_later_is_told_after_the_mark(house: House) -> None:
    earlier, later = say(house, level(PERSON, 1), level(PERSON, 2))
    publish(house, 1, later)
    mark = changes(house)["mark"]
    publish(house, 2, earlier)

    assert ids(changes(house, f"?since={mark}")) == [earlier]


def test_what_is_not_published_yet_or_about_somebody_else_is_not_told(house: House) -> None:
    say(house, level(PERSON, 1))
    publish(
        house,
        1,
        *say(house, level(OTHER, 1), level(PERSON, 1, OTHER_CITY), CourseWithdrawn(tenant=CITY, course=PERSON)),
    )

    assert changes(house)["items"] == []
    assert changes(house, "?since=0-0")["items"] == []
    assert ids(changes(house, person=PERSON, tenant=str(OTHER_CITY)))
    assert house.client.get("/me/changes").status_code == 401


@pytest.mark.parametrize("mark", ["", "x", "1", "1-2-3", "-1-2", "1-99999999999999999999"])
def test_a_mark_that_was_never_given_is_refused(house: House, mark: str) -> None:
    assert ask(house, f"/me/changes?since={mark}", "learner") == 422


def test_an_event_is_shown_to_its_person_and_to_those_above_and_to_nobody_else(house: House) -> None:
    about_person, about_course = say(house, level(CITY, 1), CourseWithdrawn(tenant=CITY, course=new_id()))
    path = f"/events/{about_person}"

    assert ask(house, path, "learner", sub=str(CITY)) == 200
    assert ask(house, path, "manager", sub=str(OTHER)) == 200
    assert ask(house, path, "analyst", sub=str(OTHER)) == 200
    assert ask(house, path, "administrator", sub=str(OTHER)) == 200
    assert ask(house, path, "learner", "trainer", sub=str(OTHER)) == 404
    assert ask(house, path, "administrator", sub=str(CITY), tenant=str(OTHER_CITY)) == 404
    assert ask(house, path, machine=True) == 404
    assert house.client.get(path).status_code == 401
    assert ask(house, f"/events/{about_course}", "analyst") == 200
    assert ask(house, f"/events/{about_course}", "manager", "learner") == 404
    assert ask(house, f"/events/{new_id()}", "analyst") == 404


def test_an_event_of_a_person_whom_the_manager_does_not_oversee_looks_like_none(house: House) -> None:
    [hidden] = say(house, level(OTHER, 1))
    refused = house.client.get(f"/events/{hidden}", headers=bearer("manager"))
    unknown = house.client.get(f"/events/{new_id()}", headers=bearer("manager"))

    assert refused.json is not None
    assert unknown.json is not None
    assert refused.json | {"instance": ""} == unknown.json | {"instance": ""}


def test_looking_at_the_event_of_another_is_a_look_at_their_rows(house: House) -> None:
    about_person, about_course = say(house, level(CITY, 1), CourseWithdrawn(tenant=CITY, course=new_id()))
    for sub, event in ((CITY, about_person), (OTHER, about_person), (OTHER, about_course)):
        assert ask(house, f"/events/{event}", "analyst", sub=str(sub)) == 200
    with house.database.reading() as session:
        looks = session.execute(select(accesses.c.person, accesses.c.reader, accesses.c.operation)).all()

    assert [tuple(look) for look in looks] == [(CITY, OTHER, "personal.show_event")]
