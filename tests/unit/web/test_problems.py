"""Whatever goes wrong is answered as a problem that says what to mend, and leaks nothing."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import logging as lines
from shared.web.problems import problem_types
from tests.unit.web.tiny import CITY, House, bearer, open_house


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    written = io.StringIO()
    before = logging.root.handlers[:]
    lines.configure("INFO", written)
    yield written
    logging.root.handlers[:] = before


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("not-found", 404),
        ("forbidden", 403),
        ("unauthenticated", 401),
        ("conflict", 409),
        ("shelf-is-full", 409),
        ("stale", 412),
        ("not-yet-known", 409),
        ("invalid", 422),
        ("too-large", 413),
        ("busy", 429),
    ],
)
def test_each_kind_of_refusal_has_its_status_and_its_type(quiet_house: House, kind: str, status: int) -> None:
    answer = quiet_house.client.get(f"/odd/refusals/{kind}")

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json is not None
    assert answer.json["type"] == f"/problems/{kind}"
    assert answer.json["status"] == status
    assert answer.json["instance"] == f"urn:uuid:{answer.headers['X-Request-ID']}"


def test_a_refusal_carries_its_facts_with_their_types(quiet_house: House) -> None:
    answer = quiet_house.client.get("/odd/refusals/shelf-is-full").json

    assert answer is not None
    assert (answer["title"], answer["detail"]) == ("Shelf is full", "The shelf holds 3.")
    assert answer["parameters"]["most"] == 3
    assert answer["parameters"]["shelf"] == str(CITY)
    assert len(answer["parameters"]["since"]) == len("2026-11-21")


def test_refusals_that_pass_say_when_to_come_back(quiet_house: House) -> None:
    assert quiet_house.client.get("/odd/refusals/not-yet-known").headers["Retry-After"] == "1"
    assert quiet_house.client.get("/odd/refusals/busy").headers["Retry-After"] == "30"


def test_nobody_signed_in_is_told_how_to_sign_in(quiet_house: House) -> None:
    assert quiet_house.client.get("/items").headers["WWW-Authenticate"] == 'Bearer realm="wiyata"'
    wrong = quiet_house.client.get("/items", headers={"Authorization": "Bearer nonsense"})
    assert wrong.headers["WWW-Authenticate"] == 'Bearer realm="wiyata", error="invalid_token"'


def test_fields_that_can_not_be_used_are_named(quiet_house: House) -> None:
    answer = quiet_house.client.post("/items", json={"colour": "red"}, headers=bearer("trainer"))

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json is not None
    assert answer.json["type"] == "/problems/invalid"
    assert set(answer.json["errors"]) == {"title", "colour"}


@pytest.mark.parametrize("body", ["{", "\xff", "[" * 1_900, "9" * 1_900 + "9" * 20 + "e", ""])
def test_a_body_that_is_no_json_is_a_bad_request(quiet_house: House, body: str) -> None:
    headers = {**bearer("trainer"), "Content-Type": "application/json"}
    answer = quiet_house.client.post("/items", data=body.encode("latin-1"), headers=headers)

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_a_number_without_end_is_a_bad_request(tmp_path: Path) -> None:
    house = open_house(tmp_path, json_limit=10_000)
    headers = {**bearer("trainer"), "Content-Type": "application/json"}
    answer = house.client.post("/items", data='{"title": ' + "9" * 5_000 + "}", headers=headers)

    assert answer.status_code == 400


def test_a_body_of_another_type_is_called_by_its_name(quiet_house: House) -> None:
    answer = quiet_house.client.post(
        "/items", data="title=a lamp", headers={**bearer("trainer"), "Content-Type": "text/csv"}
    )

    assert answer.status_code == 415


def test_a_view_that_reads_a_file_takes_one_type_only(quiet_house: House) -> None:
    taken = quiet_house.client.post("/items/lists", data="a lamp", headers={**bearer(), "Content-Type": "text/csv"})
    refused = quiet_house.client.post("/items/lists", json={"title": "a lamp"}, headers=bearer())

    assert (taken.status_code, taken.json) == (201, {"title": "a lamp"})
    assert refused.status_code == 415
    assert refused.json is not None
    assert refused.json["detail"] == "Send the body as text/csv."


@pytest.mark.parametrize("title", ["a\0lamp", "a\ud800lamp"])
def test_a_text_that_no_database_holds_is_refused_at_the_edge(quiet_house: House, title: str) -> None:
    answer = quiet_house.client.post("/items", json={"title": title}, headers=bearer("trainer"))

    assert answer.status_code == 422


def test_a_nul_in_an_address_is_a_bad_request(quiet_house: House) -> None:
    assert quiet_house.client.get("/odd/refusals/a%00b").status_code == 400
    assert quiet_house.client.get("/items?after=a%00b", headers=bearer()).status_code == 400


def test_a_method_that_is_not_there_says_which_are(quiet_house: House) -> None:
    answer = quiet_house.client.delete("/items")

    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert {one.strip() for one in answer.headers["Allow"].split(",")} >= {"GET", "POST"}


def test_an_address_that_is_not_there_is_a_problem_too(quiet_house: House) -> None:
    answer = quiet_house.client.get("/nowhere")

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json is not None
    assert answer.json["type"] == "/problems/not-found"


def test_a_surprise_tells_the_caller_its_id_and_nothing_else(house: House) -> None:
    answer = house.client.post("/odd/surprises?nip=198701012010011001")

    assert answer.status_code == 500
    assert answer.json == {
        "type": "/problems/unexpected",
        "title": "Unexpected",
        "status": 500,
        "instance": f"urn:uuid:{answer.headers['X-Request-ID']}",
    }


def test_a_surprise_is_logged_with_its_place_and_without_what_was_typed(house: House, log_lines: io.StringIO) -> None:
    answer = house.client.post("/odd/surprises?nip=198701012010011001")

    written = log_lines.getvalue()
    error = next(line for line in map(json.loads, written.splitlines()) if line["level"] == "error")
    assert error["error"] == ["builtins.KeyError"]
    assert any("tiny.py" in place and "surprise" in place for place in error["places"])
    assert error["correlation"] == answer.headers["X-Request-ID"]
    assert "Budi" not in written
    assert "19870101" not in written


def test_a_refusal_is_no_error_in_the_log(quiet_house: House, log_lines: io.StringIO) -> None:
    quiet_house.client.get("/odd/refusals/shelf-is-full")

    [line] = map(json.loads, log_lines.getvalue().splitlines())
    assert (line["level"], line["problem"], line["status"]) == ("info", "shelf-is-full", 409)


def test_the_problem_types_are_listed_with_their_status() -> None:
    listed = {one.code: one for one in problem_types()}

    assert (listed["shelf-is-full"].status, listed["shelf-is-full"].title) == (409, "Shelf is full")
    assert listed["if-match-missing"].status == 428
    assert listed["keys-unknown"].status == 503
    assert listed["method-not-allowed"].status == 405
    assert listed["unexpected"].status == 500


def test_the_openapi_document_describes_problems_as_problems(quiet_house: House) -> None:
    document = quiet_house.client.get("/openapi.json").json

    assert document is not None
    assert set(document["components"]["responses"]["DEFAULT_ERROR"]["content"]) == {"application/problem+json"}
    assert set(document["components"]["responses"]["UNPROCESSABLE_ENTITY"]["content"]) == {"application/problem+json"}
