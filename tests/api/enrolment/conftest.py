"""The real app of enrolment on one SQLite file; each test has a city of its own, and its own time."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.enrolment.app import service
from shared import clock
from shared.database import Database
from shared.migrations import is_current, migrate
from shared.settings import read_settings
from shared.web.app import App, create_app
from shared.web.keys import KeyRing
from tests.api.enrolment.city import KEY, ORIGIN, START, City, Watch


@pytest.fixture(scope="session")
def enrolment_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    settings = replace(read_settings(), folder=tmp_path_factory.mktemp("enrolment"), public_url=ORIGIN)
    database = Database(settings.database("enrolment", "web"))
    migrate(service, database)
    keys = KeyRing(database, settings, lambda: {"keys": [KEY.as_dict(private=False)]})
    with clock.telling(START):
        keys.refresh()
    yield create_app(service, settings, database, keys, schema_is_current=lambda one: is_current(service, one))
    database.close()


@pytest.fixture(autouse=True)
def watch() -> Iterator[Watch]:
    watch = Watch()
    with clock.telling(watch):
        yield watch


@pytest.fixture
def city(enrolment_app: App, watch: Watch) -> City:
    return City(enrolment_app, enrolment_app.extensions["wiyata"].database).begin()


@pytest.fixture
def other_city(enrolment_app: App, watch: Watch) -> City:
    return City(enrolment_app, enrolment_app.extensions["wiyata"].database).begin()
