"""Whatever dies at whatever moment: nothing is lost and nothing counts twice, on every log."""

import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from deploy.background import CannotStart
from deploy.kafka.broker import Broker
from shared.errors import LogUnavailable
from shared.ids import new_id
from shared.messaging.delivery import read
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.inbox import Overtaken
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog, Message, Record
from shared.messaging.operations import LogWasMadeAnew, replay, republish, status
from shared.messaging.rebuild import verify
from shared.plumbing import PARTITIONS
from shared.testing import Running, Suite
from tests import backing
from tests.messaging import tally
from tests.messaging.conftest import say
from tests.messaging.tally import Broken, completion, tallies


class Killed(BaseException):
    """The process ends here: nothing after this line runs, and the database rolls back what was not committed."""


@pytest.fixture
def heard(flow: Suite) -> Running:
    """The service that listens."""
    return flow["tally"]


def successor(running: Running) -> Running:
    """The same service in a new process."""
    running.consumer.close()
    return Running(running.service, running.database, running.log)


def test_a_relay_killed_between_publishing_and_marking_publishes_again_and_nothing_counts_twice(
    flow: Suite, heard: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = new_id()
    say(flow, completion(person), completion(person))
    publish = heard.log.publish

    def die_after_publishing(topic: str, messages: Sequence[Message]) -> None:
        publish(topic, messages)
        raise Killed

    with monkeypatch.context() as fault:
        fault.setattr(heard.log, "publish", die_after_publishing)
        with pytest.raises(Killed):
            flow["enrolment"].publish()
    flow.settle()
    assert sum(heard.log.ends(["wiyata.enrolment"]).values()) == 4
    assert tallies(heard.database) == {person: (2, 90)}


def test_a_consumer_killed_before_its_commit_handles_the_events_again(flow: Suite, heard: Running) -> None:
    person = new_id()
    say(flow, completion(person), completion(person))
    flow["enrolment"].publish()
    Broken.errors[person] = Killed()
    with pytest.raises(Killed):
        heard.consume()
    del Broken.errors[person]
    assert tallies(heard.database) == {}
    again = successor(heard)
    again.consume()
    again.consumer.close()
    assert tallies(heard.database) == {person: (2, 90)}


def test_a_consumer_killed_after_its_commit_does_not_handle_the_events_again(
    flow: Suite, heard: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = new_id()
    say(flow, completion(person), completion(person))
    flow["enrolment"].publish()
    reader = heard.consumer._opened()

    def die(_records: Sequence[Record]) -> None:
        raise Killed

    monkeypatch.setattr(reader, "settled", die)
    with pytest.raises(Killed):
        heard.consume()
    again = successor(heard)
    say(flow, completion(person))
    flow["enrolment"].publish()
    again.consume()
    again.consumer.close()
    assert tallies(heard.database) == {person: (3, 135)}


def test_an_event_that_kills_every_process_that_tries_it_ends_as_a_dead_letter(flow: Suite, heard: Running) -> None:
    poison, other = new_id(), new_id()
    say(flow, completion(poison), completion(other))
    flow["enrolment"].publish()
    Broken.errors[poison] = Killed()
    deaths = 0
    running = heard
    for _ in range(heard.tries + 2):
        try:
            running.consume()
            break
        except Killed:
            deaths += 1
            running = successor(running)
    running.consumer.close()
    assert deaths == 1 + heard.tries  # Once in the batch, then alone.
    assert tallies(heard.database) == {other: (1, 45)}


def test_processes_that_are_stopped_while_they_wait_count_no_try(flow: Suite, heard: Running) -> None:
    """Else a few restarts while the database is in trouble would bury whatever came first."""
    person = new_id()
    say(flow, completion(person))
    flow["enrolment"].publish()
    Broken.errors[person] = OperationalError("SELECT 1", {}, Exception("server closed the connection"))
    running = heard
    for _ in range(heard.tries + 2):
        running.consumer.stop()
        with pytest.raises((LogUnavailable, OperationalError)):
            running.consume()
        running = successor(running)
    Broken.forget()
    running.consume()
    running.consumer.close()
    assert tallies(heard.database) == {person: (1, 45)}


def test_a_batch_that_waited_is_not_taken_for_one_that_killed_its_process(flow: Suite, heard: Running) -> None:
    people = [new_id() for _ in range(5)]
    Broken.waits[people[2]] = 1
    say(flow, *(completion(person) for person in people))
    flow["enrolment"].publish()
    with pytest.raises(OperationalError):
        heard.consume()
    Broken.alone.update(dict.fromkeys(people, RuntimeError("was tried alone")))
    heard.consume()
    assert len(tallies(heard.database)) == 5


def test_an_event_that_fails_at_the_commit_is_dead_and_leaves_nothing_and_stops_nobody(
    flow: Suite, heard: Running
) -> None:
    poison, other = new_id(), new_id()
    Broken.at_commit.add(poison)
    say(flow, completion(other), completion(poison), completion(other))
    flow.settle()
    assert tallies(heard.database) == {other: (2, 90)}
    state = status(heard.service, heard.database, heard.log)
    assert (state["dead"], state["parked"]) == (1, 0)
    say(flow, completion(other))
    flow.settle()
    assert tallies(heard.database) == {other: (3, 135)}
    assert verify(heard.service, heard.database, heard.log) == []


def test_a_consumer_that_was_overtaken_writes_nothing_behind_its_successor(flow: Suite, heard: Running) -> None:
    person = new_id()
    say(flow, completion(person))
    flow["enrolment"].publish()
    reader = heard.consumer._opened()
    held: list[Record] = []
    while not held:
        held = reader.poll(0.5)
    deliveries = [read(heard.service, record) for record in held]
    reader.close()
    again = Running(heard.service, heard.database, heard.log)
    again.consume()
    again.consumer.close()
    with pytest.raises(Overtaken):
        heard.consumer._handle(deliveries)
    assert tallies(heard.database) == {person: (1, 45)}


def test_a_lost_connection_is_waited_for_and_no_try_is_counted(flow: Suite, heard: Running) -> None:
    person = new_id()
    Broken.waits[person] = heard.tries * 3
    say(flow, completion(person))
    flow["enrolment"].publish()
    while heard.behind():
        try:
            heard.consume()
        except OperationalError:
            continue
    assert Broken.waits[person] == 0
    assert tallies(heard.database) == {person: (1, 45)}


def test_a_replay_beside_the_live_consumer_keeps_the_order_of_the_line(flow: Suite, heard: Running) -> None:
    """On PostgreSQL both take the row of the partition; on SQLite the write lock."""
    person = new_id()
    Broken.errors[person] = RuntimeError("a surprise")
    first = completion(person)
    say(flow, first, *(completion(person) for _ in range(10)))
    flow.settle()
    del Broken.errors[person]
    say(flow, *(completion(person) for _ in range(10)))
    flow["enrolment"].publish()
    replaying = threading.Thread(target=replay, args=(heard.service, heard.database, first.id))
    replaying.start()
    heard.consume()
    replaying.join()
    assert tallies(heard.database) == {person: (21, 945)}
    assert verify(heard.service, heard.database, heard.log) == []


def test_a_stopped_relay_and_consumer_come_back_at_once(flow: Suite, heard: Running) -> None:
    threads = [threading.Thread(target=work.run) for work in (flow["enrolment"].relay, heard.consumer)]
    for thread in threads:
        thread.start()
    for work in (flow["enrolment"].relay, heard.consumer):
        work.stop()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


def test_an_emptied_embedded_log_is_filled_again_and_nothing_counts_twice(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    log = EmbeddedLog(folder / "events.sqlite")
    suite = tally.on_sqlite(tmp_path, log)
    person = new_id()
    say(suite, completion(person), completion(person))
    suite.settle()
    suite["tally"].consumer.close()
    log.close()
    shutil.rmtree(folder)
    suite = tally.with_log(suite, EmbeddedLog(folder / "events.sqlite"))
    _fill_again(suite)
    say(suite, completion(person))
    suite.settle()
    assert tallies(suite["tally"].database) == {person: (3, 135)}
    assert verify(suite["tally"].service, suite["tally"].database, suite["tally"].log) == []
    suite.close()


@pytest.fixture(scope="module")
def mortal_broker() -> Iterator[Broker]:
    """A broker of one's own, to kill and to empty."""
    folder = backing.scratch_folder()
    broker = Broker.on_free_ports(folder)
    try:
        broker.start()
    except CannotStart as reason:
        backing.missing("Kafka that a test may kill", f"{reason} (Java 17 and Maven make one)")
    yield broker
    broker.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def on_mortal(mortal_broker: Broker, tmp_path: Path) -> Iterator[Suite]:
    log = KafkaLog(mortal_broker.address, patience=3.0)
    tally.delete_topics(mortal_broker.address)
    suite = tally.on_sqlite(tmp_path, log)
    yield suite
    suite.close()
    log.close()


def test_a_broker_that_is_away_fails_no_request_and_the_outbox_drains_when_it_is_back(
    on_mortal: Suite, mortal_broker: Broker
) -> None:
    person = new_id()
    say(on_mortal, completion(person))
    on_mortal.settle()
    mortal_broker.kill()
    for _ in range(5):
        say(on_mortal, completion(person))
    with pytest.raises(LogUnavailable):
        on_mortal["enrolment"].publish()
    assert on_mortal["enrolment"].waiting() == 5
    mortal_broker.start()
    _until_settled(on_mortal)
    assert on_mortal["enrolment"].waiting() == 0
    assert tallies(on_mortal["tally"].database) == {person: (6, 270)}


def test_an_emptied_broker_is_filled_again_and_nothing_counts_twice(on_mortal: Suite, mortal_broker: Broker) -> None:
    person = new_id()
    say(on_mortal, completion(person), completion(person))
    on_mortal.settle()
    tally.delete_topics(mortal_broker.address)
    heard = on_mortal["tally"]
    heard.log.ensure(heard.service.topics)
    with pytest.raises(LogWasMadeAnew):
        verify(heard.service, heard.database, heard.log)
    _fill_again(on_mortal)
    say(on_mortal, completion(person))
    _until_settled(on_mortal)
    assert tallies(heard.database) == {person: (3, 135)}
    assert verify(heard.service, heard.database, heard.log) == []


def _fill_again(suite: Suite) -> None:
    for running in suite.running:
        republish(running.service, running.database, running.log)
    _until_settled(suite)


def _until_settled(suite: Suite) -> None:
    """Settle through the moments in which a client has not noticed yet that its broker is back."""
    for _ in range(30):
        try:
            return suite.settle()
        except LogUnavailable:
            continue
    raise AssertionError("The log does not come back.")


def test_every_topic_has_the_same_number_of_partitions(log: EventLog) -> None:
    log.ensure(["wiyata.enrolment", "wiyata.assessment"])
    assert len(log.ends(["wiyata.enrolment", "wiyata.assessment"])) == 2 * PARTITIONS
