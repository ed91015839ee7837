"""What any test may ask for: a real PostgreSQL server and a real Kafka broker, started once a session."""

import gc
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.postgres.server import Server
from tests import backing

gc.disable()  # Until everything is imported and collected: hardly anything becomes garbage by then.


def pytest_configure() -> None:
    """Let SIGTERM end a run as Ctrl-C does: what it started (broker, database, suites) is ended with it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave what was imported alone, and come less often: it took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _nothing_waits_for_the_disk() -> Iterator[None]:
    """Let what is written outlive the process only: no test cuts the power."""
    from sqlalchemy import event  # Not above: xdist's own process reads this file before it starts the others.
    from sqlalchemy.pool import ConnectionPoolEntry, Pool

    from shared.database import sqlite_driver

    @event.listens_for(Pool, "checkout")
    def hurry(connection: Any, entry: ConnectionPoolEntry, _: object) -> None:
        if isinstance(connection, sqlite_driver.Connection) and not entry.info.get("hurried"):
            connection.execute("PRAGMA synchronous=OFF")
            entry.info["hurried"] = True

    with pytest.MonkeyPatch.context() as system:
        system.setattr("os.fsync", lambda _: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _log_lines_are_plain() -> None:
    """Write log lines to standard error, as a process does, without colours and columns: each request has one."""
    import structlog  # Not above, as SQLAlchemy.

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.__stderr__),
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    found = backing.postgres()
    if found is None:
        backing.missing("PostgreSQL", "install Debian's `postgresql`, or set WIYATA_TEST_POSTGRES, or start Docker.")
        return
    yield found.value
    found.end()


@pytest.fixture(scope="session")
def kafka_broker() -> Iterator[str]:
    """The bootstrap address of a broker that nobody stops."""
    found = backing.kafka()
    if found is None:
        backing.missing("Kafka", "install Java 17 and Maven, or set WIYATA_TEST_KAFKA, or start Docker.")
        return
    yield found.value if isinstance(found.value, str) else found.value.address
    found.end()
