"""How a relay or consumer process ends, and how long its statements may take."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import MetaData, text

from deploy.postgres.server import Server
from shared.processes import _until_told, open_database
from shared.service import Service
from shared.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Leave the handlers of signals as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_comes_while_the_work_holds_the_lock_of_its_stop_ends_it_all_the_same(number: int) -> None:
    """A wait holds that lock for a moment at its beginning and at its end."""
    told = threading.Event()

    def run() -> None:
        with told._cond:  # type: ignore[attr-defined]  # The lock that `set` takes.
            os.kill(os.getpid(), number)
            for _ in range(100_000):  # Gives the signal the time to interrupt whom it interrupts.
                pass
        assert told.wait(20)

    _until_told(run, told.set)
    assert told.is_set()


def test_what_the_work_fails_with_ends_the_process_with_it() -> None:
    def run() -> None:
        raise RuntimeError("a surprise")

    with pytest.raises(RuntimeError, match="a surprise"):
        _until_told(run, lambda: None)


def test_handlers_are_held_to_a_time_and_operations_are_not(postgres_server: Server) -> None:
    """A rebuild or a republish of millions takes longer than any handler may."""
    service = Service(name="one", metadata=MetaData())
    postgres_server.create_databases("hurried_", ["one"])
    settings = replace(read_settings(), database_worker=postgres_server.url("worker", "hurried_"))
    limits = [_limit(service, settings, hurried=hurried) for hurried in (True, False)]
    postgres_server.drop_databases("hurried_", ["one"])
    assert limits == ["1min", "0"]


def _limit(service: Service, settings: Settings, *, hurried: bool) -> object:
    database = open_database(service, settings, "worker", hurried=hurried)
    with closing(database), database.reading() as session:
        return session.scalar(text("SHOW statement_timeout"))
