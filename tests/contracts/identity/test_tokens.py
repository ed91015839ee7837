"""Tokens that follow each other: turned into the next, seen twice, revoked, signed out."""

from datetime import timedelta

from services.identity.commands.keys import rotate_keys
from services.identity.commands.upkeep import drop_expired
from services.identity.model import BrowserSession, OneTimeCode, TokenFamily
from shared import clock
from tests.api.identity.conftest import House, answered, asked_of, code_of, fields_of, redeem, sign_in
from tests.api.identity.test_tokens import client

__all__ = ["client"]


def test_a_refresh_token_seen_twice_ends_its_whole_family(house: House, client: tuple[str, str]) -> None:
    first = redeem(house, client, code_of(house, client[0])).get_json()
    second = house.refresh(client, first["refresh_token"]).get_json()
    again = house.refresh(client, first["refresh_token"])
    assert (again.status_code, again.get_json()["error"]) == (400, "invalid_grant")
    assert house.refresh(client, second["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_another_sign_in_of_the_same_person_goes_on_when_a_family_ends(house: House, client: tuple[str, str]) -> None:
    stolen = redeem(house, client, code_of(house, client[0])).get_json()
    other = redeem(house, client, code_of(house, client[0])).get_json()
    house.refresh(client, stolen["refresh_token"])
    house.refresh(client, stolen["refresh_token"])
    assert house.refresh(client, other["refresh_token"]).status_code == 200


def test_a_session_at_a_site_ends_after_a_working_day(house: House, client: tuple[str, str]) -> None:
    given = redeem(house, client, code_of(house, client[0])).get_json()
    with clock.telling(clock.now() + timedelta(hours=11)):
        assert house.refresh(client, given["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_a_revoked_token_gives_no_more_tokens(house: House, client: tuple[str, str]) -> None:
    given = redeem(house, client, code_of(house, client[0])).get_json()
    browser = house.browser()
    form = {"token": given["refresh_token"]}
    assert browser.post("/api/identity/revoke", data=form, auth=house.site()).status_code == 200
    latest = house.refresh(client, given["refresh_token"])
    assert latest.status_code == 200
    form = {"token": latest.get_json()["refresh_token"]}
    assert browser.post("/api/identity/revoke", data=form, auth=client).status_code == 200
    assert house.refresh(client, latest.get_json()["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_signing_out_ends_what_sites_were_given_in_that_browser(house: House, client: tuple[str, str]) -> None:
    browser = house.browser()
    sign_in(browser, 3)
    returned = browser.get("/api/identity/authorize", query_string=asked_of(client[0]))
    given = redeem(house, client, answered(returned)["code"]).get_json()
    page = browser.get("/api/identity/sign-out")
    assert browser.post("/api/identity/sign-out", data=fields_of(page)).status_code == 303
    assert browser.get("/api/identity/signed-in").location == "/api/identity/sign-in"
    assert house.refresh(client, given["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_roles_count_from_the_next_token_on(house: House, client: tuple[str, str]) -> None:
    given = redeem(house, client, code_of(house, client[0])).get_json()
    assert house.call("GET", "/people", given["access_token"]).status_code == 403
    house.grant(3, "manager", "DIK")
    later = house.refresh(client, given["refresh_token"]).get_json()
    assert house.call("GET", "/people", later["access_token"]).status_code == 200


def test_after_a_rotation_tokens_of_both_keys_are_good(house: House) -> None:
    before = house.token_of(3)
    with house.database.writing() as session:
        rotate_keys(session, at=clock.now())
    house.app.extensions["wiyata"].keys.refresh()
    after = house.token_of(3)
    assert len(house.json("GET", "/keys")["keys"]) == 2
    assert all("d" not in key for key in house.json("GET", "/keys")["keys"])
    for token in (before, after):
        assert house.call("GET", "/me", token).status_code == 200


def test_what_nothing_can_use_any_more_is_thrown_away(house: House, client: tuple[str, str]) -> None:
    redeem(house, client, code_of(house, client[0]))
    house.code_for(4)
    with clock.telling(clock.now() + timedelta(days=15)), house.database.writing() as session:
        drop_expired(session)
        for kept in (BrowserSession, TokenFamily, OneTimeCode):
            assert session.query(kept).count() == 0
