"""Events that come late to a service: a type subscribed to after the fact."""

from uuid import UUID

import pytest

from shared.events import encode
from shared.ids import new_id
from shared.messaging.log import Message
from shared.messaging.operations import backfill, replay, status
from shared.messaging.outbox import partition_of
from shared.messaging.rebuild import verify
from shared.testing import Running, Suite
from tests.messaging import tally
from tests.messaging.conftest import say
from tests.messaging.tally import Broken, completion, enrolled, tallies

COMPLETIONS = "wiyata.enrolment.training.completed.v1"


@pytest.fixture
def heard(flow: Suite) -> Running:
    """The service that listens."""
    return flow["tally"]


def read_while_deaf(flow: Suite, heard: Running) -> None:
    """Let the service's earlier version, which did not hear of completions, read what was said."""
    flow["enrolment"].publish()
    early = Running(tally.deaf_to_completions(), heard.database, heard.log)
    early.consume()
    early.consumer.close()


def filled(heard: Running) -> int:
    return backfill(heard.service, heard.database, heard.log, COMPLETIONS)


def test_a_past_event_that_was_published_twice_is_filled_in_once(flow: Suite, heard: Running) -> None:
    event = completion(new_id())
    heard.log.ensure(["wiyata.enrolment"])
    message = Message(partition_of(event.partition_key), event.partition_key, encode(event))
    heard.log.publish("wiyata.enrolment", [message, message])
    read_while_deaf(flow, heard)
    assert filled(heard) == 1
    assert tallies(heard.database) == {event.person: (1, 45)}


def test_a_past_event_does_not_overtake_a_dead_one_of_its_line(flow: Suite, heard: Running) -> None:
    person: UUID = new_id()
    dead = enrolled(person, version=404)
    say(flow, dead, completion(person))
    read_while_deaf(flow, heard)
    filled(heard)
    assert tallies(heard.database) == {}
    state = status(heard.service, heard.database, heard.log)
    assert (state["dead"], state["parked"]) == (1, 1)


def test_a_past_event_that_fails_is_dead_and_stops_no_other(flow: Suite, heard: Running) -> None:
    poison, other = completion(new_id()), completion(new_id())
    say(flow, poison, other)
    read_while_deaf(flow, heard)
    Broken.errors[poison.person] = RuntimeError("a surprise")
    filled(heard)
    assert tallies(heard.database) == {other.person: (1, 45)}
    Broken.errors.clear()
    assert replay(heard.service, heard.database, poison.id) == 1
    assert verify(heard.service, heard.database, heard.log) == []
