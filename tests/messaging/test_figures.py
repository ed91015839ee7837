"""What a relay and a consumer show on `/metrics` is how things stand when somebody asks, also while the log is away."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.orm import Session

from shared import clock
from shared.database import Database
from shared.errors import LogUnavailable, Reject
from shared.events import encode
from shared.ids import new_id
from shared.messaging import inbox
from shared.messaging.consumer import Consumer
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.log import Message, Record
from shared.messaging.outbox import partition_of
from shared.messaging.relay import Relay
from shared.messaging.standing import standing
from shared.plumbing import PARTITIONS
from shared.testing import Suite
from tests.messaging import tally
from tests.messaging.conftest import say
from tests.messaging.tally import Broken, completion

Figures = dict[tuple[str, ...], float]
"""The value of a series by its name and the values of its labels."""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    opened = EmbeddedLog(tmp_path / "events.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def flow(log: EmbeddedLog, tmp_path: Path) -> Iterator[Suite]:
    suite = tally.on_sqlite(tmp_path, log)
    yield suite
    suite.close()
    Broken.forget()


def figures() -> Figures:
    """What somebody reads who asks now."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in standing.collect()
        for sample in family.samples
    }


def shown_by_a_relay(flow: Suite, name: str) -> Figures:
    with standing.relaying(name, flow[name].database):
        return figures()


def test_an_outbox_shows_how_much_waits_and_for_how_long(flow: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    say(flow, completion(new_id()), completion(new_id()))
    said_at: datetime = clock.now()
    monkeypatch.setattr(clock, "now", lambda: said_at + timedelta(seconds=90))

    shown = shown_by_a_relay(flow, "enrolment")

    assert shown["wiyata_outbox_events", "enrolment"] == 2
    assert shown["wiyata_outbox_oldest_seconds", "enrolment"] == pytest.approx(90, abs=5)


def test_an_empty_outbox_shows_that_nothing_waits(flow: Suite) -> None:
    shown = shown_by_a_relay(flow, "enrolment")

    assert shown["wiyata_outbox_events", "enrolment"] == 0
    assert shown["wiyata_outbox_oldest_seconds", "enrolment"] == 0


def test_dead_events_and_those_parked_behind_them_are_shown_apart(flow: Suite) -> None:
    person = new_id()
    Broken.errors[person] = Reject("It is not for us.")
    say(flow, completion(person), completion(person), completion(person), completion(new_id()))
    flow.settle()

    shown = shown_by_a_relay(flow, "tally")

    assert shown["wiyata_letters", "tally", "dead"] == 1
    assert shown["wiyata_letters", "tally", "parked"] == 2


def test_a_relay_shows_its_outbox_while_the_log_is_away(flow: Suite, tmp_path: Path) -> None:
    seen: list[Figures] = []

    class Away(EmbeddedLog):
        def ensure(self, topics: Sequence[str]) -> None:
            seen.append(figures())
            relay.stop()
            raise LogUnavailable("The broker does not answer.")

    away = Away(tmp_path / "away.sqlite")
    relay = Relay(flow["enrolment"].service, flow["enrolment"].database, away)
    say(flow, completion(new_id()))
    failed = ("wiyata_failures_total", {"service": "enrolment", "process": "relay", "error": "LogUnavailable"})
    before, began = REGISTRY.get_sample_value(*failed) or 0, clock.now().timestamp()
    relay.run()
    away.close()

    assert [one["wiyata_outbox_events", "enrolment"] for one in seen] == [1]
    assert REGISTRY.get_sample_value(*failed) == before + 1
    last = ("wiyata_last_failure_timestamp_seconds", {"service": "enrolment", "process": "relay"})
    assert (REGISTRY.get_sample_value(*last) or 0) >= began
    assert figures() == {}


def test_a_consumer_shows_its_lag_by_partition_as_long_as_it_runs(flow: Suite, log: EmbeddedLog) -> None:
    event = completion(new_id())
    key, topic = event.partition_key, "wiyata.enrolment"
    log.ensure([topic])
    log.publish(topic, [Message(partition_of(key), key, encode(event))] * 501)  # One more than a batch holds.
    seen: list[Figures] = []

    def advance(session: Session, records: Sequence[Record]) -> None:
        seen.append(figures())
        consumer.stop()
        inbox.advance(session, records)

    listener = flow["tally"]
    consumer = Consumer(listener.service, listener.database, log, advance=advance)
    consumer.run()

    places = {("wiyata_consumer_lag_events", "tally", topic, str(number)): 0.0 for number in range(PARTITIONS)}
    behind = {("wiyata_consumer_lag_events", "tally", topic, str(partition_of(key))): 1.0}
    assert seen == [places | behind]
    assert figures() == {}


def test_a_database_that_is_away_is_left_out_and_the_others_are_shown(flow: Suite, tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with standing.relaying("away", empty), standing.relaying("tally", flow["tally"].database):
        shown = figures()
    empty.close()

    assert shown["wiyata_outbox_events", "tally"] == 0
    assert [one for one in shown if one[1] == "away"] == []
