"""Errands: what waits for others runs beside the relay, one at a time, and holds up nobody."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shared import clock
from shared.database import Database
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.relay import Relay
from shared.service import Errand
from tests.messaging.tally import completion, create_tables, publisher


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'enrolment.sqlite'}")
    create_tables(database)
    yield database
    database.close()


def relay_with(database: Database, folder: Path, *errands: Errand) -> Relay:
    service = replace(publisher(), errands=dict.fromkeys(errands, timedelta(minutes=1)))
    return Relay(service, database, EmbeddedLog(folder / "events.sqlite"))


def test_events_are_published_while_an_errand_waits_for_somebody(database: Database, tmp_path: Path) -> None:
    began, may_end = threading.Event(), threading.Event()
    calls: list[Database] = []

    def wait_for_a_mail_server(given: Database) -> None:
        calls.append(given)
        began.set()
        may_end.wait(10)

    relay = relay_with(database, tmp_path, wait_for_a_mail_server)
    relay.call_timers()
    assert began.wait(10)
    with database.writing() as session:
        outbox.append(session, completion(new_id()))
    with clock.telling(clock.now() + timedelta(minutes=2)):
        assert relay.step() == 1
        relay.call_timers()
    may_end.set()
    relay.finish_errands()
    assert calls == [database], "It is due again, but not begun while it is under way."


def test_an_errand_that_fails_is_called_again_in_its_time_and_stops_no_other(
    database: Database, tmp_path: Path
) -> None:
    calls: list[str] = []

    def fail(_: Database) -> None:
        calls.append("failing")
        raise RuntimeError("a surprise")

    def succeed(_: Database) -> None:
        calls.append("fine")

    relay = relay_with(database, tmp_path, fail, succeed)
    relay.call_timers()
    relay.finish_errands()
    relay.call_timers()
    relay.finish_errands()
    assert calls == ["failing", "fine"], "Neither is due before a minute has passed."
    with clock.telling(clock.now() + timedelta(minutes=1)):
        relay.call_timers()
    relay.finish_errands()
    assert calls == ["failing", "fine"] * 2
