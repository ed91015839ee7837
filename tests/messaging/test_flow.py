"""From the outbox to an effect, once each, on every log."""

import json
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, update

from shared.errors import Conflict
from shared.events import encode
from shared.ids import new_id
from shared.logging import bound
from shared.messaging import outbox
from shared.messaging.letters import LetterIsNotNext, LetterNotFound, listed
from shared.messaging.lines import ReplayFailed
from shared.messaging.log import Message
from shared.messaging.operations import TopicIsNotEmpty, backfill, discard, replay, republish, status
from shared.messaging.outbox import OutboxIsClosed, partition_of
from shared.messaging.rebuild import rebuild, verify
from shared.plumbing import outbox as outbox_table
from shared.testing import Running, Suite
from tests.messaging import tally
from tests.messaging.conftest import say
from tests.messaging.tally import CITY, Broken, completion, enrolled, tallies


@pytest.fixture
def heard(flow: Suite) -> Running:
    """The service that listens."""
    return flow["tally"]


def publish_raw(flow: Suite, key: str, body: str) -> None:
    flow["tally"].log.ensure(["wiyata.enrolment"])
    flow["tally"].log.publish("wiyata.enrolment", [Message(partition_of(key), key, body)])


def standing(heard: Running) -> tuple[int, int]:
    """Give the numbers of dead and of parked events."""
    state = status(heard.service, heard.database, heard.log)
    return state["dead"], state["parked"]


def test_an_event_is_handled_once(flow: Suite, heard: Running) -> None:
    person = new_id()
    say(flow, completion(person), completion(person, minutes=30))
    flow.settle()
    assert tallies(heard.database) == {person: (2, 75)}


def test_an_event_that_is_published_twice_counts_once(flow: Suite, heard: Running) -> None:
    person = new_id()
    event = completion(person)
    publish_raw(flow, event.partition_key, encode(event))
    flow.settle()
    publish_raw(flow, event.partition_key, encode(event))
    publish_raw(flow, event.partition_key, encode(event))
    flow.settle()
    assert tallies(heard.database) == {person: (1, 45)}


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
def test_an_event_that_comes_out_of_order_does_not_undo_a_newer_one(
    flow: Suite, heard: Running, together: bool
) -> None:
    first = replace(enrolled(new_id(), version=1), sequence=1)
    second = replace(first, id=new_id(), version=2, sequence=2)
    for event in (second, first):
        publish_raw(flow, event.partition_key, encode(event))
        if not together:
            flow.settle()
    flow.settle()
    assert tally.places(heard.database) == {first.enrolment: 2}
    assert verify(heard.service, heard.database, heard.log) == []


def test_an_unknown_type_is_skipped(flow: Suite, heard: Running) -> None:
    person = new_id()
    envelope = json.loads(encode(completion(person))) | {"type": "wiyata.enrolment.learner.promoted.v1"}
    publish_raw(flow, str(person), json.dumps(envelope))
    say(flow, completion(person))
    flow.settle()
    assert tallies(heard.database) == {person: (1, 45)}
    assert standing(heard) == (0, 0)


@pytest.mark.parametrize("body", ["no json", "[]", '{"type":"wiyata.enrolment.training.completed.v1"}', "\x00", ""])
def test_a_broken_payload_is_dead_and_blocks_its_own_line_only(flow: Suite, heard: Running, body: str) -> None:
    person, other = new_id(), new_id()
    publish_raw(flow, str(person), body)
    say(flow, completion(person), completion(other))
    flow.settle()
    wanted = {other: (1, 45)}
    assert tallies(heard.database) == wanted
    assert standing(heard) == (1, 1)


def test_a_handler_that_fails_is_tried_and_then_its_event_is_dead(flow: Suite, heard: Running) -> None:
    person, other = new_id(), new_id()
    Broken.errors[person] = RuntimeError("a surprise")
    say(flow, completion(person), completion(other), completion(person))
    flow.settle()
    assert tallies(heard.database) == {other: (1, 45)}
    assert Broken.calls[person] == 1 + heard.tries  # Once in the batch, then alone.
    assert standing(heard) == (1, 1)


def test_a_rejected_event_is_dead_without_another_try(flow: Suite, heard: Running) -> None:
    say(flow, enrolled(new_id(), version=404))
    flow.settle()
    with heard.database.reading() as session:
        (letter,) = listed(session)
    assert letter["reason"] == "There is no such version."


def test_a_replayed_event_is_handled_with_what_was_parked_behind_it(flow: Suite, heard: Running) -> None:
    person = new_id()
    Broken.errors[person] = RuntimeError("a surprise")
    first = completion(person)
    say(flow, first, completion(person), completion(person))
    flow.settle()
    del Broken.errors[person]
    assert replay(heard.service, heard.database, first.id) == 3
    flow.settle()
    assert tallies(heard.database) == {person: (3, 135)}
    assert standing(heard) == (0, 0)
    assert verify(heard.service, heard.database, heard.log) == []


def test_a_replay_that_fails_keeps_the_line_waiting(flow: Suite, heard: Running) -> None:
    person = new_id()
    Broken.errors[person] = RuntimeError("a surprise")
    first = completion(person)
    say(flow, first, completion(person))
    flow.settle()
    with pytest.raises(ReplayFailed):
        replay(heard.service, heard.database, first.id)
    assert standing(heard) == (1, 1)


def test_a_discarded_event_stays_without_effect_and_its_line_goes_on(flow: Suite, heard: Running) -> None:
    person = new_id()
    first = enrolled(person, version=404)
    say(flow, first, completion(person))
    flow.settle()
    assert discard(heard.service, heard.database, first.id, reason="not_needed") == 1
    assert tallies(heard.database) == {person: (1, 45)}
    publish_raw(flow, first.partition_key, encode(first))
    flow.settle()
    assert standing(heard) == (0, 0)
    assert verify(heard.service, heard.database, heard.log) == []


def test_a_parked_event_can_not_be_replayed_before_the_dead_one(flow: Suite, heard: Running) -> None:
    person = new_id()
    second = completion(person)
    say(flow, enrolled(person, version=404), second)
    flow.settle()
    with pytest.raises(LetterIsNotNext):
        replay(heard.service, heard.database, second.id)
    with pytest.raises(LetterNotFound):
        replay(heard.service, heard.database, new_id())


def test_a_dead_event_that_is_delivered_again_makes_no_second_letter(flow: Suite, heard: Running) -> None:
    event = enrolled(new_id(), version=404)
    say(flow, event)
    flow.settle()
    publish_raw(flow, event.partition_key, encode(event))
    flow.settle()
    assert standing(heard) == (1, 0)


def test_the_correlation_id_travels_from_the_request_to_what_the_listener_says(flow: Suite, heard: Running) -> None:
    request = str(new_id())
    with bound(correlation=request):
        say(flow, completion(new_id()))
    flow.settle()
    with heard.database.reading() as session:
        (body,) = session.scalars(select(outbox_table.c.body))
    assert json.loads(body)["correlationid"] == request


def test_a_projection_can_not_say_an_event(flow: Suite, heard: Running) -> None:
    with heard.database.writing() as session, outbox.closed(), pytest.raises(OutboxIsClosed):
        outbox.append(session, completion(new_id()))


def test_events_of_one_aggregate_are_numbered_from_one_in_the_order_they_were_said(flow: Suite) -> None:
    enrolment = new_id()
    first = completion(new_id(), enrolment=enrolment)
    with flow["enrolment"].database.writing() as session:
        said = outbox.append(session, first, completion(first.person, enrolment=enrolment, revision=2))
    say(flow, completion(first.person, enrolment=enrolment, revision=3))
    assert [event.sequence for event in said] == [1, 2]
    with flow["enrolment"].database.reading() as session:
        assert list(session.scalars(select(outbox_table.c.sequence).order_by(outbox_table.c.position))) == [1, 2, 3]


def test_what_a_failed_transaction_said_is_not_said(flow: Suite, heard: Running) -> None:
    with suppress(ZeroDivisionError), flow["enrolment"].database.writing() as session:
        outbox.append(session, completion(new_id()))
        _ = 1 / 0
    flow.settle()
    assert tallies(heard.database) == {}


def test_verify_names_what_differs_and_rebuild_mends_it(flow: Suite, heard: Running) -> None:
    person, other = new_id(), new_id()
    say(flow, *(completion(person) for _ in range(30)), completion(other))
    flow.settle()
    with heard.database.writing() as session:
        session.execute(update(tally.Tally).where(tally.Tally.person == person).values(minutes=1))
    assert [line.split(": ")[1] for line in verify(heard.service, heard.database, heard.log)] == ["differs in minutes"]
    assert rebuild(heard.service, heard.database, heard.log) == 31
    assert verify(heard.service, heard.database, heard.log) == []
    assert tallies(heard.database) == {person: (30, 1350), other: (1, 45)}


def test_a_rebuild_says_nothing(flow: Suite, heard: Running) -> None:
    say(flow, completion(new_id()))
    flow.settle()
    rebuild(heard.service, heard.database, heard.log)
    with heard.database.reading() as session:
        assert len(list(session.scalars(select(outbox_table.c.id)))) == 1


def test_reading_goes_on_after_a_rebuild(flow: Suite, heard: Running) -> None:
    person = new_id()
    say(flow, completion(person))
    flow.settle()
    rebuild(heard.service, heard.database, heard.log)
    say(flow, completion(person))
    flow.settle()
    assert tallies(heard.database) == {person: (2, 90)}


def test_republishing_refuses_a_topic_that_holds_events(flow: Suite) -> None:
    say(flow, completion(new_id()))
    flow.settle()
    speaker = flow["enrolment"]
    with pytest.raises(TopicIsNotEmpty):
        republish(speaker.service, speaker.database, speaker.log)


def test_past_events_of_a_type_subscribed_to_late_are_filled_in_once(flow: Suite, heard: Running) -> None:
    person = new_id()
    early = Running(tally.deaf_to_completions(), heard.database, heard.log)
    say(flow, completion(person), enrolled(person))
    flow["enrolment"].publish()
    early.consume()
    early.consumer.close()
    assert tallies(heard.database) == {}
    for expected in (1, 0):
        assert backfill(heard.service, heard.database, heard.log, "wiyata.enrolment.training.completed.v1") == expected
    assert tallies(heard.database) == {person: (1, 45)}
    with pytest.raises(Conflict):
        backfill(heard.service, heard.database, heard.log, "wiyata.enrolment.learner.promoted.v1")


def test_a_key_always_travels_on_the_same_partition() -> None:
    assert partition_of("01900000-0000-7000-8000-000000000001") == 6
    assert {partition_of(str(UUID(int=number))) for number in range(200)} == set(range(12))


def test_tenant_and_ids_are_all_that_a_letter_shows_of_a_person(flow: Suite, heard: Running) -> None:
    say(flow, enrolled(new_id(), version=404))
    flow.settle()
    with heard.database.reading() as session:
        (letter,) = listed(session)
    assert letter["tenant"] == CITY
    assert "body" not in letter
