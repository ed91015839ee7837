"""What a web process does with more requests than it can work on."""

import io
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shared.web.limits import Gate
from shared.web.refusals import Overloaded
from tests.unit.web.tiny import House, bearer, open_house

ALL_CONNECTIONS = 30
"""As many as the pool of a database on SQLite gives out at most."""


class Slow(io.RawIOBase):
    """A body that keeps its request busy until the test lets it end, and says that it is being read."""

    def __init__(self, begun: "Queue[Slow]") -> None:
        self._begun, self.rest = begun, threading.Event()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self._begun.put(self)
        assert self.rest.wait(20)
        return 0


def upload(house: House, body: io.RawIOBase) -> TestResponse:
    sent = {"wsgi.input": body, "CONTENT_LENGTH": "10"}
    return house.app.test_client().post("/items/files", headers=bearer(), environ_overrides=sent)


def test_what_comes_when_all_are_busy_is_refused_at_once_and_nothing_of_it_was_begun(tmp_path: Path) -> None:
    house, begun = open_house(tmp_path, web_threads=1, web_waiting=0), Queue[Slow]()
    with ThreadPoolExecutor(1) as hands:
        first = hands.submit(upload, house, Slow(begun))
        busy = begun.get(timeout=20)
        refused = house.post_item("a lamp")
        alive = [house.client.get(path).status_code for path in ("/livez", "/readyz", "/metrics")]
        busy.rest.set()
        answered = first.result()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.json is not None
    assert refused.json["type"] == "/problems/overloaded"
    assert alive == [200, 200, 200], "A busy process is not an ill one."
    assert answered.status_code == 400, "It was let in and read; it ended too soon."
    assert house.titles() == []
    assert house.post_item("a lamp").status_code == 201, "Its place is free again."
    assert house.titles() == ["a lamp"]
    house.database.close()


def test_as_many_as_may_wait_have_their_turn_one_after_the_other(tmp_path: Path) -> None:
    house, begun = open_house(tmp_path, web_threads=1, web_waiting=2), Queue[Slow]()
    come, inside = threading.Semaphore(0), house.app.wsgi_app

    def counted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        come.release()
        return inside(environ, start_response)

    house.app.wsgi_app = counted  # type: ignore[method-assign]  # As Flask has middleware put in.
    with ThreadPoolExecutor(3) as hands:
        answers = [hands.submit(upload, house, Slow(begun)) for _ in range(3)]
        assert all(come.acquire(timeout=20) for _ in range(3))
        for left in (2, 1, 0):
            under_way = begun.get(timeout=20)
            alone = begun.empty()
            under_way.rest.set()
            assert alone, f"{left} more wait until this one is done."
    assert [answer.result().status_code for answer in answers] == [400, 400, 400]
    house.database.close()


def test_who_waits_too_long_is_refused_as_well() -> None:
    gate = Gate(at_once=1, waiting=1, patience=0.01)
    app = Flask("gate")
    with app.test_request_context("/"), gate.passed(), pytest.raises(Overloaded), gate.passed():
        pytest.fail("Two were let in at once.")
    with app.test_request_context("/"), gate.passed():
        assert True, "The place is free again."


def test_a_process_without_a_free_connection_refuses_and_loses_nothing(tmp_path: Path) -> None:
    house = open_house(tmp_path, patience=0)
    connections = [house.database.engine.connect() for _ in range(ALL_CONNECTIONS)]
    refused = house.post_item("a lamp")
    for connection in connections:
        connection.close()

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.json is not None
    assert refused.json["type"] == "/problems/overloaded"
    assert house.post_item("a lamp").status_code == 201
    assert house.titles() == ["a lamp"]
    house.database.close()
