"""The national framework: said once, in force in every city, and what a job asks for where the city has set nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.evaluation.app import service
from services.evaluation.commands import publish_national_frameworks
from shared import clock
from shared.events.evaluation import FrameworkPublished
from shared.ids import NATIONAL
from shared.web.app import App
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import START, job_defined
from tests.api.serving import database_of, said, serve


@pytest.fixture(scope="module")
def national_app(evaluation_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app whose timer has done its work, on a database of its own, since national rows are seen by all."""
    folder = tmp_path_factory.mktemp("national")
    (folder / "evaluation.sqlite").write_bytes(evaluation_file.read_bytes())
    with clock.telling(START):
        app = serve(service, folder)
        for _ in range(2):
            with database_of(app).writing() as session:
                publish_national_frameworks(session)
    yield app
    database_of(app).close()


@pytest.fixture
def city(national_app: App) -> City:
    return City(national_app, database_of(national_app)).begin()


def test_the_nine_competencies_are_said_once_and_their_statements_can_be_read(city: City) -> None:
    (published,) = said(city.database, NATIONAL, FrameworkPublished)
    assert (published.framework, published.version, len(published.competencies)) == (NATIONAL, 1, 9)
    (listed,) = city.learner().get("/frameworks").json["items"]
    assert (listed["tenant"], listed["id"], listed["version"]) == (str(NATIONAL), str(NATIONAL), 1)
    (shown,) = city.learner().get("/national-frameworks").json["items"]
    assert [one["code"] for one in shown["competencies"]] == [one.code for one in published.competencies]
    assert shown["competencies"][0]["levels"][4].startswith("Menjadi teladan")
    assert shown["default_levels"]["pengawas"] == 2


def test_a_job_without_a_standard_of_the_city_asks_for_the_level_of_its_position(city: City) -> None:
    study = city.trained()
    profile = city.learner(study.person).get("/me/profile").json
    assert profile["post"]["standard"] == {"version": None, "valid_from": "2019-01-01", "default": True}
    assert (profile["required"], profile["assessed"], profile["match"]) == (9, 1, None)
    assert {one["required"] for one in profile["competencies"]} == {1}
    public = next(one for one in profile["competencies"] if one["competency"] == "PP")
    assert (public["name"], public["level"], public["gap"], public["status"]) == ("Pelayanan Publik", 3, -2, "met")


def test_the_standard_of_the_city_takes_the_place_of_the_default(city: City) -> None:
    person = city.person()
    levels = "kode_jabatan,kode_kompetensi,tingkat\nJ1,PP,4\n"
    assert city.analyst.send("/job-standards?valid_from=2026-01-01", levels).status_code == 201
    profile = city.learner(person).get("/me/profile").json
    assert profile["post"]["standard"] == {"version": 1, "valid_from": "2026-01-01", "default": False}
    assert [(one["competency"], one["required"]) for one in profile["competencies"]] == [("PP", 4)]


def test_a_framework_of_the_city_adds_its_own_competencies_to_the_national_ones(city: City) -> None:
    city.hear(job_defined(city.id, "J2"))
    city.analyst.send("/frameworks?valid_from=2026-01-01", "kode_kompetensi,nama\nT1,Perizinan\n")
    levels = "kode_jabatan,kode_kompetensi,tingkat\nJ2,T1,3\nJ2,PP,2\n"
    assert city.analyst.send("/job-standards?valid_from=2026-01-01", levels).status_code == 201


def test_only_who_is_signed_in_reads_the_national_frameworks(city: City) -> None:
    nobody = city.visitor()
    nobody.headers.clear()
    assert nobody.get("/national-frameworks").status_code == 401
