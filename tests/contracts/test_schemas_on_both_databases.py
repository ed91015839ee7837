"""Every service's schema: the migrations make what the models say, once, on SQLite and on PostgreSQL alike."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.embedded import SERVICES
from services.enrolment.app import service as enrolment
from shared.cli import serve_web
from shared.errors import NotCurrent
from shared.migrations import differences, is_current, migrate
from shared.plumbing import PARTITIONS, partitions
from shared.service import Service
from tests.contracts.homes import Home, on_postgresql, on_sqlite

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)

MENDED_BY = re.escape("run `python -m services.enrolment migrate`")

MIGRATES_WHEN_TOLD = """
import sys
from services.enrolment.app import service
from shared.migrations import migrate
from shared.processes import open_database
from shared.settings import read_settings
database = open_database(service, read_settings(), "owner")
print("ready", flush=True)
sys.stdin.readline()
migrate(service, database)
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The migrated databases of all services."""
    with _opened(request, tmp_path_factory.mktemp("schemas"), "schemas_", SERVICES) as home:
        home.migrate(SERVICES)
        yield home


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A place for enrolment's database in which nothing is yet."""
    with _opened(request, tmp_path, "empty_", [enrolment]) as home:
        yield home


@every_service
def test_the_migrations_make_exactly_what_the_models_describe(home: Home, service: Service) -> None:
    assert differences(service, home.database(service.name, "owner")) == []


@every_service
def test_to_migrate_again_changes_nothing(home: Home, service: Service) -> None:
    database = home.database(service.name, "owner")
    migrate(service, database)

    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(partitions)) == PARTITIONS
    assert is_current(service, database)


@every_service
def test_a_table_that_the_models_do_not_know_is_noticed(home: Home, service: Service) -> None:
    database = home.database(service.name, "owner")
    with database.writing() as session:
        session.execute(sa.text("CREATE TABLE forgotten (id integer)"))
    try:
        assert [one[0] for one in differences(service, database)] == ["remove_table"]
    finally:
        with database.writing() as session:
            session.execute(sa.text("DROP TABLE forgotten"))


def test_two_processes_that_migrate_at_once_take_turns(empty: Home) -> None:
    racers = [_racer(empty) for _ in range(2)]
    for one in racers:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in racers:
        assert one.stdin is not None
        one.stdin.write("now\n")
        one.stdin.flush()
    endings = [(one.communicate(timeout=60)[1], one.returncode) for one in racers]

    assert endings == [("", 0), ("", 0)]
    assert differences(enrolment, empty.database("enrolment", "owner")) == []


def test_the_web_refuses_an_empty_database_with_the_command_that_mends_it(empty: Home) -> None:
    with pytest.raises(NotCurrent, match=MENDED_BY):
        serve_web(enrolment, empty.settings, bind="127.0.0.1:0")


def test_the_web_refuses_an_old_schema_with_the_command_that_mends_it(home: Home) -> None:
    owner = home.database("enrolment", "owner")
    newest = _set_version(home, "0000")
    try:
        with pytest.raises(NotCurrent, match=MENDED_BY):
            serve_web(enrolment, home.settings, bind="127.0.0.1:0")
    finally:
        _set_version(home, newest)
    assert is_current(enrolment, owner)


def _opened(
    request: pytest.FixtureRequest, folder: Path, prefix: str, services: Sequence[Service]
) -> AbstractContextManager[Home]:
    if request.param == "sqlite":
        return on_sqlite(folder)
    return on_postgresql(request.getfixturevalue("postgres_server"), folder, prefix, services)


def _racer(home: Home) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MIGRATES_WHEN_TOLD],
        env={**os.environ, **home.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _set_version(home: Home, version: str) -> str:
    """Let the database claim another version; give the one before."""
    with home.database("enrolment", "owner").writing() as session:
        before = str(session.scalar(sa.text("SELECT version_num FROM alembic_version")))
        session.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    return before
