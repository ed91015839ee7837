"""From the outbox to an effect, once each, whatever fails on the way."""

from shared.errors import Reject
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.operations import discard, replay, status
from shared.messaging.rebuild import rebuild, verify
from shared.testing import Suite
from tests.messaging import tally
from tests.messaging.tally import Broken, completion, enrolled, tallies


def say(flow: Suite, *events: object) -> None:
    with flow["enrolment"].database.writing() as session:
        outbox.append(session, *events)  # type: ignore[arg-type]


def test_a_completion_is_counted_once(flow: Suite) -> None:
    person = new_id()
    say(flow, completion(person), completion(person))
    flow.settle()
    assert tallies(flow["tally"].database) == {person: (2, 90)}
    assert verify(flow["tally"].service, flow["tally"].database, flow["tally"].log) == []


def test_rebuild(flow: Suite) -> None:
    person = new_id()
    say(flow, *[completion(person) for _ in range(30)])
    flow.settle()
    with flow["tally"].database.writing() as session:
        session.get(tally.Tally, person).minutes = 1
    differences = verify(flow["tally"].service, flow["tally"].database, flow["tally"].log)
    assert len(differences) == 1
    assert rebuild(flow["tally"].service, flow["tally"].database, flow["tally"].log) == 30
    assert verify(flow["tally"].service, flow["tally"].database, flow["tally"].log) == []


def test_dead(flow: Suite) -> None:
    person, other = new_id(), new_id()
    Broken.errors[person] = RuntimeError("no")
    first = completion(person)
    say(flow, first, completion(other), completion(person), enrolled(person, version=404))
    flow.settle()
    assert tallies(flow["tally"].database) == {other: (1, 45)}
    state = status(flow["tally"].service, flow["tally"].database, flow["tally"].log)
    assert state["dead"] == 1 and state["parked"] == 2, state
    del Broken.errors[person]
    try:
        replay(flow["tally"].service, flow["tally"].database, first.id)
    except Exception as e:
        print(e)
    assert tallies(flow["tally"].database) == {other: (1, 45), person: (2, 90)}
