"""Whose evaluation is seen by whom."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared import clock
from shared.ids import new_id
from shared.web.app import App
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import START, assigned, post, unit_defined
from tests.api.serving import database_of

PATHS = ("profile", "evidence", "learning-hours")


@pytest.fixture(scope="module")
def trained(evaluation_app: App) -> tuple[City, UUID]:
    """A city with somebody who passed a course: for tests that only look."""
    with clock.telling(START):
        city = City(evaluation_app, database_of(evaluation_app)).begin()
        return city, city.trained().person


@pytest.mark.parametrize("path", PATHS)
def test_a_person_is_seen_by_themselves_and_by_those_above(trained: tuple[City, UUID], path: str) -> None:
    city, person = trained
    insiders = [
        city.learner(person),
        city.manager(city.unit),
        city.manager(city.office),
        city.visitor("manager"),
        city.analyst,
        city.administrator,
    ]
    assert {one.get(f"/people/{person}/{path}").status_code for one in insiders} == {200}


@pytest.mark.parametrize("path", PATHS)
def test_a_person_is_not_seen_by_colleagues_trainers_and_managers_of_other_units(
    trained: tuple[City, UUID], path: str
) -> None:
    city, person = trained
    beside, below = new_id(), new_id()
    city.hear(unit_defined(city.id, beside, city.office), unit_defined(city.id, below, city.unit))
    outsiders = [
        city.learner(),
        city.visitor("trainer"),
        city.visitor(),
        city.manager(beside),
        city.manager(below),
        city.manager(new_id()),
    ]
    for outsider in outsiders:
        answer = outsider.get(f"/people/{person}/{path}")
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/person-may-not-be-seen")


@pytest.mark.parametrize("path", PATHS)
def test_who_may_see_nobody_else_is_not_told_who_exists(city: City, path: str) -> None:
    assert city.learner().get(f"/people/{new_id()}/{path}").status_code == 403


def test_a_manager_sees_who_works_in_the_unit_today_and_not_who_left_it(city: City) -> None:
    person, yesterday = new_id(), clock.now().date() - timedelta(days=1)
    city.hear(assigned(city.id, person, post(city.unit, until=yesterday), post(new_id())))
    assert city.manager(city.unit).get(f"/people/{person}/profile").status_code == 403
    city.hear(assigned(city.id, person, post(city.unit, primary=False), post(new_id()), sequence=2))
    assert city.manager(city.unit).get(f"/people/{person}/profile").status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_another_city_sees_nobody(trained: tuple[City, UUID], other_city: City, path: str) -> None:
    city, person = trained
    for stranger in (other_city.analyst, other_city.administrator, other_city.visitor("manager")):
        assert stranger.get(f"/people/{person}/{path}").json["type"] == "/problems/not-yet-known"
    assert other_city.learner(person).get(f"/me/{path}").json["type"] == "/problems/not-yet-known"
    assert other_city.manager(city.unit).get(f"/people/{person}/{path}").status_code == 409


@pytest.mark.parametrize("path", ["/figures", "/figures/rows"])
@pytest.mark.parametrize("kind", ["courses", "classes", "programmes"])
def test_only_analysts_administrators_and_managers_see_figures(city: City, kind: str, path: str) -> None:
    course = city.trained().course
    for outsider in (city.learner(), city.visitor("trainer"), city.visitor()):
        assert outsider.get(f"/{kind}/{course}{path}").status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_a_machine_has_nothing_of_its_own_and_is_told_so_for_good(city: City, path: str) -> None:
    answer = city.machine.get(f"/me/{path}")
    assert (answer.status_code, answer.json["type"]) == (404, "/problems/machine-is-nobody")
    assert city.machine.get(f"/people/{city.person()}/{path}").status_code == 200


def test_nobody_is_answered_without_a_token(city: City) -> None:
    person = city.person()
    nobody = city.visitor()
    nobody.headers.clear()
    for path in ("/frameworks", "/frameworks/1", "/job-standards", *(f"/me/{one}" for one in PATHS)):
        assert nobody.get(path).status_code == 401
    for path in (f"/people/{person}/profile", f"/courses/{new_id()}/figures", f"/courses/{new_id()}/figures/rows"):
        assert nobody.get(path).status_code == 401
