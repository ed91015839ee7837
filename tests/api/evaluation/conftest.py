"""The real app of evaluation on one SQLite file; each test has a city of its own, and the same moment."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.evaluation.app import service
from shared import clock
from shared.database import Database
from shared.migrations import is_current, migrate
from shared.settings import read_settings
from shared.web.app import App, create_app
from shared.web.keys import KeyRing
from tests.api.evaluation.city import KEY, ORIGIN, City
from tests.api.evaluation.facts import START


@pytest.fixture(scope="session")
def evaluation_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows, to be copied."""
    path = tmp_path_factory.mktemp("evaluation") / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    migrate(service, database)
    database.close()
    return path


@pytest.fixture(scope="session")
def evaluation_app(evaluation_file: Path) -> Iterator[App]:
    settings = replace(read_settings(), folder=evaluation_file.parent, public_url=ORIGIN)
    path = evaluation_file.with_name("evaluation.sqlite")
    path.write_bytes(evaluation_file.read_bytes())
    database = Database(settings.database("evaluation", "web"))
    keys = KeyRing(database, settings, lambda: {"keys": [KEY.as_dict(private=False)]})
    with clock.telling(START):
        keys.refresh()
    yield create_app(service, settings, database, keys, schema_is_current=lambda one: is_current(service, one))
    database.close()


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.telling(START):
        yield


@pytest.fixture
def city(evaluation_app: App) -> City:
    return City(evaluation_app, evaluation_app.extensions["wiyata"].database).begin()


@pytest.fixture
def other_city(evaluation_app: App) -> City:
    return City(evaluation_app, evaluation_app.extensions["wiyata"].database).begin()
