"""The tiny service on SQLite: a house as new for each test, and a quiet one for tests that store and change nothing."""

from collections.abc import Iterator

import pytest

from tests.unit.web.tiny import House, open_house


@pytest.fixture(scope="session")
def used_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = open_house(tmp_path_factory.mktemp("used"))
    yield opened
    opened.database.close()


@pytest.fixture
def house(used_house: House) -> House:
    used_house.make_as_new()
    return used_house


@pytest.fixture(scope="session")
def quiet_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = open_house(tmp_path_factory.mktemp("quiet"))
    yield opened
    opened.database.close()
