"""The doorbell: whoever waits hears every ring, from its own process and, on PostgreSQL, from another."""

import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from deploy.postgres.server import Server
from shared.database import Database
from shared.events.identity import JobDefined
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.doorbell import Bell, bell
from shared.messaging.notification import Announcer, Listener
from shared.plumbing import tables

LONG = 20.0
"""Seconds that no test waits unless it fails."""


def test_a_ring_between_looking_and_waiting_is_not_missed() -> None:
    one = Bell()
    heard = one.rings
    one.ring()
    assert one.wait(heard, LONG) == heard + 1


def test_who_waits_is_woken() -> None:
    one = Bell()
    woken: list[int] = []
    waiting = threading.Thread(target=lambda: woken.append(one.wait(0, LONG)))
    waiting.start()
    one.ring()
    waiting.join(LONG)
    assert woken == [1]


def test_waiting_ends_without_a_ring() -> None:
    assert Bell().wait(0, 0.01) == 0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path / 'one.sqlite'}")) as opened:
        with opened.writing() as session:
            tables.create_all(session.connection())
        yield opened


def say(session: Session) -> None:
    outbox.append(session, JobDefined(tenant=new_id(), job="analyst", position_type="functional", name="Analyst"))


def test_what_is_said_rings_at_the_commit_and_not_before(database: Database) -> None:
    one = bell(str(database.engine.url.database))
    before = one.rings
    with database.writing() as session:
        say(session)
        assert one.rings == before
    assert one.rings == before + 1


def test_a_unit_that_failed_or_said_nothing_does_not_ring(database: Database) -> None:
    one = bell(str(database.engine.url.database))
    before = one.rings
    with database.writing():
        pass
    with suppress(ZeroDivisionError), database.writing() as session:
        say(session)
        raise ZeroDivisionError
    assert one.rings == before


def test_on_postgresql_a_ring_reaches_another_process(postgres_server: Server) -> None:
    """Both ends stand in this process under two names of one database, as in two processes."""
    postgres_server.create_databases("bell_", ["one"])
    address = postgres_server.url("worker", "bell_").format(service="one")
    listener = Listener(address)
    announcer = Announcer(postgres_server.url("web", "bell_").format(service="one"))
    one = bell("bell_one")
    try:
        passed = 0
        for _ in range(int(LONG)):  # Until both are connected; after that each ring comes back as a second one.
            before = one.rings
            one.ring()
            if one.wait(before + 1, 1.0) > before + 1:
                passed += 1
                break
        assert passed
    finally:
        announcer.stop()
        listener.stop()
        postgres_server.drop_databases("bell_", ["one"])
