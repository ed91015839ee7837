"""A forgotten password from the request to the new one, and what else that ends."""

from datetime import timedelta

from shared import clock
from tests.api.identity.conftest import PASSWORD, House, code_of, fields_of, nip, redeem, sign_in
from tests.api.identity.test_code_mails import LINK
from tests.api.identity.test_forgotten import ADDRESS, NEW, ask, link_for
from tests.api.identity.test_locks import guess
from tests.api.identity.test_pages import new_password


def test_the_answer_is_the_same_for_a_known_an_unknown_and_an_unreachable_name(house: House) -> None:
    house.write_to(3, ADDRESS)
    answers = [ask(house, name) for name in (nip(3), nip(4), nip(777), ADDRESS, "nobody@x.example", "' OR 1=1", "\0")]
    assert {(one.status_code, one.location) for one in answers} == {(303, "/api/identity/forgotten/asked")}
    assert len({one.data for one in answers}) == 1
    assert [mail["To"] for mail in house.mails()] == [ADDRESS]


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
