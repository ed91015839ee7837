"""On PostgreSQL positions become visible out of order, and `/me/changes` leaves nothing out all the same.

An id is drawn when a row is written and seen when its transaction commits, so that a reader who goes on behind the
highest position misses whoever was slower. The relay's transactions follow each other, and readers follow those.
"""

import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from deploy.postgres.server import Server
from shared import clock
from shared.events import Event
from shared.events.evaluation import EvidenceWithdrawn
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.operations import republish
from shared.messaging.relay import Relay
from shared.plumbing import outbox as outbox_table
from tests.unit.web.tiny import CITY, SERVICE, House, bearer, open_house

PREFIX = "changes_"
PATIENCE = 60.0


@pytest.fixture
def house(postgres_server: Server, tmp_path: Path) -> Iterator[House]:
    postgres_server.drop_databases(PREFIX, ["tiny"])
    postgres_server.create_databases(PREFIX, ["tiny"])
    opened = open_house(tmp_path, database_web=postgres_server.url("owner", PREFIX))
    yield opened
    opened.database.close()
    postgres_server.drop_databases(PREFIX, ["tiny"])


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    log = EmbeddedLog(tmp_path / "events.sqlite")
    yield log
    log.close()


def withdrawn(person: UUID) -> EvidenceWithdrawn:
    """Make an event about a person whose aggregate is nobody else's, so that no lock puts it in a line."""
    return EvidenceWithdrawn(tenant=CITY, piece=new_id(), person=person, competency=None, reason="unreliable")


def changes(house: House, person: UUID, query: str = "") -> Mapping[str, Any]:
    answer = house.app.test_client().get(f"/me/changes{query}", headers=bearer("learner", sub=str(person)))
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return dict(answer.json)


def ids(said: Mapping[str, Any]) -> list[str]:
    return [one["id"] for one in said["items"]]


def test_who_was_slower_to_commit_is_told_after_the_mark(house: House, log: EmbeddedLog) -> None:
    person, relay = new_id(), Relay(SERVICE, house.database, log)
    with house.database.writing() as slow:
        [overtaken] = outbox.append(slow, withdrawn(person))
        with house.database.writing() as quick:
            [first] = outbox.append(quick, withdrawn(person))
        relay.step()
        told = changes(house, person)
    relay.step()
    with house.database.reading() as session:
        written = session.scalars(select(outbox_table.c.id).order_by(outbox_table.c.position)).all()

    assert written == [overtaken.id, first.id]
    assert ids(changes(house, person, "?since=999999999999999999-999999999999999999")) == []
    assert ids(told) == [str(first.id)]
    assert ids(changes(house, person, f"?since={told['mark']}")) == [str(overtaken.id)]


def test_a_clock_that_goes_back_between_two_relays_hides_nothing(house: House, log: EmbeddedLog) -> None:
    person = new_id()
    said: list[Event] = []
    mark = changes(house, person)["mark"]
    for early in (timedelta(), timedelta(minutes=5)):
        with house.database.writing() as session:
            said += outbox.append(session, withdrawn(person))
        at = clock.now() - early
        with clock.telling(at):
            Relay(SERVICE, house.database, log).step()
        told = changes(house, person, f"?since={mark}")
        assert ids(told) == [str(said[-1].id)]
        mark = told["mark"]


def test_what_is_published_anew_is_told_once_more_and_what_comes_then_is_told(
    house: House, log: EmbeddedLog, tmp_path: Path
) -> None:
    person = new_id()
    with house.database.writing() as session:
        [before] = outbox.append(session, withdrawn(person))
    Relay(SERVICE, house.database, log).step()
    mark = changes(house, person)["mark"]
    emptied = EmbeddedLog(tmp_path / "other.sqlite")
    republish(SERVICE, house.database, emptied)
    with house.database.writing() as session:
        [after] = outbox.append(session, withdrawn(person))
    assert ids(changes(house, person, f"?since={mark}")) == []
    Relay(SERVICE, house.database, emptied).step()
    emptied.close()

    assert ids(changes(house, person, f"?since={mark}")) == [str(before.id), str(after.id)]


def test_a_reader_beside_many_writers_and_two_relays_misses_nothing_and_is_told_nothing_twice(
    house: House, log: EmbeddedLog
) -> None:
    person, writers, each = new_id(), 6, 40
    relays = [Relay(SERVICE, house.database, log, pause=0.01) for _ in range(2)]

    def write() -> None:
        for number in range(each):
            with house.database.writing() as session:
                outbox.append(session, withdrawn(person))
                if number % 3 == 0:  # Let others pass by.
                    session.execute(select(outbox_table.c.id).order_by(outbox_table.c.id)).all()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    threads += [threading.Thread(target=relay.run) for relay in relays]
    mark, until = changes(house, person)["mark"], monotonic() + PATIENCE
    seen: list[str] = []
    for thread in threads:
        thread.start()
    while len(seen) < writers * each and monotonic() < until:
        told = changes(house, person, f"?since={mark}&limit=7")
        seen += ids(told)
        mark = told["mark"]
    for relay in relays:
        relay.stop()
    for thread in threads:
        thread.join(PATIENCE)
    with house.database.reading() as session:
        said = {str(one) for one in session.scalars(select(outbox_table.c.id))}

    assert len(said) == writers * each
    assert len(seen) == len(set(seen))
    assert set(seen) == said
