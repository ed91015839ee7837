"""How much and how often is taken."""

import io
from pathlib import Path

from tests.unit.web.tiny import House, bearer, open_house


class Endless(io.RawIOBase):
    """A body of any length that notes how much of it was read."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self.taken += len(buffer)
        buffer[:] = b" " * len(buffer)
        return len(buffer)


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
