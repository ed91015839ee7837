"""What every answer carries: headers that protect, ids that tie it to its log lines, and a line that names no one."""

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from shared import logging as lines
from tests.unit.web.tiny import House, bearer, open_house


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    written = io.StringIO()
    before = logging.root.handlers[:]
    lines.configure("INFO", written)
    yield written
    logging.root.handlers[:] = before


@pytest.mark.parametrize("path", ["/items", "/nowhere", "/odd/refusals/busy", "/livez", "/openapi.json"])
def test_every_answer_of_the_api_is_locked_down(quiet_house: House, path: str) -> None:
    headers = quiet_house.client.get(path, headers=bearer()).headers

    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_page_may_show_our_own_styles_and_no_script(quiet_house: House) -> None:
    policy = quiet_house.client.get("/welcome").headers["Content-Security-Policy"]

    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy


def test_plain_http_promises_no_https(tmp_path: Path) -> None:
    house = open_house(tmp_path, public_url="http://127.0.0.1:8080")

    assert "Strict-Transport-Security" not in house.client.get("/livez").headers


def test_a_request_id_is_taken_over_and_returned(quiet_house: House, log_lines: io.StringIO) -> None:
    known = "01890000-0000-7000-8000-0000000000aa"
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = quiet_house.client.get("/livez", headers={"X-Request-ID": known, "traceparent": trace})

    [line] = map(json.loads, log_lines.getvalue().splitlines())
    assert answer.headers["X-Request-ID"] == known
    assert (line["correlation"], line["trace_parent"]) == (known, trace)


@pytest.mark.parametrize("said", ["", "rm -rf", "1\\n2"])
def test_what_is_no_id_is_replaced(quiet_house: House, log_lines: io.StringIO, said: str) -> None:
    answer = quiet_house.client.get("/livez", headers={"X-Request-ID": said, "traceparent": said})

    [line] = map(json.loads, log_lines.getvalue().splitlines())
    assert line["correlation"] == str(UUID(answer.headers["X-Request-ID"]))
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", line["trace_parent"])


def test_the_access_line_names_the_route_and_no_one(quiet_house: House, log_lines: io.StringIO) -> None:
    quiet_house.client.get("/odd/refusals/not-found?name=Budi", headers=bearer())

    [line] = map(json.loads, log_lines.getvalue().splitlines())
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/odd/refusals/<kind>", 404)
    assert line["ms"] >= 0
    assert "Budi" not in log_lines.getvalue()
    assert "00000000c171" not in log_lines.getvalue()


def test_an_app_answers_below_its_mount_whether_a_proxy_cuts_it_off_or_not(quiet_house: House) -> None:
    assert quiet_house.client.get("/livez").status_code == 200
    assert quiet_house.client.get("/api/tiny/livez").status_code == 200
    assert quiet_house.client.get("/livez", environ_overrides={"SCRIPT_NAME": "/api/tiny"}).status_code == 200
    assert quiet_house.client.get("/api/tinylivez").status_code == 404
