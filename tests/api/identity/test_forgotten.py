"""Forgotten passwords: the same answer for everybody, and a mail with a link for those who can be reached."""

from typing import Any

import pytest
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from services.identity.model import Mail, OneTimeCode, PasswordReset
from services.identity.queries.sign_in import who_is_called
from tests.api.identity.conftest import House, fields_of, nip, sign_in
from tests.api.identity.test_code_mails import LINK
from tests.api.identity.test_pages import new_password

ADDRESS = "citra@semarang.example"
PAGE = "/api/identity/forgotten"
NEW = "kata sandi yang baru"


def ask(house: House, name: str) -> TestResponse:
    """Fill in the form."""
    browser = house.browser()
    return browser.post(PAGE, data={**fields_of(browser.get(PAGE)), "name": name})


def link_for(house: House, name: str = "") -> str:
    """Give the code of the one mail that asking brings."""
    ask(house, name or nip(3))
    return str(LINK.findall(house.mails()[-1].get_content())[0])


def test_a_forgotten_password_is_replaced_by_a_mailed_link(house: House) -> None:
    house.write_to(3, ADDRESS)
    house.register(3)
    assert new_password(house, link_for(house), NEW) == 303
    assert sign_in(house.browser(), 3).status_code == 422
    assert sign_in(house.browser(), 3, NEW).status_code == 303


def test_an_unknown_name_costs_the_same_work_as_a_known_one(house: House) -> None:
    house.write_to(3, ADDRESS)
    statements: list[str] = []

    def note(*said: Any) -> None:
        statements.append(said[2])

    event.listen(house.database.engine, "before_cursor_execute", note)
    told = []
    for name in (nip(3), nip(4), nip(777)):
        statements.clear()
        ask(house, name)
        told.append(list(statements))
    event.remove(house.database.engine, "before_cursor_execute", note)
    assert told[0] == told[1] == told[2]
    assert any("password_resets" in one for one in told[2])


def test_an_address_that_two_people_share_names_neither(house: House) -> None:
    house.write_to(3, ADDRESS)
    house.write_to(4, ADDRESS)
    with house.database.reading() as session:
        assert who_is_called(session, ADDRESS) is None
        assert who_is_called(session, nip(4)) == (house.city, house.person(4))


def test_a_form_of_elsewhere_is_refused(house: House) -> None:
    assert house.browser().post(PAGE, data={"name": nip(3)}).status_code == 400
    with house.database.reading() as session:
        assert session.scalars(select(PasswordReset)).all() == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_pages_speak_both_languages(house: House, language: str) -> None:
    heading = {"id": "Lupa kata sandi?", "en": "Forgotten your password?"}[language]
    page = house.browser().get(f"{PAGE}?lang={language}")
    assert f"<h1>{heading}</h1>" in page.text
    assert "Retry-After" not in page.headers


def test_whoever_has_left_gets_no_mail(house: House) -> None:
    house.write_to(3, ADDRESS)
    ask(house, nip(3))
    house.leave(3)
    assert house.mails() == []
    with house.database.reading() as session:
        assert [mail.outcome for mail in session.scalars(select(Mail))] == ["account_closed"]
        assert session.scalars(select(OneTimeCode)).all() == []
