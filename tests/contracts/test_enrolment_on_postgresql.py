"""Two at the same moment in enrolment, on PostgreSQL: places, withdrawals, closings and corrections stay exact."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from deploy.postgres.server import Server
from services.enrolment.app import service
from services.enrolment.commands import close_ended_classes, work_off_jobs
from shared import clock
from shared.events.enrolment import (
    CompletionRevoked,
    EnrolmentClosed,
    LearnerEnrolled,
    LearningStarted,
    TrainingCompleted,
)
from shared.web.app import create_app
from shared.web.keys import KeyRing
from tests.api.enrolment.city import City, graded_in
from tests.api.serving import Answer
from tests.api.tokens import ORIGIN, key_set
from tests.contracts.homes import on_postgresql

RACES = 12
NOW = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)
DATED = {"kind": "dated", "opens": "2026-11-01", "closes": "2026-11-03"}
OVER = NOW + timedelta(hours=21, minutes=1)


@pytest.fixture(scope="module")
def city(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city whose requests come in the web role, and whose events and timers run in that of workers."""
    folder = tmp_path_factory.mktemp("places")
    with on_postgresql(postgres_server, folder, "places_", [service]) as home, clock.telling(NOW):
        home.settings = replace(home.settings, public_url=ORIGIN)
        home.migrate([service])
        web = home.database("enrolment", "web")
        keys = KeyRing(web, home.settings, key_set)
        keys.refresh()
        app = create_app(service, home.settings, web, keys, schema_is_current=lambda _: True)
        yield City(app, home.database("enrolment", "worker")).begin()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do everything at the same moment, each in a thread of its own; give the results in order."""
    together = Barrier(len(acts))

    def do(act: Callable[[], Any]) -> Any:
        together.wait(30)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(do, acts))


def ask(city: City, class_: str, *people: UUID) -> Answer:
    answer = city.administrator.send(f"/classes/{class_}/enrolment-jobs", "\n".join(str(one) for one in people))
    assert answer.status_code == 202, answer.json
    return answer


def of(said: list[Any], *enrolments: dict[str, Any]) -> list[Any]:
    wanted = {UUID(one["id"]) for one in enrolments}
    return [one for one in said if one.enrolment in wanted]


def test_a_withdrawal_beside_the_completing_mark_leaves_one_of_the_two(city: City) -> None:
    course = city.publish()
    outcomes = []
    for _ in range(RACES):
        enrolment = city.enrol(city.person(), course)
        city.mark(enrolment, *course.lessons[:2])
        path = f"/enrolments/{enrolment['id']}/withdrawal"
        passing = graded_in(enrolment, city.id, course.post, 9000)

        withdrawn, _ = at_once(partial(city.administrator.put, path), partial(city.hear, passing))

        state = city.shown(enrolment)["state"]
        completed, closed = (len(of(city.said(kind), enrolment)) for kind in (TrainingCompleted, EnrolmentClosed))
        outcomes.append((withdrawn.status_code, state, completed, closed))
    assert set(outcomes) <= {(200, "closed", 0, 1), (409, "completed", 1, 0)}


def test_two_lists_and_those_who_enrol_themselves_fill_a_class_to_its_last_place(city: City) -> None:
    course = city.publish()
    class_ = city.plan(course, capacity=15)
    listed = [[city.person() for _ in range(10)] for _ in range(2)]
    jobs = [ask(city, class_, *people).json["id"] for people in listed]
    learners = [city.learner(person) for person in listed[0][:5]] + [city.learner() for _ in range(5)]
    path = f"/classes/{class_}/enrolments"

    at_once(*[partial(city.tick, work_off_jobs)] * 4, *(partial(one.post, path) for one in learners))
    city.tick(work_off_jobs, work_off_jobs)

    said = Counter(one.person for one in city.said(LearnerEnrolled) if one.course == course.id)
    assert (len(said), set(said.values())) == (15, {1})
    done = [city.administrator.get(f"/enrolment-jobs/{job}").json for job in jobs]
    assert [(one["state"], one["done"]) for one in done] == [("done", 10)] * 2
    assert all(one["enrolled"] + one["refused"] == 10 for one in done)


def test_people_who_enrol_themselves_beside_their_list_are_enrolled_once(city: City) -> None:
    course = city.publish()
    class_, people = city.plan(course), [city.person() for _ in range(12)]
    job = ask(city, class_, *people).json["id"]
    path = f"/classes/{class_}/enrolments"

    answers = at_once(partial(city.tick, work_off_jobs), *(partial(city.learner(one).post, path) for one in people))

    themselves = sum(answer.status_code == 201 for answer in answers[1:])
    assert city.administrator.get(f"/enrolment-jobs/{job}").json["enrolled"] == 12 - themselves
    said = Counter(one.person for one in city.said(LearnerEnrolled) if one.course == course.id)
    assert said == Counter(people)


def test_closing_a_class_beside_its_last_passing_grades_lets_nobody_stay_open(city: City) -> None:
    course = city.publish()
    class_ = city.plan(course, **DATED)
    enrolments = [dict(city.learner().post(f"/classes/{class_}/enrolments").json) for _ in range(RACES)]
    for one in enrolments:
        city.mark(one, *course.lessons[:2])
    grades = [graded_in(one, city.id, course.post, 9000) for one in enrolments]

    with clock.telling(OVER):
        at_once(
            *[partial(city.tick, close_ended_classes)] * 2,
            partial(city.hear, *grades[:10]),
            *(partial(city.hear, one) for one in grades[10:]),
        )
        city.tick(close_ended_classes, close_ended_classes)

    assert {city.shown(one)["state"] for one in enrolments} == {"completed"}
    assert city.learner().get(f"/classes/{class_}").json["state"] == "closed"
    assert Counter(one.enrolment for one in of(city.said(TrainingCompleted), *enrolments)).most_common(1)[0][1] == 1
    assert set(Counter(one.enrolment for one in of(city.said(EnrolmentClosed), *enrolments)).values()) <= {1}


def test_nobody_gets_into_a_class_while_it_is_closed(city: City) -> None:
    for capacity in (None, 50):
        class_ = city.plan(city.publish(), capacity=capacity)
        learners = [city.learner() for _ in range(10)]
        path = f"/classes/{class_}"

        answers = at_once(
            *(partial(one.post, f"{path}/enrolments") for one in learners[:5]),
            partial(city.administrator.put, f"{path}/closing"),
            *(partial(one.post, f"{path}/enrolments") for one in learners[5:]),
        )
        city.tick(close_ended_classes)

        begun = [one.json for one in answers if one.status_code == 201]
        assert {one.json["type"] for one in answers if one.status_code == 409} <= {"/problems/class-is-closed"}
        assert {city.shown(one)["state"] for one in begun} <= {"closed"}
        assert city.learner().get(path).json["state"] == "closed"


def test_a_revocation_beside_a_new_beginning_leaves_one_enrolment_open(city: City) -> None:
    course = city.publish()
    class_ = city.plan(course)
    for _ in range(RACES):
        person = city.person()
        before = city.enrol(person, course)
        attempt = city.complete(course, before)
        failed = graded_in(before, city.id, course.post, 100, attempt=attempt, revision=2)

        begun, _ = at_once(
            partial(city.learner(person).post, f"/classes/{class_}/enrolments"), partial(city.hear, failed)
        )

        opened = city.administrator.get(f"/enrolments?person={person}&state=open").json["items"]
        assert [one["id"] for one in opened] == [begun.json["id"] if begun.status_code == 201 else before["id"]]
        assert len(of(city.said(CompletionRevoked), before)) == 1
        assert len(of(city.said(EnrolmentClosed), before)) == (begun.status_code == 201)


def test_an_erasure_beside_enrolments_of_the_person_leaves_nothing_open(city: City) -> None:
    for _ in range(RACES):
        person, course = city.person(), city.publish()
        class_, other = city.plan(course), city.plan(city.publish())
        ask(city, other, person)
        administrator = city.administrator

        at_once(
            partial(city.erase, person),
            partial(administrator.post, f"/classes/{class_}/enrolments", {"person": str(person)}),
            partial(city.tick, work_off_jobs),
        )
        city.tick(work_off_jobs)

        assert administrator.get(f"/enrolments?person={person}&state=open").json["items"] == []


def test_the_first_lesson_marked_four_times_at_once_starts_the_learning_once(city: City) -> None:
    course = city.publish()
    for _ in range(RACES):
        enrolment = city.enrol(city.person(), course)
        learner, path = city.learner(UUID(enrolment["person"])), f"/enrolments/{enrolment['id']}/lessons"

        at_once(*(partial(learner.put, f"{path}/{lesson}") for lesson in (*course.lessons, course.lessons[0])))

        assert len(of(city.said(LearningStarted), enrolment)) == 1


def test_fewer_places_beside_those_who_take_them_are_never_too_few(city: City) -> None:
    class_ = city.plan(city.publish(), capacity=10)
    path = f"/classes/{class_}"
    plan, match = {"capacity": 4, "trainers": []}, {"If-Match": '"1"'}

    at_once(
        *(partial(city.learner().post, f"{path}/enrolments") for _ in range(8)),
        partial(city.administrator.put, path, plan, **match),
    )

    taken = len(city.administrator.get(f"/enrolments?class={class_}").json["items"])
    assert taken <= city.administrator.get(path).json["capacity"]


def test_a_limit_that_comes_beside_those_who_enrol_is_never_overrun(city: City) -> None:
    course, plan, match = city.publish(), {"capacity": 1, "trainers": []}, {"If-Match": '"1"'}
    for _ in range(RACES):
        class_ = city.plan(course)
        path, learners = f"/classes/{class_}", [city.learner() for _ in range(6)]

        answers = at_once(
            partial(city.administrator.put, path, plan, **match),
            *(partial(one.post, f"{path}/enrolments") for one in learners),
        )

        taken = len(city.administrator.get(f"/enrolments?class={class_}").json["items"])
        assert taken <= (city.administrator.get(path).json["capacity"] or 6)
        assert {one.status_code for one in answers} <= {200, 201, 409}
