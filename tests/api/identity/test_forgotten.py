"""Forgotten passwords: the same answer for everybody, and a mail with a link for those who can be reached."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from services.identity.model import Mail, OneTimeCode, PasswordReset
from services.identity.queries.sign_in import who_is_called
from shared import clock
from tests.api.identity.conftest import PASSWORD, House, code_of, fields_of, nip, redeem, sign_in
from tests.api.identity.test_code_mails import LINK
from tests.api.identity.test_locks import guess
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


def test_the_answer_is_the_same_for_a_known_an_unknown_and_an_unreachable_name(house: House) -> None:
    house.write_to(3, ADDRESS)
    answers = [ask(house, name) for name in (nip(3), nip(4), nip(777), ADDRESS, "nobody@x.example", "' OR 1=1", "\0")]
    assert {(one.status_code, one.location) for one in answers} == {(303, "/api/identity/forgotten/asked")}
    assert len({one.data for one in answers}) == 1
    assert [mail["To"] for mail in house.mails()] == [ADDRESS]


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


def test_asking_again_within_minutes_brings_no_second_mail(house: House) -> None:
    house.write_to(3, ADDRESS)
    for name in (nip(3), ADDRESS, ADDRESS.upper(), nip(3)):
        ask(house, name)
        assert len(house.mails()) == 1
    with clock.telling(clock.now() + timedelta(minutes=6)):
        ask(house, nip(3))
        assert len(house.mails()) == 2


def test_a_reset_link_works_for_an_hour_and_leaves_the_printed_code_alone(house: House) -> None:
    house.write_to(3, ADDRESS)
    printed = house.code_for(3)
    code = link_for(house)
    with clock.telling(clock.now() + timedelta(minutes=61)):
        assert new_password(house, code) == 422
    assert new_password(house, printed) == 303
    assert new_password(house, code) == 422, "Whoever has set a password needs none of the other codes."


def test_a_new_password_ends_every_sign_in_and_lifts_a_lock(house: House) -> None:
    house.write_to(3, ADDRESS)
    house.register(3)
    client = house.site()
    token = redeem(house, client, code_of(house, client[0])).get_json()["refresh_token"]
    guess(house, 3, 5)
    assert new_password(house, link_for(house), NEW) == 303
    assert house.refresh(client, token).status_code == 400
    assert sign_in(house.browser(), 3, NEW).status_code == 303


def test_a_code_of_the_administrator_ends_every_sign_in_and_lifts_a_lock_too(house: House) -> None:
    house.register(3)
    browser = house.browser()
    sign_in(browser, 3)
    guess(house, 3, 5)
    made = house.json("POST", f"/people/{house.person(3)}/one-time-code", house.token_of_machine("administrator"))
    page = house.browser().get(made["link"].removeprefix("http://127.0.0.1:8080"))
    assert "yang lama tidak berlaku lagi" in page.text
    assert new_password(house, LINK.findall(made["link"])[0], NEW) == 303
    assert browser.get("/api/identity/signed-in").status_code == 303
    assert sign_in(house.browser(), 3, NEW).status_code == 303


def test_an_address_that_two_people_share_names_neither(house: House) -> None:
    house.write_to(3, ADDRESS)
    house.write_to(4, ADDRESS)
    with house.database.reading() as session:
        assert who_is_called(session, ADDRESS) is None
        assert who_is_called(session, nip(4)) == (house.city, house.person(4))


def test_a_mail_is_in_the_language_of_the_last_sign_in(house: House) -> None:
    house.write_to(3, ADDRESS)
    house.register(3)
    browser = house.browser()
    form = {**fields_of(browser.get("/api/identity/sign-in?lang=en")), "name": nip(3), "password": PASSWORD}
    browser.post("/api/identity/sign-in", data=form)
    ask(house, nip(3))
    (mail,) = house.mails()
    assert (mail["Subject"], "Yth." in mail.get_content()) == ("A new password for Wiyata", False)


def test_asking_too_often_is_slowed_down(house: House) -> None:
    answers = [ask(house, nip(number)).status_code for number in range(20, 31)]
    assert answers == [303] * 10 + [429]


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
