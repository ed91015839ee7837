"""The pages on which people sign in and set a password."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from services.identity.app import service
from services.identity.model import Account, BrowserSession
from services.identity.pages.browsers import COOKIE
from shared import clock
from shared.web.app import create_app
from shared.web.keys import KeyRing
from tests.api.identity.conftest import PASSWORD, House, asked_of, fields_of, nip, sign_in

NEW = "/api/identity/first-sign-in"


def new_password(house: House, code: str, password: str = PASSWORD, again: str | None = None) -> int:
    """Fill in the form behind a one-time link; give the status."""
    browser = house.browser()
    page = browser.get(f"{NEW}?code={code}")
    form = {**fields_of(page), "code": code, "password": password, "again": password if again is None else again}
    return browser.post(NEW, data=form).status_code


def test_a_one_time_link_sets_the_first_password_and_signs_in(house: House) -> None:
    browser = house.browser()
    page = browser.get(f"{NEW}?code={house.code_for(3)}")
    done = browser.post(NEW, data={**fields_of(page), "password": PASSWORD, "again": PASSWORD})
    assert done.location == "/api/identity/signed-in"
    assert "Citra Guru" in browser.get("/api/identity/signed-in").text
    assert sign_in(house.browser(), 3).status_code == 303


def test_a_one_time_link_works_once(house: House) -> None:
    code = house.code_for(3)
    assert new_password(house, code) == 303
    assert new_password(house, code, "kata sandi lainnya") == 422
    assert sign_in(house.browser(), 3).status_code == 303


def test_a_one_time_link_works_for_14_days(house: House) -> None:
    code = house.code_for(3)
    with clock.telling(clock.now() + timedelta(days=13, hours=23)):
        assert "rule" in house.browser().get(f"{NEW}?code={code}").text
    with clock.telling(clock.now() + timedelta(days=14, minutes=1)):
        assert new_password(house, code) == 422


def test_a_newer_link_ends_an_older_one(house: House) -> None:
    older, newer = house.code_for(3), house.code_for(3)
    assert new_password(house, older) == 422
    assert new_password(house, newer) == 303


@pytest.mark.parametrize("password", ["pendek", "x" * 129, f"kata-{nip(3)}-sandi"])
def test_a_weak_password_is_refused_and_the_link_stays(house: House, password: str) -> None:
    code = house.code_for(3)
    assert new_password(house, code, password) == 422
    assert new_password(house, code) == 303


def test_two_different_passwords_are_refused(house: House) -> None:
    code = house.code_for(3)
    assert new_password(house, code, PASSWORD, "lain sama sekali") == 422
    assert new_password(house, code) == 303


def test_a_nip_may_be_typed_in_groups(house: House) -> None:
    house.register(3)
    browser = house.browser()
    grouped = f" {nip(3)[:8]} {nip(3)[8:14]} {nip(3)[14]} {nip(3)[15:]} "
    form = {**fields_of(browser.get("/api/identity/sign-in")), "name": grouped, "password": PASSWORD}
    assert browser.post("/api/identity/sign-in", data=form).status_code == 303


@pytest.mark.parametrize("name", ["\0", "' OR 1=1 --", "<script>alert(1)</script>", "x" * 10_000, "١٩٩٠"])
def test_a_strange_name_is_a_wrong_name_and_comes_back_harmless(house: House, name: str) -> None:
    browser = house.browser()
    form = {**fields_of(browser.get("/api/identity/sign-in")), "name": name, "password": "x"}
    answer = browser.post("/api/identity/sign-in", data=form)
    assert answer.status_code == 422
    assert "<script" not in answer.text


def test_only_who_has_to_wait_is_told_how_long(house: House) -> None:
    assert "Retry-After" not in sign_in(house.browser(), 3).headers
    assert "Retry-After" not in house.browser().post("/api/identity/token", data={"grant_type": "x"}).headers


def test_an_unknown_nip_and_a_wrong_password_get_the_same_answer(house: House) -> None:
    house.register(3)
    wrong = sign_in(house.browser(), 3, "bukan kata sandinya")
    unknown = sign_in(house.browser(), 777, "bukan kata sandinya")
    never_set = sign_in(house.browser(), 4, "bukan kata sandinya")
    assert wrong.status_code == unknown.status_code == never_set.status_code == 422
    pages = {without_values(answer.text) for answer in (wrong, unknown, never_set)}
    assert len(pages) == 1


def test_an_unknown_nip_costs_the_same_work_as_a_wrong_password(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.register(3)
    hasher = house.app.extensions["passwords"]
    compared: list[str] = []
    is_right = hasher._hasher.verify

    class Counting:
        """The real hasher, which notes what it compares with."""

        def verify(self, stored: str, password: str) -> bool:
            compared.append(stored.rsplit("$", 2)[0])
            return bool(is_right(stored, password))

    monkeypatch.setattr(hasher, "_hasher", Counting())
    for number in (3, 777, 4):
        sign_in(house.browser(), number, "bukan kata sandinya")
    assert len(compared) == 3
    assert len(set(compared)) == 1  # The same variant and cost each time.


def test_a_form_without_the_token_of_its_page_is_refused(house: House) -> None:
    house.register(3)
    browser = house.browser()
    browser.get("/api/identity/sign-in")
    form = {"name": nip(3), "password": PASSWORD}
    for token in ({}, {"csrf_token": "guessed"}, {"csrf_token": ""}):
        assert browser.post("/api/identity/sign-in", data={**form, **token}).status_code == 400
    assert browser.get("/api/identity/signed-in").status_code == 303


def test_a_form_with_the_token_of_another_browser_is_refused(house: House) -> None:
    house.register(3)
    others = fields_of(house.browser().get("/api/identity/sign-in"))
    browser = house.browser()
    browser.get("/api/identity/sign-in")
    answer = browser.post("/api/identity/sign-in", data={**others, "name": nip(3), "password": PASSWORD})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/first-sign-in", "/sign-out"])
def test_every_form_has_a_token(house: House, path: str) -> None:
    assert house.browser().post(f"/api/identity{path}", data={"code": house.code_for(3)}).status_code == 400


def test_the_cookie_is_out_of_reach_of_scripts_other_paths_and_other_sites(house: House) -> None:
    said = house.browser().get("/api/identity/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said
    assert "Path=/api/identity" in said


def test_behind_https_the_cookie_travels_over_https_alone(house: House) -> None:
    settings = replace(house.settings, public_url="https://wiyata.example")
    app = create_app(service, settings, house.database, KeyRing(house.database, settings), schema_is_current=bool)
    assert "Secure" in app.test_client().get("/api/identity/sign-in").headers["Set-Cookie"]
    assert "Secure" not in house.browser().get("/api/identity/sign-in").headers["Set-Cookie"]


def test_the_database_keeps_neither_cookies_nor_passwords(house: House) -> None:
    house.register(3)
    browser = house.browser()
    sign_in(browser, 3)
    cookie = browser.get_cookie(COOKIE, path="/api/identity")
    assert cookie is not None
    with house.database.reading() as session:
        assert cookie.value not in {one.id_hash for one in session.query(BrowserSession)}
        assert all(one.password_hash.startswith("$argon2id$") for one in session.query(Account))


def test_a_sign_in_leads_nowhere_else_than_to_identity_itself(house: House) -> None:
    house.register(3)
    answer = sign_in(house.browser(), 3, next="https://evil.example/")
    assert answer.location.startswith("/api/identity/authorize?")
    assert house.browser().get(answer.location).status_code == 400


def test_pages_allow_no_script_and_no_inline_style(house: House) -> None:
    page = house.browser().get("/api/identity/sign-in")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "<script" not in page.text
    assert " style=" not in page.text
    with house.browser().get("/api/identity/assets/pages.css") as style:
        assert style.status_code == 200


def test_the_policy_lets_the_form_lead_on_to_the_site_that_asked(house: House) -> None:
    client_id, _ = house.site()
    browser = house.browser()
    sent = browser.get("/api/identity/authorize", query_string=asked_of(client_id))
    assert "form-action 'self' http://127.0.0.1:8080" in browser.get(sent.location).headers["Content-Security-Policy"]


def test_the_link_with_the_code_is_told_to_no_other_page(house: House) -> None:
    page = house.browser().get(f"{NEW}?code={house.code_for(3)}")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


def test_pages_speak_indonesian_unless_english_is_asked_for(house: House) -> None:
    browser = house.browser()
    assert "Masuk ke Wiyata" in browser.get("/api/identity/sign-in").text
    english = {"Accept-Language": "en-GB,en;q=0.9"}
    assert "Sign in to Wiyata" in browser.get("/api/identity/sign-in", headers=english).text
    assert '<html lang="en">' in browser.get("/api/identity/sign-in?lang=en").text
    assert "Sign in to Wiyata" in browser.get("/api/identity/sign-in").text  # It was chosen, and is remembered.
    assert "Masuk ke Wiyata" in browser.get("/api/identity/sign-in?lang=id", headers=english).text


def test_changing_the_language_keeps_what_waits_for_the_sign_in(house: House) -> None:
    page = house.browser().get("/api/identity/sign-in?next=client_id%3Dabc")
    assert "next=client_id%3Dabc&amp;lang=en" in page.text


def without_values(page: str) -> str:
    """A page without the values of its fields."""
    return re.sub(r'value="[^"]*"', "", page)
