"""What only Kafka does: clients that keep what they could not send, names that are taken over, places that go."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deploy.background import CannotStart
from deploy.kafka.broker import Broker
from shared.errors import LogUnavailable
from shared.ids import new_id
from shared.messaging.consumer import Consumer
from shared.messaging.kafka import KafkaLog, KafkaReader
from shared.messaging.log import Message, Place
from shared.messaging.rebuild import verify
from shared.plumbing import PARTITIONS
from shared.testing import Running, Suite
from tests import backing
from tests.messaging import tally
from tests.messaging.conftest import say
from tests.messaging.tally import completion, tallies

TOPIC = "wiyata.enrolment"


def from_the_start(_ids: Mapping[str, str]) -> Mapping[Place, int]:
    return {}


@pytest.fixture
def mortal_broker() -> Iterator[Broker]:
    """A broker of one's own, to kill."""
    folder = backing.scratch_folder()
    broker = Broker.on_free_ports(folder)
    try:
        broker.start()
    except CannotStart as reason:
        backing.missing("Kafka that a test may kill", f"{reason} (Java 17 and Maven make one)")
    yield broker
    broker.kill()
    shutil.rmtree(folder, ignore_errors=True)


def test_what_could_not_be_published_is_not_sent_later_behind_the_relays_back(mortal_broker: Broker) -> None:
    """A late rest of a batch could stand behind what another relay published meanwhile, without its beginning."""
    log = KafkaLog(mortal_broker.address, patience=3.0)
    log.ensure([TOPIC])
    log.publish(TOPIC, [Message(0, "someone", "{}")])
    mortal_broker.kill()
    with pytest.raises(LogUnavailable):
        log.publish(TOPIC, [Message(0, "someone", "{}")])
    mortal_broker.start()
    _published(log, Message(1, "other", "{}"))
    ends = log.ends([TOPIC])
    log.close()
    assert (ends[TOPIC, 0], ends[TOPIC, 1]) == (1, 1)


def _published(log: KafkaLog, message: Message) -> None:
    for _ in range(30):
        try:
            return log.publish(TOPIC, [message])
        except LogUnavailable:
            continue
    raise AssertionError("The broker does not come back.")


@pytest.fixture
def log(kafka_broker: str) -> Iterator[KafkaLog]:
    kafka = KafkaLog(kafka_broker, patience=10.0)
    tally.delete_topics(kafka_broker)
    yield kafka
    kafka.close()


def test_a_place_that_goes_while_a_reader_rewinds_means_not_now(log: KafkaLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Assignments change on another thread, between any two lines."""
    reader = log.reader(group="going", topics=[TOPIC], member="0", positions=from_the_start)
    gone = {*_assigned(reader)}
    monkeypatch.setattr(reader._consumer, "assignment", lambda: gone)
    reader._consumer.unsubscribe()
    with pytest.raises(LogUnavailable):
        reader.rewind()
    with pytest.raises(LogUnavailable):
        reader.lag()
    reader.close()


def _assigned(reader: KafkaReader) -> set[object]:
    for _ in range(60):
        reader.poll(0.5)
        if found := reader._consumer.assignment():
            return set(found)
    raise AssertionError("No places came.")


def test_two_readers_of_a_group_share_the_places_and_keep_a_person_together(log: KafkaLog) -> None:
    topics = ["wiyata.assessment", TOPIC]
    log.ensure(topics)
    readers = [log.reader(group="shared", topics=topics, member=str(one), positions=from_the_start) for one in (0, 1)]
    for _ in range(60):
        for reader in readers:
            reader.poll(0.2)
        owned = [reader.assigned() for reader in readers]
        if all(owned) and len(owned[0] | owned[1]) == 2 * PARTITIONS:
            break
    for reader in readers:
        reader.close()
    assert not owned[0] & owned[1]
    for places in owned:
        assert {number for topic, number in places if topic == TOPIC} == {
            number for topic, number in places if topic != TOPIC
        }


@pytest.fixture
def flow(log: KafkaLog, tmp_path: Path) -> Iterator[Suite]:
    suite = tally.on_sqlite(tmp_path, log)
    yield suite
    suite.close()


def test_a_consumer_whose_name_was_taken_over_takes_part_again_when_the_other_has_gone(flow: Suite) -> None:
    person = new_id()
    say(flow, completion(person))
    flow.settle()
    heard = flow["tally"]
    usurper = Running(heard.service, heard.database, heard.log)
    say(flow, completion(person))
    flow["enrolment"].publish()
    usurper.consume()
    usurper.consumer.close()
    say(flow, completion(person))
    flow["enrolment"].publish()
    for _ in range(30):
        try:
            heard.consume()
            break
        except LogUnavailable:
            continue
    assert tallies(heard.database) == {person: (3, 135)}


def test_a_second_member_that_comes_and_is_restarted_amid_the_reading_loses_nothing_and_counts_nothing_twice(
    flow: Suite,
) -> None:
    people = [new_id() for _ in range(40)]
    pair = Running(tally.make("pair"), flow["tally"].database, flow["tally"].log)
    other = Consumer(pair.service, pair.database, pair.log, member="1", pause=0.0)
    for _ in range(3):
        say(flow, *(completion(person) for person in people))
        flow["enrolment"].publish()
        pair.consumer.step(0.1)
        other.step(0.1)
        other.close()
    while pair.behind():
        pair.consumer.step(0.1)
        other.step(0.1)
    pair.consumer.close()
    other.close()
    assert tallies(pair.database) == dict.fromkeys(people, (3, 135))
    assert verify(pair.service, pair.database, pair.log) == []
