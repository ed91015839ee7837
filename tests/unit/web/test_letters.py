"""Dead letters over the API: who sees which, what may be decided about them, and what is noted of that."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from shared import audit
from shared.events import encode
from shared.events.evaluation import CompetencyLevelChanged
from shared.ids import NATIONAL, new_id
from shared.messaging import letters
from shared.messaging.letters import Undelivered
from shared.plumbing import accesses, inbox
from shared.plumbing import letters as letter_table
from shared.web.auth import Role
from tests.unit.web.tiny import CITY, OTHER_CITY, House, bearer

ADMINISTRATOR, OPERATOR = new_id(), new_id()
EVERYONE_ELSE: tuple[Role, ...] = ("learner", "trainer", "manager", "analyst")


def put_aside(house: House, *, tenant: UUID | None = CITY, key: str = "", body: str = "", behind: int = 0) -> UUID:
    """Keep an event as a dead letter, with others parked behind it; give the id of the dead one."""
    ids = [new_id() for _ in range(1 + behind)]
    key = key or f"course/{ids[0]}"
    kept = [
        Undelivered(event_id=one, tenant=tenant, type="x.y.v1", key=key, partition=1, body=body or '{"id": "x"}')
        for one in ids
    ]
    with house.database.writing() as session:
        letters.bury(session, kept[0], reason="KeyError in 5 tries.", trace="model.py:7 judge", tries=5)
        for one in kept[1:]:
            letters.park(session, one)
    return ids[0]


def ask(house: House, method: str, path: str, role: Role = "administrator", **sent: Any) -> Any:
    who = {"sub": str(OPERATOR), "tenant": str(NATIONAL)} if role == "operator" else {"sub": str(ADMINISTRATOR)}
    return house.client.open(path, method=method, headers=bearer(role, **{**who, **sent.pop("claims", {})}), **sent)


def listed(house: House, query: str = "", role: Role = "administrator") -> list[str]:
    answer = ask(house, "GET", f"/letters{query}", role)
    assert answer.status_code == 200, answer.json
    return [one["event"] for one in answer.json["items"]]


def state_of(house: House, event: UUID) -> tuple[str, str]:
    """Give the state of a letter, and that of its event in the inbox."""
    with house.database.reading() as session:
        kept = session.scalar(select(inbox.c.state).where(inbox.c.event_id == event))
        return letters.state_of(session, event), str(kept)


def acts(house: House) -> list[tuple[str, str, str]]:
    with house.database.reading() as session:
        assert audit.verify(session).fault == ""
        return [(str(one["role"]), str(one["act"]), str(one["subject"])) for one in audit.newest(session, 9)]


def test_a_letter_is_shown_with_its_event_and_why_it_was_not_handled(house: House) -> None:
    person = new_id()
    event = CompetencyLevelChanged(tenant=CITY, person=person, competency="PP", from_=None, to=2, cause=new_id())
    dead = put_aside(house, key=str(person), body=encode(event), behind=2)
    (first, *_) = ask(house, "GET", "/letters").json["items"]
    shown = ask(house, "GET", f"/letters/{dead}").json

    assert {name: first[name] for name in ("event", "state", "reason", "tries", "key")} == {
        "event": str(dead),
        "state": "dead",
        "reason": "KeyError in 5 tries.",
        "tries": 5,
        "key": str(person),
    }
    assert shown["envelope"] == json.loads(encode(event))
    assert (shown["raw"], shown["trace"], shown["behind"]) == (None, "model.py:7 judge", 2)


@pytest.mark.parametrize("body", ["no json", "[1]", "[" * 5000, '"text"'])
def test_what_is_no_event_is_shown_as_it_came(house: House, body: str) -> None:
    dead = put_aside(house, tenant=None, body=body)
    shown = ask(house, "GET", f"/letters/{dead}", "operator").json

    assert (shown["envelope"], shown["raw"], shown["tenant"]) == (None, body, None)


def test_letters_are_listed_by_state_line_and_type_the_newest_last_and_in_pages(house: House) -> None:
    first, second = put_aside(house, key="course/a", behind=1), put_aside(house, key="course/b")
    assert listed(house, "?state=dead") == [str(first), str(second)]
    assert listed(house, "?key=course/b") == [str(second)]
    assert len(listed(house, "?state=parked&type=x.y.v1")) == 1
    assert listed(house, "?state=discarded") == listed(house, "?type=other") == []
    page = ask(house, "GET", "/letters?state=dead&limit=1").json
    assert listed(house, f"?state=dead&after={page['next']}") == [str(second)]
    assert ask(house, "GET", "/letters?state=lost").status_code == 422


def test_an_administrator_works_on_letters_of_the_own_tenant_and_an_operator_on_all(house: House) -> None:
    own, foreign = put_aside(house), put_aside(house, tenant=OTHER_CITY)
    national, broken = put_aside(house, tenant=NATIONAL), put_aside(house, tenant=None)

    assert listed(house) == [str(own)]
    assert listed(house, role="operator") == [str(one) for one in (own, foreign, national, broken)]
    for hidden in (foreign, national, broken):
        for method, path in (("GET", ""), ("PUT", "/replay"), ("PUT", "/discard")):
            body = {"reason": "not_needed"} if path == "/discard" else None
            assert ask(house, method, f"/letters/{hidden}{path}", json=body).status_code == 404
        assert state_of(house, hidden)[0] == "dead"
    assert ask(house, "POST", "/letters/replays", json={"type": "x.y.v1"}).json["events"] == [str(own)]
    assert ask(house, "PUT", f"/letters/{broken}/discard", "operator", json={"reason": "not_needed"}).status_code == 200


def test_nobody_else_sees_or_decides_anything(house: House) -> None:
    dead = put_aside(house)
    doors = [("GET", "/letters"), ("GET", f"/letters/{dead}"), ("PUT", f"/letters/{dead}/replay"), ("GET", "/audit")]
    doors += [("PUT", f"/letters/{dead}/discard"), ("POST", "/letters/replays")]
    for method, path in doors:
        assert house.client.open(path, method=method).status_code == 401
        assert house.client.open(path, method=method, headers=bearer(*EVERYONE_ELSE)).status_code == 403
    assert listed(house) == [str(dead)]
    assert ask(house, "GET", "/letters", "operator", claims={"tenant": str(OTHER_CITY)}).json["items"] == []


def test_a_letter_that_is_to_be_replayed_is_due_until_the_consumer_comes_and_asking_twice_is_once(house: House) -> None:
    dead = put_aside(house, behind=1)
    answers = [ask(house, "PUT", f"/letters/{dead}/replay") for _ in range(2)]

    assert [(one.status_code, one.json["state"]) for one in answers] == [(202, "due"), (202, "due")]
    assert state_of(house, dead) == ("due", "due")
    assert acts(house) == [("administrator", "letter.replayed", f"event/{dead}")]
    with house.database.reading() as session:
        assert letters.left_lines(session, [1]) == [f"course/{dead}"]


def test_only_the_head_of_a_line_can_be_decided_on(house: House) -> None:
    dead = put_aside(house, behind=1)
    (parked,) = listed(house, "?state=parked")
    refused = [
        ask(house, "PUT", f"/letters/{parked}/replay"),
        ask(house, "PUT", f"/letters/{parked}/discard", json={"reason": "not_needed"}),
    ]
    assert [(one.status_code, one.json["type"]) for one in refused] == [(409, "/problems/letter-is-not-next")] * 2
    assert ask(house, "PUT", f"/letters/{dead}/discard", json={"reason": "not_needed"}).json["state"] == "discarded"
    assert ask(house, "PUT", f"/letters/{dead}/replay").status_code == 409
    with house.database.reading() as session:
        assert letters.left_lines(session, [1]) == [f"course/{dead}"], "The consumer lets the line go on."


def test_many_letters_are_replayed_by_type_line_or_reason_and_no_more_than_asked_for(house: House) -> None:
    dead = [str(put_aside(house)) for _ in range(3)]
    first = ask(house, "POST", "/letters/replays", json={"reason": "KeyError in 5 tries.", "limit": 2}).json
    rest = ask(house, "POST", "/letters/replays", json={"type": "x.y.v1", "limit": 2}).json

    assert (first, rest) == ({"events": dead[:2], "more": True}, {"events": dead[2:], "more": False})
    assert ask(house, "POST", "/letters/replays", json={"key": "course/none"}).json["events"] == []
    assert ask(house, "POST", "/letters/replays", json={"limit": 2}).status_code == 422
    assert ask(house, "POST", "/letters/replays", json={"type": "x", "limit": 1001}).status_code == 422
    assert len(acts(house)) == 3


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"reason": "because"},
        {"reason": "not_needed", "ticket": "Budi asked"},
        {"reason": "not_needed", "note": "x"},
    ],
)
def test_a_reason_is_a_code_and_leaves_no_room_for_a_name(house: House, sent: dict[str, str]) -> None:
    dead = put_aside(house)

    assert ask(house, "PUT", f"/letters/{dead}/discard", json=sent).status_code == 422
    assert state_of(house, dead)[0] == "dead"


def test_who_decided_what_is_told_by_the_audit_log_newest_first_and_of_the_own_tenant(house: House) -> None:
    own, foreign = put_aside(house), put_aside(house, tenant=OTHER_CITY)
    ask(house, "PUT", f"/letters/{own}/replay")
    ask(house, "PUT", f"/letters/{foreign}/discard", "operator", json={"reason": "said_again", "ticket": "OPS-17"})
    told = ask(house, "GET", "/audit", "operator").json["items"]

    assert [(one["actor"], one["role"], one["act"], one["tenant"]) for one in told] == [
        (str(OPERATOR), "operator", "letter.discarded", str(OTHER_CITY)),
        (str(ADMINISTRATOR), "administrator", "letter.replayed", str(CITY)),
    ]
    assert told[0]["details"] == {"type": "x.y.v1", "reason": "said_again", "ticket": "OPS-17"}
    assert told[0]["previous"] == told[1]["hash"]
    assert [one["subject"] for one in ask(house, "GET", "/audit").json["items"]] == [f"event/{own}"]
    assert ask(house, "GET", "/audit?act=letter.discarded").json["items"] == []


def test_who_looks_at_the_letter_of_a_person_looks_at_the_persons_rows(house: House) -> None:
    person, far = new_id(), new_id()
    mine, theirs = put_aside(house, key=str(person)), put_aside(house, key=str(far), tenant=OTHER_CITY)
    put_aside(house)
    ask(house, "GET", f"/letters/{mine}")
    ask(house, "GET", f"/letters/{theirs}", "operator")
    with house.database.reading() as session:
        looks = session.execute(select(accesses.c.tenant, accesses.c.person, accesses.c.reader)).all()

    assert [tuple(look) for look in looks] == [(CITY, person, ADMINISTRATOR), (OTHER_CITY, far, OPERATOR)]
    ask(house, "GET", "/letters", "operator")
    with house.database.reading() as session:
        seen = session.scalars(select(accesses.c.tenant).where(accesses.c.operation == "letters.list_letters")).all()
    assert sorted(seen) == sorted([CITY, OTHER_CITY])


def test_an_act_that_is_not_committed_is_not_noted(house: House) -> None:
    dead = put_aside(house)
    with house.database.session() as session:
        audit.note(session, act="letter.replayed", subject=f"event/{dead}", tenant=CITY)
        session.execute(letter_table.update().values(reason="x"))
        session.rollback()
        session.commit()

    assert acts(house) == []
