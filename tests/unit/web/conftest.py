"""The tiny service on SQLite: a house per test, and a quiet one for tests that store and change nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.web.tiny import House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house(tmp_path)
    yield opened
    opened.database.close()


@pytest.fixture(scope="session")
def quiet_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = open_house(tmp_path_factory.mktemp("quiet"))
    yield opened
    opened.database.close()
