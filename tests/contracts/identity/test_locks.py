"""An account that is guessed at: locked, for ever longer, whether it exists or not, and opened again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from services.identity.model import SignInTries
from shared import clock
from tests.api.identity.conftest import PASSWORD, House, fields_of, nip, sign_in
from tests.api.identity.test_locks import AT, WRONG, guess
from tests.api.identity.test_pages import new_password, without_values


def test_each_further_wrong_password_doubles_the_wait_and_a_try_while_waiting_adds_nothing(house: House) -> None:
    house.register(3)
    at = AT
    with clock.telling(at):
        guess(house, 3, 9)
    for minutes in (1, 2, 4, 8, 16, 30, 30):
        at += timedelta(minutes=minutes)
        with clock.telling(at - timedelta(seconds=1)):
            assert sign_in(house.browser(), 3).status_code == 429
        with clock.telling(at):
            assert guess(house, 3, 1) == [429]


def test_the_right_password_forgets_the_wrong_ones(house: House) -> None:
    house.register(3)
    for _ in range(3):
        assert guess(house, 3, 4) == [422] * 4
        assert sign_in(house.browser(), 3).status_code == 303


def test_a_locked_page_does_not_tell_whether_the_nip_exists(house: House) -> None:
    house.register(3)
    with clock.telling(AT):
        pages = []
        for number in (3, 777, 4):  # with a password, of nobody, without a password
            guess(house, number, 5)
            answer = sign_in(house.browser(), number)
            pages.append((answer.status_code, set(answer.headers.keys()), without_values(answer.text)))
    assert pages[0] == pages[1] == pages[2]
    assert pages[0][0] == 429


def test_no_password_is_looked_at_while_a_name_waits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.register(3)
    guess(house, 3, 5)
    guess(house, 777, 5)
    monkeypatch.delitem(house.app.extensions, "passwords")
    assert {sign_in(house.browser(), number).status_code for number in (3, 777)} == {429}


def test_a_right_fifth_password_locks_nothing(house: House) -> None:
    house.register(3)
    with capture_logs() as lines:
        guess(house, 3, 4)
        assert sign_in(house.browser(), 3).status_code == 303
        assert guess(house, 3, 1) == [422]
    assert "sign-in locked" not in [line["event"] for line in lines]


def test_guesses_at_the_same_time_get_no_further_than_one_after_the_other(house: House) -> None:
    house.register(3)
    browsers = [house.browser() for _ in range(12)]
    forms = [{**fields_of(one.get("/api/identity/sign-in")), "name": nip(3), "password": WRONG} for one in browsers]
    with ThreadPoolExecutor(4) as pool:
        sent = [
            pool.submit(one.post, "/api/identity/sign-in", data=form) for one, form in zip(browsers, forms, strict=True)
        ]
    assert sorted(one.result().status_code for one in sent) == [422] * 4 + [429] * 8
    with house.database.reading() as session:
        assert session.query(SignInTries).one().tries == 5


def test_an_administrator_lifts_a_lock_and_once_more_changes_nothing(house: House) -> None:
    house.register(3)
    guess(house, 3, 5)
    token = house.token_of_machine("administrator")
    for _ in range(2):
        assert house.call("DELETE", f"/people/{house.person(3)}/sign-in-lock", token).status_code == 204
    assert sign_in(house.browser(), 3).status_code == 303


def test_a_new_password_by_a_one_time_code_lifts_the_lock(house: House) -> None:
    house.register(3)
    guess(house, 3, 5)
    assert new_password(house, house.code_for(3), f"{PASSWORD} baru") == 303
    assert sign_in(house.browser(), 3, f"{PASSWORD} baru").status_code == 303
