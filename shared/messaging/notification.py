"""Carries the ring of a bell from one process to another, through PostgreSQL."""

import threading
from contextlib import suppress
from typing import LiteralString

import psycopg
from sqlalchemy.engine import make_url

from shared.messaging.doorbell import bell

CHANNEL: LiteralString = "wiyata_outbox"
SHORTEST_INTERVAL = 0.02


class Announcer:
    """Sends this process's rings on, at most one per 20 ms."""

    def __init__(self, address: str) -> None:
        self._conninfo, place = _conninfo(address)
        self._rung, self._stopping = threading.Event(), threading.Event()
        bell(place).pass_on(self._rung.set)
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._rung.set()
        self._thread.join(2)

    def _run(self) -> None:
        while not self._stopping.is_set():
            with suppress(psycopg.OperationalError), psycopg.connect(self._conninfo, autocommit=True) as connection:
                while not self._stopping.is_set():
                    self._rung.wait()
                    self._rung.clear()
                    connection.execute(f"NOTIFY {CHANNEL}")
                    self._stopping.wait(SHORTEST_INTERVAL)
            self._stopping.wait(1.0)


class Listener:
    """Rings this process's bell when another process rang it."""

    def __init__(self, address: str) -> None:
        self._conninfo, place = _conninfo(address)
        self._bell = bell(place)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(2)

    def _run(self) -> None:
        while not self._stopping.is_set():
            with suppress(psycopg.OperationalError), psycopg.connect(self._conninfo, autocommit=True) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                while not self._stopping.is_set():
                    for _ in connection.notifies(timeout=0.5, stop_after=1):
                        self._bell.ring()
            self._stopping.wait(1.0)


def _conninfo(address: str) -> tuple[str, str]:
    url = make_url(address)
    return url.set(drivername="postgresql").render_as_string(hide_password=False), str(url.database)
