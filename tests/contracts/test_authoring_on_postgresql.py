"""Authors at work on PostgreSQL, where rows are locked one by one and a web process sees its own tenant's."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import TypeVar
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from deploy.postgres.server import Server
from services.catalogue.app import service
from shared.events.evaluation import ProgrammeMeasured
from shared.ids import new_id
from shared.web.app import create_app
from shared.web.keys import KeyRing
from tests.api.catalogue.authors import FILE, TEXT, Author, author_in, complete
from tests.api.catalogue.conftest import LEAFLET, City, House
from tests.api.tokens import ORIGIN, key_set
from tests.contracts.homes import on_postgresql

T = TypeVar("T")


@pytest.fixture(scope="module")
def house(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with on_postgresql(postgres_server, tmp_path_factory.mktemp("authors"), "authors_", [service]) as home:
        home.settings = replace(home.settings, public_url=ORIGIN)
        home.migrate([service])
        web = home.database("catalogue", "web")
        keys = KeyRing(web, home.settings, key_set)
        keys.refresh()
        app = create_app(service, home.settings, web, keys, schema_is_current=lambda _: True)
        yield House(FlaskClient(app, use_cookies=False), home.database("catalogue", "worker"), home.settings)


@pytest.fixture
def city(house: House) -> City:
    founded = house.city()
    founded.hear_of_zone()
    founded.hear_of_framework("PP")
    founded.hear_of_assessment("POST", "post")
    return founded


@pytest.fixture
def author(city: City) -> Author:
    return author_in(city)


def at_once(act: Callable[[int], T], times: int = 6) -> list[T]:
    """Do something so many times at the same moment."""
    together = Barrier(times)

    def do(number: int) -> T:
        together.wait(30)
        return act(number)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(do, range(times)))


def test_lessons_that_are_added_at_once_are_all_there_in_places_of_their_own(author: Author) -> None:
    added = at_once(lambda number: author.add(f"L{number}", TEXT))
    lessons = author.draft()["lessons"]

    assert sorted(one["id"] for one in lessons) == sorted(added)
    assert [one["position"] for one in lessons] == [1, 2, 3, 4, 5, 6]


def test_of_two_who_change_what_they_read_one_is_told_to_read_again(author: Author) -> None:
    seen = {"If-Match": author.city.get(f"/courses/{author.course}").headers["ETag"]}
    said = [{"outcomes": [{"competency": "PP", "level": level}]} for level in (1, 2)]
    answers = at_once(lambda number: author.put("/draft/outcomes", said[number], headers=seen), times=2)

    assert sorted(one.status_code for one in answers) == [200, 412]


def test_a_course_that_was_never_published_goes_with_its_files_and_a_published_one_stays(author: Author) -> None:
    programme, lesson = author.draft()["programme"]["id"], author.add("L1", FILE)
    binary = {"data": LEAFLET, "content_type": "application/octet-stream"}
    assert author.ask("PUT", f"/draft/lessons/{lesson}/file?name=a.pdf", **binary).status_code == 200
    assert author.ask("DELETE", "/draft").status_code == 204
    assert author.city.get(f"/courses/{author.course}").status_code == 404

    said = {"code": "LAIN", "title": "Lain", "form": "C3", "programme": programme}
    other = Author(author.city, author.city.ask("POST", "/courses", "trainer", json=said).get_json()["id"])
    complete(other)
    other.city.publish(other.course)
    assert other.ask("PUT", "/draft").status_code == 200
    assert other.ask("DELETE", "/draft").status_code == 204
    assert other.city.get(f"/courses/{other.course}").get_json()["version"] == 1


def test_a_gain_crosses_to_the_owner_of_the_course_and_to_nobody_else(author: Author, house: House) -> None:
    complete(author)
    author.city.publish(author.course)
    learning, stranger = house.city(), house.city()
    measured = ProgrammeMeasured(
        tenant=learning.id,
        course=UUID(author.course),
        programme=new_id(),
        display="shown",
        n=31,
        gain=1500.0,
        low=1200.0,
        high=1800.0,
        g=0.6,
        as_of=datetime(2026, 11, 20, tzinfo=UTC),
        rule_set="wiyata-2026-01",
        sequence=1,
    )
    learning.hear(measured)

    listed = author.city.get(f"/courses/{author.course}/gains", "trainer").get_json()["items"]
    assert [(one["city"], one["n"]) for one in listed] == [(str(learning.id), 31)]
    assert author.city.get(f"/courses/{author.course}/gains", "learner").get_json()["items"] == []
    assert stranger.get(f"/courses/{author.course}/gains").status_code == 404
