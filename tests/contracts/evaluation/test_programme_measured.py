"""What is said of a course's gain in a city: seldom, only when it shows otherwise, and never more than may be shown."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.evaluation.app import service
from shared import clock
from shared.events import Event
from shared.events.evaluation import ProgrammeMeasured
from shared.ids import new_id
from shared.messaging.handling import handle
from shared.messaging.rebuild import rebuild, verify
from shared.messaging.relay import Relay
from shared.testing import Running
from tests.api.evaluation.facts import START, Study, published, tenant_defined
from tests.api.serving import said
from tests.contracts.evaluation.delivery import deliver, running_on

CITY, COURSE = new_id(), new_id()


class Office:
    """Evaluation with its relays, at a moment that the test sets."""

    def __init__(self, running: Running) -> None:
        self.running, self.database = running, running.database
        self.relays = [running.relay, Relay(service, running.database, running.log)]
        self.at = START

    def hear(self, *events: Event) -> None:
        with self.database.writing() as session:
            handle(service, session, events)

    def after(self, seconds: float) -> list[ProgrammeMeasured]:
        """Let time pass and the clock call every relay's timers; give what is said of the course."""
        self.at += timedelta(seconds=seconds)
        before = len(self.said())
        with clock.telling(self.at):
            for relay in self.relays:
                relay.call_timers()
        return self.said()[before:]

    def said(self, tenant: UUID = CITY) -> list[ProgrammeMeasured]:
        return said(self.database, tenant, ProgrammeMeasured)


@pytest.fixture
def office(evaluation_file: Path, tmp_path: Path) -> Iterator[Office]:
    with running_on(evaluation_file, tmp_path) as running:
        office = Office(running)
        office.hear(tenant_defined(CITY), published(CITY, COURSE))
        yield office


def completions(pairs: int, tenant: UUID = CITY) -> list[Event]:
    """So many learners who gain about 1,500 basis points."""
    found: list[Event] = []
    for place in range(pairs):
        pre = 4000 + 700 * (place % 5)
        found.append(Study(tenant, course=COURSE).completed(pre, pre + 1100 + 400 * (place % 3)))
    return found


def test_a_course_is_measured_as_far_as_the_display_rule_lets_it_be_shown(office: Office) -> None:
    assert office.after(0) == []

    office.hear(*completions(4))
    assert office.after(10) == [], "Of what is suppressed there is nothing to say."

    office.hear(*completions(1))
    (counted,) = office.after(10)
    assert (counted.display, counted.n, counted.gain, counted.g) == ("count only", 5, None, None)

    office.hear(*completions(5))
    (preliminary,) = office.after(10)
    assert (preliminary.display, preliminary.n, preliminary.gain, preliminary.low) == ("preliminary", 10, None, None)
    assert preliminary.g is not None

    office.hear(*completions(10))
    (shown,) = office.after(10)
    assert (shown.display, shown.n) == ("shown", 20)
    assert shown.gain is not None
    assert shown.low is not None
    assert shown.high is not None
    assert 1100 <= shown.low < shown.gain < shown.high <= 1900
    assert (shown.course, shown.programme, shown.rule_set) == (COURSE, COURSE, "nasional-2019-01")
    assert (shown.as_of, shown.time) == (START + timedelta(hours=1), office.at)
    assert [one.sequence for one in office.said()] == [1, 2, 3]


def test_many_completions_within_ten_seconds_are_said_once_whichever_relay_is_asked(office: Office) -> None:
    office.hear(*completions(5))
    assert [one.n for one in office.after(0)] == [5]
    for _ in range(3):
        office.hear(*completions(1))
        assert office.after(3) == []
    assert [one.n for one in office.after(1)] == [8]


def test_what_shows_nothing_new_is_not_said_again(office: Office) -> None:
    office.hear(*completions(20))
    assert len(office.after(10)) == 1
    without_pair = Study(CITY, course=COURSE).completed(None, 9000)
    office.hear(without_pair, Study(CITY, course=COURSE).enrolled())
    assert office.after(10) == office.after(10) == []


def test_a_gain_that_falls_under_the_rule_again_is_said_to_be_suppressed(office: Office) -> None:
    revoked = Study(CITY, course=COURSE)
    office.hear(*completions(4), revoked.completed(4000, 8000))
    office.after(10)
    office.hear(revoked.revoked())
    (last,) = office.after(10)
    assert (last.display, last.n, last.gain, last.g) == ("suppressed", None, None, None)
    assert office.after(10) == []


def test_each_city_is_spoken_of_apart_and_only_once_its_day_is_known(office: Office) -> None:
    other = new_id()
    office.hear(*completions(6), *completions(7, other))
    assert [one.n for one in office.after(10)] == [6]
    assert office.said(other) == []
    office.hear(tenant_defined(other))
    assert office.after(10) == []
    assert [(one.n, one.sequence) for one in office.said(other)] == [(7, 1)]


def test_a_course_that_has_not_arrived_is_spoken_of_once_it_has(office: Office) -> None:
    course = new_id()
    office.hear(*(Study(CITY, course=course).completed(4000, 8000) for _ in range(5)))
    assert office.after(10) == []
    office.hear(published(CITY, course))
    assert [one.course for one in office.after(10)] == [course]


def test_a_rebuild_keeps_what_was_said_and_says_nothing_anew(office: Office) -> None:
    deliver(office.running, tenant_defined(CITY), published(CITY, COURSE), *completions(5))
    assert len(office.after(10)) == 1
    rebuild(service, office.database, office.running.log)
    assert verify(service, office.database, office.running.log) == []
    assert office.after(10) == []
