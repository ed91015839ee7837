"""One-time codes on paper: the sheet that an administrator prints, and typing a code from it."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from services.identity.model import CodeMade, OneTimeCode
from shared.ids import new_id
from shared.plumbing import accesses
from tests.api.identity.conftest import PASSWORD, House, fields_of, nip, roster, row
from tests.api.identity.test_pages import NEW
from tests.api.identity.test_roster_imports import send

CODE = re.compile(r">((?:[0-9A-Z]{4}-){4}[0-9A-Z]{4})<")


def sheet(house: House, body: dict[str, Any], token: str = "", **rest: Any) -> TestResponse:
    """Ask for a sheet."""
    token = token or house.token_of_machine("administrator")
    return house.call("POST", "/one-time-code-sheets", token, json=body, **rest)


def of(house: House, *numbers: int) -> dict[str, Any]:
    return {"people": [str(house.person(number)) for number in numbers]}


def test_a_sheet_has_a_slip_for_each_person_with_all_that_it_takes_to_begin(house: House) -> None:
    with house.telling(datetime(2026, 11, 2, 7, 2, tzinfo=UTC)):
        answer = sheet(house, of(house, 3, 5))
    assert (answer.status_code, answer.mimetype) == (201, "text/html")
    assert re.findall(r"<h2>(.*?)</h2>", answer.text) == ["Citra Guru", "Eko Perawat"]
    assert len(set(CODE.findall(answer.text))) == 2
    assert answer.text.count("http://127.0.0.1:8080/api/identity/first-sign-in<") == 2
    assert answer.text.count("16 November 2026, 14.02 WIB") == 2
    assert nip(3) not in answer.text


def test_a_mistyped_code_can_be_mended_on_the_page(house: House) -> None:
    browser = house.browser()
    form = {**fields_of(browser.get(NEW)), "code": "ABCD-<b>", "password": PASSWORD, "again": PASSWORD}
    answer = browser.post(NEW, data=form)
    assert answer.status_code == 422
    assert "Kode tidak berlaku" in answer.text
    assert 'value="ABCD-&lt;b&gt;"' in answer.text


def test_a_sheet_speaks_english_when_asked(house: House) -> None:
    english = sheet(house, of(house, 3), headers={"Accept-Language": "en"}).text
    assert '<html lang="en">' in english
    assert "Type this code" in english
    assert "Ketik kode ini" in sheet(house, of(house, 3)).text


def test_a_sheet_runs_no_script_is_kept_by_no_cache_and_says_its_address_to_nobody(house: House) -> None:
    answer = sheet(house, of(house, 3))
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert "script" not in answer.text
    assert " style=" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    with house.browser().get("/api/identity/assets/sheet.css") as style:
        assert style.status_code == 200


def test_a_name_with_markup_is_printed_as_text(house: House) -> None:
    assert send(house, roster(row(nip(41), "<script>alert(1)</script>"))).status_code == 200
    answer = sheet(house, of(house, 41))
    assert "&lt;script&gt;" in answer.text
    assert "<script" not in answer.text


def test_a_unit_s_sheet_is_for_those_of_it_and_below_who_have_no_password_yet(house: House) -> None:
    house.register(4)
    answer = sheet(house, {"unit": str(house.unit("DIK"))})
    assert re.findall(r"<h2>(.*?)</h2>", answer.text) == ["Bima Kepala", "Citra Guru"]


def test_a_unit_in_which_everybody_has_a_password_says_so(house: House) -> None:
    house.register(5)
    answer = sheet(house, {"unit": str(house.unit("KES"))})
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/nobody-waits")


def test_who_made_whose_code_is_kept_and_the_code_itself_is_not(house: House) -> None:
    house.grant(1, "administrator")
    with capture_logs() as lines:
        (code,) = CODE.findall(sheet(house, of(house, 3), house.token_of(1)).text)
        house.json("POST", f"/people/{house.person(4)}/one-time-code", house.token_of(1))
    with house.database.reading() as session:
        made = {(one.person_id, one.by, one.machine) for one in session.scalars(select(CodeMade))}
        assert made == {(house.person(number), house.person(1), False) for number in (3, 4)}
        looks = select(accesses.c.person).where(accesses.c.reader == house.person(1))
        assert set(session.scalars(looks)) == {house.person(3), house.person(4)}
        assert code.replace("-", "") not in {one.code_hash for one in session.scalars(select(OneTimeCode))}
    assert "one-time codes made" in [line["event"] for line in lines]
    assert code not in str(lines)


@pytest.mark.parametrize(
    "body", [{}, {"people": []}, {"people": ["x"]}, {"people": [str(new_id())], "unit": str(new_id())}, {"unit": 1}]
)
def test_a_sheet_is_for_people_or_for_a_unit(house: House, body: dict[str, Any]) -> None:
    answer = sheet(house, body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"]


def test_only_an_administrator_of_the_city_makes_a_sheet_and_one_stranger_spoils_it(house: House) -> None:
    house.grant(2, "manager", "DIK")
    assert sheet(house, of(house, 3), house.token_of(2)).status_code == 403
    outsider = house.token_of_machine("administrator", tenant=house.second_city())
    assert sheet(house, of(house, 9, 3), outsider).status_code == 404
    assert sheet(house, {"unit": str(house.unit("DIK"))}, outsider).status_code == 404
    with house.database.reading() as session:
        assert session.scalars(select(OneTimeCode)).all() == []
