"""Many sign-ins from one address, wrong ones and right ones, and what a new password ends."""

from services.identity.pages.browsers import COOKIE
from shared.web.limits import limiter
from tests.api.identity.conftest import House, sign_in
from tests.api.identity.test_pages import new_password


def test_a_new_password_signs_everybody_out_who_used_the_old_one(house: House) -> None:
    house.register(3)
    browser = house.browser()
    sign_in(browser, 3)
    assert new_password(house, house.code_for(3), "kata sandi yang baru") == 303
    assert browser.get("/api/identity/signed-in").status_code == 303
    assert sign_in(house.browser(), 3).status_code == 422


def test_a_session_planted_before_the_sign_in_is_worth_nothing_after_it(house: House) -> None:
    house.register(3)
    attacker, victim = house.browser(), house.browser()
    attacker.get("/api/identity/sign-in")
    planted = attacker.get_cookie(COOKIE, path="/api/identity")
    assert planted is not None
    victim.set_cookie(COOKIE, planted.value, path="/api/identity")
    sign_in(victim, 3)
    given = victim.get_cookie(COOKIE, path="/api/identity")
    assert given is not None
    assert given.value != planted.value
    assert victim.get("/api/identity/signed-in").status_code == 200
    assert attacker.get("/api/identity/signed-in").status_code == 303


def test_guessing_from_one_address_is_slowed_down_and_says_so(house: House) -> None:
    house.register(3)
    answers = [sign_in(house.browser(), number, "salah semuanya").status_code for number in range(500, 531)]
    assert answers == [422] * 30 + [429]
    assert "Terlalu banyak percobaan" in sign_in(house.browser(), 3).text
    limiter.reset()
    assert sign_in(house.browser(), 3).status_code == 303


def test_signing_in_rightly_is_never_slowed_down(house: House) -> None:
    house.register(3)
    assert {sign_in(house.browser(), 3).status_code for _ in range(12)} == {303}
