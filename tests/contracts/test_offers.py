"""A provider offers a course to one city and not to another: what each of them then reads, begins and completes.

The real services, on SQLite and in the roles of PostgreSQL.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from services.assessment.commands.corrections import mark_corrected_attempts_again
from services.embedded import SERVICES
from shared.events.assessment import AttemptGraded
from shared.events.catalogue import CourseOffered, CourseOfferEnded, CourseWithdrawn
from shared.events.enrolment import TrainingCompleted
from shared.messaging.rebuild import verify
from tests.contracts.homes import on_postgresql, on_sqlite
from tests.contracts.tenants import COURSE, RIGHT, House, Learner, Provider, Tenant, housed


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("offers")
    if request.param == "sqlite":
        with on_sqlite(folder) as home, housed(home) as house:
            yield house
        return
    with (
        on_postgresql(request.getfixturevalue("postgres_server"), folder, "offers_", SERVICES) as home,
        housed(home) as house,
    ):
        yield house


@pytest.fixture(scope="module")
def provider(house: House) -> Provider:
    return Provider.found(house)


@pytest.fixture(scope="module")
def city(house: House, provider: Provider) -> Tenant:
    """A city to which the course is offered."""
    city = house.tenant()
    offered = provider.offer(city)
    assert offered.status == 200, offered.text
    return city


@pytest.fixture(scope="module")
def stranger(house: House, provider: Provider) -> Tenant:
    """A city to which nothing is offered; it depends on the provider, so that there would be something to see."""
    assert provider.course
    return house.tenant()


@pytest.fixture(scope="module")
def class_(city: Tenant, provider: Provider) -> str:
    return plan(city, provider)


def plan(city: Tenant, provider: Provider, **rest: object) -> str:
    """Plan a class of a city in the provider's course."""
    wanted = {"code": f"A-{city.person()}", "course": provider.course, "kind": "self_paced", **rest}
    return str(city.do("POST", "enrolment/classes", "administrator", json=wanted)["id"])


def test_what_a_citys_learner_completes_is_the_citys_alone(
    house: House, provider: Provider, city: Tenant, stranger: Tenant, class_: str
) -> None:
    learner = Learner.enrol(city, class_)
    learner.sit(provider.pre, right={"30"})
    learner.view_lessons()
    result = learner.sit(provider.post)

    assert (result["score"], learner.state) == (10_000, "completed")
    (completed,) = [one for one in city.said("enrolment", TrainingCompleted) if one.person == learner.id]
    assert (completed.provider, completed.pre, completed.post) == (provider.tenant.id, 3_333, 10_000)
    evidence = learner.do("GET", "evaluation/me/evidence")["items"]
    assert {one["competency"] for one in evidence} == {"INT"}
    figures = f"evaluation/courses/{provider.course}/figures"
    assert city.do("GET", figures, "analyst")["completed"] == 1
    assert city.do("GET", figures, "analyst")["title"] == "Pengendalian Gratifikasi"
    assert provider.tenant.do("GET", figures, "analyst")["enrolled"] == 0
    assert stranger.ask("GET", figures, "analyst").problem == "/problems/not-yet-known"
    for other in (provider.tenant, stranger):
        assert other.said("enrolment", TrainingCompleted) == []


def test_a_city_reads_what_it_is_offered_with_lessons_and_files_and_a_stranger_nothing(
    house: House, provider: Provider, city: Tenant, stranger: Tenant
) -> None:
    place = f"catalogue/courses/{provider.course}"
    learner = {"person": city.person()}
    listed = city.do("GET", "catalogue/courses", "learner", **learner)["items"]
    assert [(one["id"], one["provider"]) for one in listed] == [(provider.course, str(provider.tenant.id))]
    shown = city.do("GET", place, "administrator")
    assert (shown["trainers"], shown["programme"]["code"]) == ([], "INTEGRITAS")
    version = city.do("GET", f"{place}/versions/1", "learner", **learner)
    assert [one["competencies"] for one in version["assessments"]] == [[{"competency": "INT", "level": 2}]] * 2
    text, file = (
        city.do("GET", f"{place}/versions/1/lessons/{one['id']}", "learner", **learner) for one in version["lessons"]
    )
    assert "<em>pelajaran</em>" in text["html"]
    material = city.ask("GET", f"{place}/versions/1/materials/{file['material']['id']}", "learner", **learner)
    assert material.text == "%PDF-1.7 "

    assert stranger.do("GET", "catalogue/courses", "administrator")["items"] == []
    for path in (place, f"{place}/versions/1", f"{place}/versions/1/materials/{file['material']['id']}"):
        assert stranger.ask("GET", path, "administrator").status == 404


def test_who_is_offered_a_course_changes_nothing_of_it(provider: Provider, city: Tenant, stranger: Tenant) -> None:
    place = f"catalogue/courses/{provider.course}"
    for tenant, status in ((city, 403), (stranger, 404)):
        for method, path in (
            ("PUT", f"{place}/publication"),
            ("PUT", f"{place}/withdrawal"),
            ("PUT", f"{place}/offers/{stranger.id}"),
            ("DELETE", f"{place}/offers/{city.id}"),
            ("GET", f"{place}/offers"),
            ("GET", f"{place}/manifest"),
        ):
            given = tenant.ask(method, path, "administrator", "trainer", headers={"If-Match": '"1"'})
            assert given.status == status, (method, path, given.text)
    for path in (f"assessment/banks/{provider.bank}", f"assessment/assessments/{provider.post}"):
        assert city.ask("GET", path, "administrator").status == 404


def test_the_next_draft_stays_with_the_provider_until_it_is_published(
    house: House, provider: Provider, city: Tenant
) -> None:
    other = Provider.found(house)
    other.offer(city)
    assert other.tenant.import_course(COURSE.replace("title: Dasar", "title: Rahasia")) == other.course
    place = f"catalogue/courses/{other.course}"
    assert city.do("GET", place, "administrator")["draft"] is None
    assert city.ask("GET", f"{place}/versions/2", "administrator").status == 404
    other.tenant.change_course(other.course, "publication")
    assert city.do("GET", f"{place}/versions/2", "administrator")["lessons"][0]["title"] == "Rahasia"


def test_neither_owner_nor_stranger_sees_a_citys_learner_and_the_classs_trainer_does(
    provider: Provider, city: Tenant, stranger: Tenant
) -> None:
    trainer = city.person()
    learner = Learner.enrol(city, plan(city, provider, trainers=[str(trainer)]))
    path = f"enrolment/enrolments/{learner.enrolment['id']}"

    assert city.do("GET", path, "trainer", person=trainer)["person"] == str(learner.id)
    assert city.ask("GET", path, "trainer").status == 404
    for other in (provider.tenant, stranger):
        assert other.ask("GET", path, "administrator", "trainer").status == 404


def test_a_class_names_trainers_among_the_citys_people_alone(provider: Provider, city: Tenant) -> None:
    wanted = {"code": "X", "course": provider.course, "kind": "self_paced", "trainers": [str(provider.tenant.staff)]}
    refused = city.ask("POST", "enrolment/classes", "administrator", json=wanted)

    assert (refused.status, refused.problem) == (409, "/problems/not-yet-known")


def test_a_stranger_plans_no_class_in_a_course_that_it_is_not_offered(provider: Provider, stranger: Tenant) -> None:
    wanted = {"code": "X", "course": provider.course, "kind": "self_paced"}
    refused = stranger.ask("POST", "enrolment/classes", "administrator", json=wanted)

    assert (refused.status, refused.problem) == (409, "/problems/not-yet-known")


def test_an_offer_that_ends_stops_who_would_begin_and_nobody_who_has_begun(house: House) -> None:
    provider, city = Provider.found(house), house.tenant()
    provider.offer(city)
    class_ = plan(city, provider)
    begun = Learner.enrol(city, class_)
    assert provider.end_offer(city).status == 204

    late = city.ask("POST", f"enrolment/classes/{class_}/enrolments", "learner", person=city.person(), json={})
    wanted = {"code": "LATE", "course": provider.course, "kind": "self_paced"}
    planned = city.ask("POST", "enrolment/classes", "administrator", json=wanted)
    assert {late.problem, planned.problem} == {"/problems/course-is-not-offered"}
    assert city.do("GET", "catalogue/courses", "learner", person=begun.id)["items"] == []
    assert city.do("GET", f"catalogue/courses/{provider.course}", "learner", person=begun.id)["state"] == "published"
    begun.view_lessons()
    begun.sit(provider.post)
    assert begun.state == "completed"

    provider.offer(city)
    assert Learner.enrol(city, class_).state == "open"


def test_a_withdrawn_course_is_begun_by_nobody_until_it_is_published_again(house: House) -> None:
    provider, city = Provider.found(house), house.tenant()
    provider.offer(city)
    classes = {tenant.id: plan(tenant, provider) for tenant in (city, provider.tenant)}
    begun = Learner.enrol(city, classes[city.id])
    assert provider.tenant.change_course(provider.course, "withdrawal").json["state"] == "withdrawn"

    for tenant in (city, provider.tenant):
        path = f"enrolment/classes/{classes[tenant.id]}/enrolments"
        refused = tenant.ask("POST", path, "learner", person=tenant.person(), json={})
        assert (refused.status, refused.problem) == (409, "/problems/course-is-withdrawn")
    begun.view_lessons()
    begun.sit(provider.post)
    assert begun.state == "completed"

    assert provider.tenant.change_course(provider.course, "publication").json["state"] == "published"
    assert Learner.enrol(city, classes[city.id]).enrolment["version"] == 1


def test_what_is_done_twice_is_said_once(house: House) -> None:
    provider, city = Provider.found(house), house.tenant()
    for act in (provider.offer, provider.end_offer, provider.offer):
        assert act(city).status == act(city).status
    for _ in range(2):
        provider.tenant.change_course(provider.course, "withdrawal")
    said = provider.tenant.said

    assert [one.to for one in said("catalogue", CourseOffered)] == [city.id, city.id]
    assert [one.to for one in said("catalogue", CourseOfferEnded)] == [city.id]
    assert [one.course for one in said("catalogue", CourseWithdrawn)] == [UUID(provider.course)]


def test_what_is_done_four_times_at_once_is_said_once(house: House) -> None:
    provider, city = Provider.found(house), house.tenant()
    provider.offer(city)
    place = f"catalogue/courses/{provider.course}/offers/{city.id}"
    with ThreadPoolExecutor(4) as threads:
        for method in ("DELETE", "PUT"):
            together = Barrier(4)

            def act(_: int, method: str = method, together: Barrier = together) -> int:
                together.wait(30)
                return provider.tenant.ask_only(method, place, "administrator").status

            assert len(set(threads.map(act, range(4)))) == 1
    said = provider.tenant.said

    assert len(said("catalogue", CourseOfferEnded)) == 1
    assert len(said("catalogue", CourseOffered)) == 2


def test_a_corrected_key_marks_again_whom_it_concerns_in_every_city(
    house: House, provider: Provider, city: Tenant, class_: str
) -> None:
    learner = Learner.enrol(city, class_)
    learner.view_lessons()
    before = learner.sit(provider.post, right=(RIGHT - {"KPK"}) | {"Ombudsman"})
    questions = provider.tenant.do("GET", f"assessment/banks/{provider.bank}/questions", "administrator")["items"]
    wrong = next(one for one in questions if one["title"] == "Kepada")
    key = next(one["id"] for one in wrong["options"] if one["text"] == "Ombudsman")
    place = f"assessment/banks/{provider.bank}/questions/{wrong['id']}/key"
    provider.tenant.do("PUT", place, "administrator", json={"option": key})
    with house.suite["assessment"].database.writing() as session:
        mark_corrected_attempts_again(session)
    house.settle()

    graded = [one for one in city.said("assessment", AttemptGraded) if one.person == learner.id]
    assert (before["score"], [(one.revision, one.score) for one in graded]) == (6_667, [(1, 6_667), (2, 10_000)])
    assert learner.state == "completed"


def test_every_copy_is_a_fold_of_what_was_said(house: House, city: Tenant) -> None:
    for running in house.suite.running:
        if running.service.projects:
            assert verify(running.service, running.database, running.log) == [], running.service.name
