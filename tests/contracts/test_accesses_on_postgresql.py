"""On PostgreSQL a look is written down by the web role, under row-level security, in a unit of work of its own."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deploy.postgres.server import Server
from services.enrolment.app import service as enrolment
from shared.web.app import create_app
from shared.web.keys import KeyRing
from tests.api.enrolment.city import KEY, ORIGIN, City
from tests.api.personal import looks
from tests.contracts.homes import Home, on_postgresql


@pytest.fixture(scope="module")
def home(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with on_postgresql(postgres_server, tmp_path_factory.mktemp("looks"), "looks_", [enrolment]) as home:
        home.settings = replace(home.settings, public_url=ORIGIN)
        home.migrate([enrolment])
        yield home


@pytest.fixture
def city(home: Home) -> City:
    """A city whose requests come in the web role and whose events are heard in the worker role."""
    web = home.database("enrolment", "web")
    keys = KeyRing(web, home.settings, lambda: {"keys": [KEY.as_dict(private=False)]})
    keys.refresh()
    app = create_app(enrolment, home.settings, web, keys, schema_is_current=lambda _: True)
    return City(app, home.database("enrolment", "worker")).begin()


def test_a_look_by_a_request_that_only_reads_is_kept_and_told_to_the_person_alone(city: City) -> None:
    course, person, other = city.publish(), city.person(), city.person()
    shown = city.administrator.get(f"/enrolments/{city.enrol(person, course)['id']}")

    assert shown.status_code == 200
    assert looks(city.database, city.id) == {(person, "enrolments.show_enrolment")}
    (look,) = city.learner(person).get("/me/accesses").json["items"]
    assert look["correlation"] == shown.headers["X-Request-ID"]
    assert city.learner(other).get("/me/accesses").json["items"] == []


def test_a_learner_takes_along_the_own_rows_as_they_are(city: City) -> None:
    course, person = city.publish(), city.person()
    begun = city.enrol(person, course)
    assert city.learner(person).put(f"/enrolments/{begun['id']}/lessons/{course.lessons[0]}").status_code == 200
    sections = city.learner(person).get("/me/data").json["sections"]

    assert [row["id"] for row in sections["enrolments"]] == [begun["id"]]
    assert [row["lesson"] for row in sections["lesson_marks"]] == [str(course.lessons[0])]
    assert {row["body"]["data"]["enrolment"] for row in sections["events"]} == {begun["id"]}
