"""Which errors of a database say "not now": they are waited for, and no event is blamed for them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

from shared.database import Database, sqlite_driver
from shared.waiting import is_statement_timeout, is_waiting


def from_postgresql(state: str, sentence: str = "") -> DBAPIError:
    """An error as the server sends it, with its SQLSTATE."""
    return OperationalError("SELECT 1", {}, psycopg.errors.lookup(state)(sentence))


@pytest.mark.parametrize(
    "state",
    ["08006", "25006", "25P03", "40001", "40P01", "53100", "53300", "55P03", "57014", "57P01", "57P03", "58030"],
)
def test_a_server_that_is_away_full_or_locked_means_not_now(state: str) -> None:
    assert is_waiting(from_postgresql(state))


@pytest.mark.parametrize("state", ["22001", "22021", "23505", "25P02", "25001", "42P01", "54000", "XX000"])
def test_a_statement_that_can_never_succeed_does_not_wait(state: str) -> None:
    """Whatever its sentence talks of."""
    assert not is_waiting(from_postgresql(state, "the connection is locked by a timeout"))


@pytest.mark.parametrize(
    "sentence",
    [
        "connection failed: connection refused",
        "failed to resolve host 'database': Name or service not known",
        "consuming input failed: SSL SYSCALL error: EOF detected",
        "server closed the connection unexpectedly",
    ],
)
def test_a_client_that_does_not_reach_its_server_waits(sentence: str) -> None:
    assert is_waiting(OperationalError("SELECT 1", {}, psycopg.OperationalError(sentence)))


def test_a_server_that_nobody_reaches_means_not_now() -> None:
    with closing(Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")) as database:
        assert is_waiting(failing(database, "SELECT 1"))


def test_a_pool_without_a_free_connection_means_not_now(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'one.sqlite'}", pool_size=1, max_overflow=0, pool_timeout=0)
    with engine.connect(), pytest.raises(NoneFree) as full, engine.connect():
        pass
    engine.dispose()
    assert is_waiting(full.value)


def test_a_statement_that_was_cancelled_for_its_time_is_told_apart() -> None:
    assert is_statement_timeout(from_postgresql("57014"))
    assert not is_statement_timeout(from_postgresql("57P01"))


def failing(database: Database, *statements: str) -> DBAPIError:
    """Give the error that one of these statements ends with."""
    try:
        with database.writing() as session:
            for statement in statements:
                session.execute(text(statement))
    except DBAPIError as error:
        return error
    raise AssertionError("Nothing failed.")


def from_sqlite(file: Path, *statements: str) -> DBAPIError:
    with closing(Database(f"sqlite:///{file}")) as database:
        return failing(database, *statements)


def test_another_writer_means_not_now(tmp_path: Path) -> None:
    file = tmp_path / "one.sqlite"
    with closing(Database(f"sqlite:///{file}")) as database, database.writing() as session:
        session.execute(text("CREATE TABLE a (b)"))
        other = sqlite_driver.connect(str(file), timeout=0)
        with closing(other), pytest.raises(sqlite_driver.OperationalError) as locked:
            other.execute("BEGIN IMMEDIATE")
    assert is_waiting(OperationalError("BEGIN", {}, locked.value))


def test_a_full_disk_means_not_now(tmp_path: Path) -> None:
    """Events that came while the disk was full must not be dead when it is not."""
    error = from_sqlite(
        tmp_path / "one.sqlite",
        "CREATE TABLE a (b)",
        "PRAGMA max_page_count = 10",
        "INSERT INTO a VALUES (zeroblob(1000000))",
    )
    assert "full" in str(error.orig)
    assert is_waiting(error)


def test_a_file_that_can_not_be_opened_means_not_now() -> None:
    with pytest.raises(sqlite_driver.OperationalError) as unable:
        sqlite_driver.connect("/nowhere/at/all.sqlite")
    assert is_waiting(OperationalError("SELECT 1", {}, unable.value))


@pytest.mark.parametrize("statement", ["SELECT connection FROM sqlite_master", "SELECT * FROM busy_timeouts", "BEGIN"])
def test_a_wrong_statement_does_not_wait_whatever_it_talks_of(tmp_path: Path, statement: str) -> None:
    assert not is_waiting(from_sqlite(tmp_path / "one.sqlite", statement))


def test_what_is_no_error_of_a_database_does_not_wait() -> None:
    assert not is_waiting(ValueError("connection"))
    assert not is_waiting(IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed: locked")))
