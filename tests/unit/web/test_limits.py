"""How much and how often is taken, and what is done with more than can be worked on."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shared.web.limits import Gate
from shared.web.refusals import Overloaded
from tests.unit.web.tiny import House, bearer, open_house

ALL_CONNECTIONS = 30
"""As many as the pool of a database on SQLite gives out at most."""


class Endless(io.RawIOBase):
    """A body of any length that notes how much of it was read."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self.taken += len(buffer)
        buffer[:] = b" " * len(buffer)
        return len(buffer)


class Slow(io.RawIOBase):
    """A body that keeps its request busy until the test lets it end."""

    def __init__(self) -> None:
        self.begun, self.rest = threading.Event(), threading.Event()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self.begun.set()
        assert self.rest.wait(20)
        return 0


def upload(house: House, body: io.RawIOBase) -> TestResponse:
    sent = {"wsgi.input": body, "CONTENT_LENGTH": "10"}
    return house.app.test_client().post("/items/files", headers=bearer(), environ_overrides=sent)


def test_what_comes_when_all_are_busy_is_refused_at_once_and_nothing_of_it_was_begun(tmp_path: Path) -> None:
    house, busy = open_house(tmp_path, web_threads=1, web_waiting=0), Slow()
    with ThreadPoolExecutor(1) as hands:
        first = hands.submit(upload, house, busy)
        assert busy.begun.wait(20)
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
    house = open_house(tmp_path, web_threads=1, web_waiting=2)
    bodies = [Slow() for _ in range(3)]
    with ThreadPoolExecutor(3) as hands:
        answers = [hands.submit(upload, house, body) for body in bodies]
        left = set(bodies)
        while left:
            under_way = next(body for body in left if body.begun.wait(0.05))
            assert sum(body.begun.is_set() for body in left) == 1
            left.remove(under_way)
            under_way.rest.set()
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


def test_fifty_megabytes_are_refused_before_any_of_them_is_read(house: House) -> None:
    body = Endless()
    answer = house.client.post(
        "/items",
        headers=bearer("trainer"),
        content_type="application/json",
        environ_overrides={"wsgi.input": body, "CONTENT_LENGTH": "50000000"},
    )

    assert (answer.status_code, body.taken) == (413, 0)
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["parameters"] == {"limit": 2_000}


def test_a_body_that_hides_its_length_is_not_read_either(house: House) -> None:
    body = Endless()
    chunked = {"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = house.client.post("/items/files", headers=bearer(), environ_overrides=chunked)

    assert (answer.status_code, body.taken) == (411, 0)
    assert answer.mimetype == "application/problem+json"


def test_an_upload_may_be_larger_and_has_a_limit_of_its_own(house: House) -> None:
    taken = house.client.post("/items/files", data=b"x" * 20_000, headers=bearer())
    refused = house.client.post("/items/files", data=b"x" * 20_001, headers=bearer())

    assert (taken.status_code, taken.json) == (200, {"bytes": 20_000})
    assert refused.status_code == 413


def test_guessing_is_slowed_down(house: House) -> None:
    answers = [house.client.post("/odd/sign-ins") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].mimetype == "application/problem+json"
    assert answers[2].json is not None
    assert answers[2].json["type"] == "/problems/too-many-requests"
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60


def test_a_client_is_told_apart_by_our_own_proxies_word_only(house: House, tmp_path: Path) -> None:
    claimed = [{"X-Forwarded-For": f"10.0.0.{number}"} for number in range(3)]
    behind = open_house(tmp_path / "behind", trusted_proxies=1)

    assert [behind.client.post("/odd/sign-ins", headers=one).status_code for one in claimed] == [200, 200, 200]
    direct = open_house(tmp_path / "direct")
    assert [direct.client.post("/odd/sign-ins", headers=one).status_code for one in claimed] == [200, 200, 429]
