"""Dead letters and the lines behind them: two who act at once, one who is killed halfway, bytes that fit nowhere."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import delete, text
from sqlalchemy import event as hooks
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared import audit
from shared.database import Database
from shared.errors import Reject
from shared.events import Event, encode
from shared.events.identity import PersonErased
from shared.ids import new_id
from shared.messaging import inbox, letters
from shared.messaging.handling import handle
from shared.messaging.letters import LetterIsNotNext
from shared.messaging.lines import TRIES, ReplayFailed
from shared.messaging.log import Message
from shared.messaging.mending import ask_for_replay
from shared.messaging.operations import discard, replay, status
from shared.messaging.outbox import partition_of
from shared.messaging.rebuild import verify
from shared.testing import Running, Suite
from tests.messaging.conftest import say
from tests.messaging.tally import CITY, Broken, Tally, completion, enrolled, tallies


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def heard(flow: Suite) -> Running:
    """The service that listens."""
    return flow["tally"]


def standing(heard: Running) -> tuple[int, int]:
    """Give the numbers of dead and of parked events."""
    state = status(heard.service, heard.database, heard.log)
    return state["dead"], state["parked"]


def publish_raw(flow: Suite, key: str, body: str) -> None:
    flow["tally"].log.ensure(["wiyata.enrolment"])
    flow["tally"].log.publish("wiyata.enrolment", [Message(partition_of(key), key, body)])


def dead_line(flow: Suite, person: UUID, *behind: Event) -> Event:
    """Make a dead event of a person, with others parked behind it; give the dead one."""
    first = completion(person)
    Broken.errors[person] = RuntimeError("a surprise")
    say(flow, first, *behind)
    flow.settle()
    del Broken.errors[person]
    return first


def once_let_go(database: Database, after: Callable[[], bool], act: Callable[[], object]) -> None:
    """Act between two transactions: once, when a connection comes back to the pool after something happened."""
    done: list[bool] = []

    def checked_in(*_: object) -> None:
        if after() and not done:
            done.append(True)
            act()

    hooks.listen(database.engine, "checkin", checked_in)


def test_a_replay_that_fails_buries_nothing_that_somebody_else_has_replayed_meanwhile(
    flow: Suite, heard: Running
) -> None:
    """Else it could be replayed once more, and would count twice."""
    person = new_id()
    first = dead_line(flow, person)
    Broken.calls.clear()
    Broken.errors[person] = RuntimeError("fails for one of the two")

    def another_replays() -> None:
        del Broken.errors[person]
        replay(heard.service, heard.database, first.id)

    once_let_go(heard.database, lambda: Broken.calls[person] > 0, another_replays)
    with pytest.raises(ReplayFailed):
        replay(heard.service, heard.database, first.id)
    assert standing(heard) == (0, 0)
    with pytest.raises(LetterIsNotNext):
        replay(heard.service, heard.database, first.id)
    assert tallies(heard.database) == {person: (1, 45)}


def test_what_is_replayed_just_now_can_not_be_discarded_as_well(flow: Suite, heard: Running) -> None:
    """Else the live tables hold it and a rebuild leaves it out."""
    person = new_id()
    first = dead_line(flow, person)
    refused: list[BaseException] = []

    def discard_it() -> None:
        try:
            discard(heard.service, heard.database, first.id, reason="not_needed")
        except LetterIsNotNext as refusal:
            refused.append(refusal)

    discarding = threading.Thread(target=discard_it)
    with heard.database.writing() as session:
        inbox.lock_partitions(session, [partition_of(str(person))])
        discarding.start()
        _until_somebody_waits(heard.database)
        handle(heard.service, session, [first])
        letters.settle(session, first.id, "replayed")
    discarding.join()
    assert len(refused) == 1
    assert tallies(heard.database) == {person: (1, 45)}
    assert verify(heard.service, heard.database, heard.log) == []


def _until_somebody_waits(database: Database) -> None:
    """Ask PostgreSQL until a session waits for a lock; on SQLite nobody gets so far while another writes."""
    blocked = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while not database.is_sqlite:
        with database.reading() as session:
            if session.scalar(blocked):
                return


def test_a_replay_that_loses_its_connection_buries_nothing_and_can_be_repeated(flow: Suite, heard: Running) -> None:
    person = new_id()
    second = completion(person)
    first = dead_line(flow, person, second)
    lost = OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    def lose_it_at_the_second() -> None:
        Broken.errors[person] = lost

    once_let_go(heard.database, lambda: bool(tallies_of(heard)), lose_it_at_the_second)
    with pytest.raises(ReplayFailed, match="again"):
        replay(heard.service, heard.database, first.id)
    assert standing(heard) == (0, 1)
    Broken.errors.clear()
    assert replay(heard.service, heard.database, second.id) == 1
    assert tallies(heard.database) == {person: (2, 90)}


def tallies_of(heard: Running) -> bool:
    """Whether the first letter has had its effect; asked amid a check-in, hence on a connection of its own."""
    own = Database(heard.database.address)
    try:
        return bool(tallies(own))
    finally:
        own.close()


def test_a_line_goes_on_by_itself_when_its_operator_was_killed_halfway(flow: Suite, heard: Running) -> None:
    person = new_id()
    first = dead_line(flow, person, completion(person), completion(person))
    Broken.errors[person] = Killed()
    with pytest.raises(Killed):
        discard(heard.service, heard.database, first.id, reason="not_needed")
    del Broken.errors[person]
    assert standing(heard) == (0, 2)
    say(flow, completion(person))
    flow.settle()
    heard.consumer.close()
    again = Running(heard.service, heard.database, heard.log)  # It looks at once when it begins.
    while standing(heard) != (0, 0):
        again.consumer.step(0.2)
    again.consumer.close()
    assert standing(heard) == (0, 0)
    assert tallies(heard.database) == {person: (3, 135)}
    assert verify(heard.service, heard.database, heard.log) == []


def test_a_broken_event_keeps_its_id_so_that_it_counts_once_when_it_can_be_read_later(
    flow: Suite, heard: Running
) -> None:
    """A newer publisher said it; the listener was brought up to date, the letter replayed, and the log made anew."""
    person = new_id()
    event = completion(person)
    envelope = json.loads(encode(event))
    unfit = envelope | {"data": envelope["data"] | {"revision": "first"}}
    publish_raw(flow, str(person), json.dumps(unfit))
    flow.settle()
    assert standing(heard) == (1, 0)
    publish_raw(flow, str(person), encode(event))
    flow.settle()
    assert standing(heard) == (1, 0)
    assert verify(heard.service, heard.database, heard.log) == []


@pytest.mark.parametrize(
    "wrong",
    ["sequence 1e999", f"sequence 1{'0' * 5000}", 'id "\\u0000"', "id 7", 'time "0001-01-01"', "data null"],
    ids=["endless sequence", "long sequence", "NUL in the id", "id no text", "no zone", "no data"],
)
def test_an_envelope_with_an_unfit_field_is_a_dead_letter_and_stops_nobody(
    flow: Suite, heard: Running, wrong: str
) -> None:
    person, other = new_id(), new_id()
    name, unfit = wrong.split(" ")
    body = json.dumps(json.loads(encode(completion(person))) | {name: "here"}).replace('"here"', unfit)
    publish_raw(flow, str(person), body)
    say(flow, completion(other))
    flow.settle()
    assert tallies(heard.database) == {other: (1, 45)}
    assert standing(heard) == (1, 0)


def test_a_long_key_and_one_with_a_nul_make_lines_like_others(flow: Suite, heard: Running) -> None:
    for key in ("k" * 5000, "\x00", "😀"):
        publish_raw(flow, key, "no json")
        publish_raw(flow, key, encode(enrolled(new_id(), version=404)))
    flow.settle()
    assert standing(heard) == (3, 3)


def test_a_reason_with_a_nul_can_be_kept(flow: Suite, heard: Running) -> None:
    person = new_id()
    Broken.errors[person] = Reject("It says \x00.")
    say(flow, completion(person))
    flow.settle()
    assert standing(heard) == (1, 0)


def forget_tallies(session: Session, events: Sequence[PersonErased]) -> None:
    for one in events:
        Broken.fail(one.person, alone=True)
        session.execute(delete(Tally).where(Tally.tenant == one.tenant, Tally.person == one.person))


@pytest.fixture
def hearing_erasures(flow: Suite, heard: Running) -> Running:
    """The same service and database, once it listens to erasures too. Here they travel on the topic of the others."""
    projects = {**heard.service.projects, PersonErased: forget_tallies}
    own = Running(replace(heard.service, projects=projects), heard.database, heard.log)
    heard.log.ensure(own.service.topics)
    flow.running = [flow["enrolment"], own]
    return own


def erasure(person: UUID) -> PersonErased:
    return PersonErased(tenant=CITY, person=person)


def test_an_erasure_discards_what_is_dead_and_parked_of_its_person_and_is_handled_at_once(
    flow: Suite, hearing_erasures: Running
) -> None:
    person, other = new_id(), new_id()
    dead_line(flow, person, completion(person), completion(person))
    dead_line(flow, other, completion(other))
    say(flow, erasure(person))
    flow.settle()
    assert standing(hearing_erasures) == (1, 1), "The other person's line waits as before."
    assert tallies(hearing_erasures.database) == {}
    assert verify(hearing_erasures.service, hearing_erasures.database, hearing_erasures.log) == []
    say(flow, completion(person))
    flow.settle()
    assert tallies(hearing_erasures.database) == {person: (1, 45)}, "The line is free; what a listener does is its own."


def test_an_erasure_in_one_batch_with_the_event_that_dies_before_it_is_not_parked(
    flow: Suite, hearing_erasures: Running
) -> None:
    person = new_id()
    publish_raw(flow, str(person), "no json")
    publish_raw(flow, str(person), encode(completion(person)))
    say(flow, erasure(person))
    flow.settle()
    assert standing(hearing_erasures) == (0, 0)
    assert tallies(hearing_erasures.database) == {}


def test_an_erasure_that_fails_is_the_head_of_its_line_and_can_be_replayed(
    flow: Suite, hearing_erasures: Running
) -> None:
    person = new_id()
    dead_line(flow, person, completion(person))
    Broken.errors[person] = RuntimeError("a surprise")
    event = erasure(person)
    say(flow, event)
    flow.settle()
    assert standing(hearing_erasures) == (1, 0)
    Broken.errors.clear()
    assert replay(hearing_erasures.service, hearing_erasures.database, event.id) == 1
    assert standing(hearing_erasures) == (0, 0)


def test_a_letter_that_is_to_be_replayed_is_handled_by_the_consumer_though_events_keep_coming(
    flow: Suite, heard: Running
) -> None:
    """What a web process asks for: it has no handlers, and no database role that spans tenants."""
    person, other = new_id(), new_id()
    first = dead_line(flow, person, completion(person))
    with heard.database.writing() as session:
        ask_for_replay(session, first.id)
    assert standing(heard) == (0, 1)
    say(flow, completion(other))
    flow["enrolment"].publish()
    heard.consumer.close()
    again = Running(heard.service, heard.database, heard.log)
    while not tallies(heard.database).get(other):
        again.consumer.step(0.2)
    again.consumer.close()
    assert tallies(heard.database) == {person: (2, 90), other: (1, 45)}
    assert standing(heard) == (0, 0)
    assert verify(heard.service, heard.database, heard.log) == []


def test_a_letter_that_kills_every_process_that_handles_it_again_is_dead_again(flow: Suite, heard: Running) -> None:
    """Else a consumer would be killed by it at every start, and nobody's events would be handled."""
    person = new_id()
    first = dead_line(flow, person, completion(person))
    Broken.errors[person] = Killed()
    for _ in range(TRIES):
        with pytest.raises(Killed):
            replay(heard.service, heard.database, first.id)
    with pytest.raises(ReplayFailed, match="ended every process"):
        replay(heard.service, heard.database, first.id)
    assert standing(heard) == (1, 1)
    Broken.errors.clear()
    assert replay(heard.service, heard.database, first.id) == 2
    assert tallies(heard.database) == {person: (2, 90)}


def test_replaying_and_discarding_are_noted_with_the_reason_and_no_more(flow: Suite, heard: Running) -> None:
    first, second = dead_line(flow, new_id()), dead_line(flow, new_id())
    replay(heard.service, heard.database, first.id)
    discard(heard.service, heard.database, second.id, reason="wrong_at_source", ticket="OPS-17")
    with heard.database.reading() as session:
        noted = audit.newest(session, 9)
        assert audit.verify(session).fault == ""
    assert [(act["act"], act["subject"], act["tenant"]) for act in noted] == [
        ("letter.replayed", f"event/{first.id}", CITY),
        ("letter.discarded", f"event/{second.id}", CITY),
    ]
    assert json.loads(str(noted[1]["details"])) == {
        "reason": "wrong_at_source",
        "ticket": "OPS-17",
        "type": second.type,
    }
