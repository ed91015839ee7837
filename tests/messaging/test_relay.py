"""The relay when the log is away or was made anew, and its timers when one of them fails."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared import clock
from shared.errors import LogUnavailable, TooLarge
from shared.events.enrolment import DayMinutes
from shared.ids import new_id
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog, Message
from shared.messaging.operations import republish
from shared.messaging.rebuild import rebuild, verify
from shared.messaging.relay import Relay, lead
from shared.testing import Running, Suite
from tests.messaging import tally
from tests.messaging.conftest import say
from tests.messaging.tally import completion, tallies


@pytest.fixture
def speaker(flow: Suite) -> Running:
    """The service that speaks."""
    return flow["enrolment"]


class Away:
    """Makes a log fail as one whose broker is away, and notes what it was asked for."""

    def __init__(self, log: EventLog, fault: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        for name in ("ensure", "publish"):
            fault.setattr(log, name, self._failing(name))

    def _failing(self, name: str) -> object:
        def fail(*_: object) -> None:
            self.asked.append(name)
            raise LogUnavailable("The broker is away.")

        return fail


def test_a_relay_asks_whether_the_log_is_back_before_it_takes_any_lock_again(
    flow: Suite, speaker: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite that lock is the one of every request that writes."""
    say(flow, completion(new_id()))
    speaker.publish()
    say(flow, completion(new_id()))
    with monkeypatch.context() as fault:
        away = Away(speaker.log, fault)
        for _ in range(3):
            with pytest.raises(LogUnavailable):
                speaker.relay.step()
    assert away.asked == ["publish", "ensure", "ensure"]
    speaker.publish()
    assert speaker.waiting() == 0


def test_timers_go_on_while_the_log_is_away(flow: Suite, speaker: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    called = threading.Event()

    def hand_in_overdue(_session: Session) -> None:
        called.set()
        relay.stop()

    relay = Relay(replace(speaker.service, timers={hand_in_overdue: timedelta(hours=1)}), speaker.database, speaker.log)
    say(flow, completion(new_id()))
    with monkeypatch.context() as fault:
        Away(speaker.log, fault)
        running = threading.Thread(target=relay.run, daemon=True)
        running.start()
        assert called.wait(20)
        running.join(20)
    assert not running.is_alive()


@pytest.mark.parametrize(
    "error",
    [RuntimeError("a surprise"), OperationalError("SELECT 1", {}, psycopg.errors.QueryCanceled())],
    ids=["surprise", "statement time-out"],
)
def test_a_timer_that_fails_stops_neither_the_others_nor_the_relay_and_is_called_again_in_its_time(
    speaker: Running, error: Exception
) -> None:
    calls: list[str] = []

    def fail(_session: Session) -> None:
        calls.append("fail")
        raise error

    def forget_old(_session: Session) -> None:
        calls.append("forget old")

    every = timedelta(minutes=5)
    relay = Relay(replace(speaker.service, timers={fail: every, forget_old: every}), speaker.database, speaker.log)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    for minutes, expected in ((0, 2), (1, 2), (6, 4)):
        with clock.telling(at + timedelta(minutes=minutes)):
            relay.call_timers()
        assert len(calls) == expected
    assert calls == ["fail", "forget old"] * 2


Emptied = Callable[[], Suite]


@pytest.fixture
def emptied(request: pytest.FixtureRequest, flow: Suite, tmp_path: Path) -> Emptied:
    """Lets a test lose everything that the log holds; what it gives are the same services after a restart."""

    def lose() -> Suite:
        flow["tally"].consumer.close()
        log: EventLog = flow["tally"].log
        if isinstance(log, KafkaLog):
            tally.delete_topics(request.getfixturevalue("kafka_broker"))
        else:
            log = EmbeddedLog(tmp_path / "anew.sqlite")
            request.addfinalizer(log.close)
        return tally.with_log(flow, log)

    return lose


def test_a_relay_says_nothing_on_a_log_made_anew_until_all_of_it_was_republished(flow: Suite, emptied: Emptied) -> None:
    """Else newer events stand first, the topic is not empty any more, and a rebuild would fold them alone."""
    person = new_id()
    say(flow, completion(person), completion(person))
    flow.settle()
    again = emptied()
    speaker, heard = again["enrolment"], again["tally"]
    say(again, completion(person))
    for _ in range(2):
        with pytest.raises(LogUnavailable, match="republish"):
            speaker.relay.step()
    assert not any(speaker.log.ends([speaker.service.topic]).values())
    counts = [republish(one.service, one.database, one.log) for one in again.running]
    assert counts == [3, 2]
    again.settle()
    assert tallies(heard.database) == {person: (3, 135)}
    rebuild(heard.service, heard.database, heard.log)
    assert tallies(heard.database) == {person: (3, 135)}
    assert verify(heard.service, heard.database, heard.log) == []
    heard.consumer.close()


def test_a_relay_that_runs_on_finds_out_that_its_log_was_made_anew(
    flow: Suite, speaker: Running, emptied: Emptied, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.relay.MEET_EVERY", 0.0)
    say(flow, completion(new_id()))
    flow.settle()
    again = emptied()
    again["tally"].log.ensure([speaker.service.topic])
    speaker.relay._log = again["tally"].log
    say(flow, completion(new_id()))
    with pytest.raises(LogUnavailable, match="republish"):
        speaker.relay.step()


def test_republishing_takes_the_lead_before_there_is_a_topic_that_the_relay_could_use(
    flow: Suite, speaker: Running, emptied: Emptied, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(flow, completion(new_id()))
    flow.settle()
    speaker = emptied()["enrolment"]
    ensure = speaker.log.ensure
    held: list[bool] = []

    def look(topics: Sequence[str]) -> None:
        ensure(topics)
        other = threading.Thread(target=take_the_lead)
        other.start()
        other.join(0.3)
        held.append(other.is_alive())
        waiting.append(other)

    waiting: list[threading.Thread] = []

    def take_the_lead() -> None:
        with speaker.database.writing() as session:
            lead(session)

    monkeypatch.setattr(speaker.log, "ensure", look)
    republish(speaker.service, speaker.database, speaker.log)
    for other in waiting:
        other.join(20)
    assert held == [True]


def test_an_event_too_large_to_travel_is_refused_when_it_is_said(flow: Suite, speaker: Running) -> None:
    """Kafka would refuse it later, for ever, with every event behind it."""
    long = tuple(DayMinutes(day=date(2026, 11, 1), minutes=number) for number in range(40_000))
    with pytest.raises(TooLarge):
        say(flow, replace(completion(new_id()), minutes=long))
    assert speaker.waiting() == 0


def test_a_message_of_the_largest_size_travels(flow: Suite) -> None:
    log = flow["tally"].log
    log.ensure(["wiyata.enrolment"])
    log.publish("wiyata.enrolment", [Message(0, "someone", '"' + "x" * 999_998 + '"')])
    assert log.ends(["wiyata.enrolment"])["wiyata.enrolment", 0] == 1
