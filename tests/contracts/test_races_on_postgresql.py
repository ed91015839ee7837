"""Two at the same moment, on PostgreSQL: what each of them decides, the other one has seen.

Without the locks of the commands, trainings stayed open for ever and fifteen learners got the last place.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from deploy.postgres.server import Server
from services.assessment.app import service as assessment
from services.assessment.commands.corrections import mark_corrected_attempts_again
from services.assessment.commands.marking import hand_in_overdue_attempts
from services.enrolment.app import service as enrolment
from shared import clock
from shared.events.assessment import AttemptGraded
from shared.events.enrolment import LearnerEnrolled, TrainingCompleted
from shared.events.identity import JobDefined
from shared.ids import new_id
from shared.messaging import outbox
from shared.plumbing import aggregates
from shared.plumbing import outbox as outbox_table
from shared.web.app import App, create_app
from shared.web.keys import KeyRing
from tests.api.assessment import conftest as sitting
from tests.api.enrolment import city as learning
from tests.contracts.homes import Home, on_postgresql

RACES = 60

Result = TypeVar("Result")


def at_once(*acts: Callable[[], Result]) -> list[Result]:
    """Do everything at the same moment, each in a thread of its own; give the results in order."""
    together = threading.Barrier(len(acts))

    def do(act: Callable[[], Result]) -> Result:
        together.wait(30)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(do, acts))


@pytest.fixture(scope="module")
def home(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    services = [assessment, enrolment]
    with on_postgresql(postgres_server, tmp_path_factory.mktemp("races"), "races_", services) as home:
        home.settings = replace(home.settings, public_url=learning.ORIGIN)
        home.migrate(services)
        yield home


@pytest.fixture(scope="module")
def city(home: Home) -> learning.City:
    """A city in enrolment, whose requests come in the web role and whose events are heard in the worker role."""
    web = home.database("enrolment", "web")
    keys = KeyRing(web, home.settings, lambda: {"keys": [learning.KEY.as_dict(private=False)]})
    keys.refresh()
    app = create_app(enrolment, home.settings, web, keys, schema_is_current=lambda _: True)
    return learning.City(app, home.database("enrolment", "worker")).begin()


@pytest.fixture(scope="module")
def town(home: Home) -> sitting.City:
    """A city in assessment."""
    web = home.database("assessment", "web")
    keys = KeyRing(web, home.settings, lambda: {"keys": [sitting.KEY.as_dict(private=False)]})
    keys.refresh()
    app: App = create_app(assessment, home.settings, web, keys, schema_is_current=lambda _: True)
    house = sitting.House(app, web, home.database("assessment", "worker"), home.settings)
    return sitting.City(house).settle()


def test_the_last_lesson_mark_beside_the_passing_grade_always_completes_the_training_once(
    city: learning.City,
) -> None:
    course = city.publish()
    first, last, _ = course.lessons
    states = []
    for _ in range(RACES):
        person = city.person()
        learner, begun = city.learner(person), city.enrol(person, course)
        path = f"/enrolments/{begun['id']}"
        assert learner.put(f"{path}/lessons/{first}").status_code == 200
        passing = learning.graded_in(begun, city.id, course.post, 9000)

        at_once(partial(learner.put, f"{path}/lessons/{last}"), partial(city.hear, passing))

        states.append(learner.get(path).json["state"])
    said = Counter(one.enrolment for one in city.said(TrainingCompleted) if one.course == course.id)

    assert states == ["completed"] * RACES
    assert len(said) == RACES
    assert set(said.values()) == {1}


def test_twenty_who_race_for_the_last_place_leave_one_winner(city: learning.City) -> None:
    course = city.publish()
    path = f"/classes/{city.plan(course, capacity=1)}/enrolments"
    learners = [city.learner() for _ in range(20)]

    answers = at_once(*[partial(one.post, path) for one in learners])

    assert Counter(one.status_code for one in answers) == {201: 1, 409: 19}
    assert {one.json["type"] for one in answers if one.status_code == 409} == {"/problems/class-is-full"}
    assert len([one for one in city.said(LearnerEnrolled) if one.course == course.id]) == 1


def test_one_person_who_enrols_four_times_at_once_is_enrolled_once(city: learning.City) -> None:
    course = city.publish()
    for _ in range(10):
        person = city.person()
        learner, path = city.learner(person), f"/classes/{city.plan(course)}/enrolments"

        answers = at_once(*[partial(learner.post, path)] * 4)

        assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
        assert {one.json["type"] for one in answers if one.status_code == 409} == {"/problems/already-enrolled"}
    said = Counter(one.person for one in city.said(LearnerEnrolled) if one.course == course.id)

    assert sorted(said.values()) == [1] * 10


def test_an_attempt_handed_in_twice_at_once_has_one_grade(town: sitting.City) -> None:
    test = town.assessment(town.bank())
    assert town.publish(test).status_code == 200
    town.pin(test)
    for _ in range(10):
        learner = town.person()
        seat = sitting.Sitting(town, learner, town.enrol(learner), test)
        attempt = seat.begin()

        answers = at_once(*[partial(seat.hand_in, attempt)] * 2)

        assert [one.status_code for one in answers] == [200, 200]
        assert answers[0].json == answers[1].json
    said = Counter(one.attempt for one in town.said(AttemptGraded))

    assert sorted(said.values()) == [1] * 10


def graded(town: sitting.City, attempts: Iterable[Mapping[str, Any]]) -> dict[str, list[AttemptGraded]]:
    said = town.said(AttemptGraded)
    return {one["id"]: [event for event in said if str(event.attempt) == one["id"]] for one in attempts}


def test_the_timer_and_late_hand_ins_at_once_give_each_attempt_one_grade_as_of_its_end(town: sitting.City) -> None:
    test = town.assessment(town.bank(code="hurried"), code="hurried", time_limit_minutes=30)
    town.publish(test)
    town.pin(test, course_version=3)
    town_at = partial(town.enrol, course_version=3)
    late = clock.now() + timedelta(minutes=31)

    def tick() -> None:
        with town.house.worker.writing() as session:
            hand_in_overdue_attempts(session)

    sittings = []
    for learner in (town.person() for _ in range(6)):
        sat = sitting.Sitting(town, learner, town_at(learner), test)
        sittings.append((sat, sat.begin()))
    with clock.telling(late):
        at_once(tick, tick, *(partial(sat.hand_in, attempt) for sat, attempt in sittings))
    for _, attempt in sittings:
        (said,) = graded(town, [attempt])[attempt["id"]]
        assert (said.revision, said.handed_in_at) == (1, datetime.fromisoformat(attempt["closes_at"]))


def test_whoever_hands_in_while_a_key_is_corrected_is_marked_by_the_corrected_one(town: sitting.City) -> None:
    bank = town.bank(code="corrected")
    test = town.assessment(bank, code="corrected")
    town.publish(test)
    town.pin(test, course_version=4)
    sittings = []
    for learner in (town.person() for _ in range(5)):
        sat = sitting.Sitting(town, learner, town.enrol(learner, course_version=4), test)
        attempt = sat.begin()
        chosen = [sitting.choose(question, right=True) for question in attempt["questions"]]
        assert sat.save(attempt, *chosen).status_code == 200
        sittings.append((sat, attempt))
    question = town.trainer.get(f"/banks/{bank}/questions").json["items"][0]
    other = next(option["id"] for option in question["options"] if option["id"] != question["correct"])
    path = f"/banks/{bank}/questions/{question['id']}/key"

    def correct() -> None:
        assert town.trainer.put(path, json={"option": other}).status_code == 200
        work()

    def work() -> None:
        with town.house.worker.writing() as session:
            mark_corrected_attempts_again(session)

    at_once(correct, *(partial(sat.hand_in, attempt) for sat, attempt in sittings))
    work()
    for said in graded(town, [attempt for _, attempt in sittings]).values():
        assert said[-1].score == 6_667
        assert [one.revision for one in said] == list(range(1, len(said) + 1))


def test_an_attempt_begun_twice_at_once_is_one_attempt(town: sitting.City) -> None:
    test = town.assessment(town.bank(code="second"), code="second")
    assert town.publish(test).status_code == 200
    town.course = new_id()
    town.pin(test)
    for _ in range(10):
        learner = town.person()
        seat = sitting.Sitting(town, learner, town.enrol(learner), test)

        answers = at_once(seat.start, seat.start)

        assert sorted(one.status_code for one in answers) == [200, 201]
        assert len({one.json["id"] for one in answers}) == 1


def test_two_who_speak_of_one_aggregate_at_once_are_numbered_without_gap_or_double(home: Home) -> None:
    database, tenant = home.database("enrolment", "worker"), new_id()

    def defined() -> JobDefined:
        return JobDefined(tenant=tenant, job="J1", position_type="JF", name="Arsiparis")

    def speak() -> None:
        for _ in range(RACES // 2):
            with database.writing() as session:
                outbox.append(session, defined(), defined())

    at_once(speak, speak)

    by_position = sa.select(outbox_table.c.sequence).where(outbox_table.c.tenant == tenant)
    with database.reading() as session:
        numbers: Sequence[int] = session.scalars(by_position.order_by(outbox_table.c.position)).all()
        last = session.scalar(sa.select(aggregates.c.sequence).where(aggregates.c.tenant == tenant))
    assert numbers == list(range(1, 2 * RACES + 1))
    assert last == 2 * RACES
