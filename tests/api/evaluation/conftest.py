"""The real app of evaluation on one SQLite file; each test has a city of its own, and the same moment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.evaluation.app import service
from shared import clock
from shared.database import Database
from shared.migrations import migrate
from shared.web.app import App
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import START
from tests.api.serving import database_of, serve


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
    evaluation_file.with_name("evaluation.sqlite").write_bytes(evaluation_file.read_bytes())
    with clock.telling(START):
        app = serve(service, evaluation_file.parent)
    yield app
    database_of(app).close()


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.telling(START):
        yield


@pytest.fixture
def city(evaluation_app: App) -> City:
    return City(evaluation_app, database_of(evaluation_app)).begin()


@pytest.fixture
def other_city(evaluation_app: App) -> City:
    return City(evaluation_app, database_of(evaluation_app)).begin()
