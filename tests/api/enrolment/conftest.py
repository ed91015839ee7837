"""The real app of enrolment on one SQLite file; each test has a city of its own, and its own time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from services.enrolment.app import service
from shared import clock
from shared.web.app import App
from tests.api.enrolment.city import START, City, Watch
from tests.api.serving import database_of, serve


@pytest.fixture(scope="session")
def enrolment_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with clock.telling(START + timedelta(days=99)):  # So that no test, however long it goes on, finds the keys too old.
        app = serve(service, tmp_path_factory.mktemp("enrolment"), people_list_limit=100_000)
    yield app
    database_of(app).close()


@pytest.fixture(autouse=True)
def watch() -> Iterator[Watch]:
    watch = Watch()
    with clock.telling(watch):
        yield watch


@pytest.fixture
def city(enrolment_app: App, watch: Watch) -> City:
    return City(enrolment_app, database_of(enrolment_app)).begin()


@pytest.fixture
def other_city(enrolment_app: App, watch: Watch) -> City:
    return City(enrolment_app, database_of(enrolment_app)).begin()
