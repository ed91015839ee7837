"""A sign-in at a site from its first request to a token of the person."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from shared import clock
from tests.api.identity.conftest import (
    HOME,
    SITE,
    House,
    answered,
    asked_of,
    code_of,
    nip,
    redeem,
    sign_in,
)


def test_a_person_signs_in_at_a_site_and_the_site_learns_who_it_is(house: House) -> None:
    house.register(3)
    client = house.site()
    browser = house.browser()

    sent = browser.get("/api/identity/authorize", query_string=asked_of(client[0]))
    assert urlsplit(sent.location).path == "/api/identity/sign-in"
    back = sign_in(browser, 3, next=answered(sent)["next"])
    returned = browser.get(back.location)
    assert returned.location.startswith(f"{SITE}?")
    assert answered(returned)["state"] == "xyz"
    answer = redeem(house, client, answered(returned)["code"])

    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    keys = KeySet.import_key_set(house.json("GET", "/keys"))
    access = jwt.decode(answer.get_json()["access_token"], keys, algorithms=["ES256"])
    identity = jwt.decode(answer.get_json()["id_token"], keys, algorithms=["ES256"]).claims
    assert access.header["typ"] == "at+jwt"
    assert access.claims["sub"] == identity["sub"] == str(house.person(3))
    assert access.claims["tenant"] == identity["tenant"] == str(house.city)
    assert access.claims["aud"] == "wiyata"
    assert access.claims["iss"] == HOME
    assert access.claims["exp"] - access.claims["iat"] <= 600
    assert access.claims["roles"] == [{"role": "learner"}]
    assert "machine" not in access.claims
    assert (identity["aud"], identity["nonce"], identity["name"]) == (client[0], "n-1", "Citra Guru")
    assert nip(3) not in str(access.claims) + str(identity)
    assert house.json("GET", "/me", answer.get_json()["access_token"])["name"] == "Citra Guru"


@pytest.mark.parametrize("other", [{"prompt": "login"}, {"max_age": "60"}])
def test_a_site_can_ask_for_a_fresh_sign_in(house: House, other: dict[str, str]) -> None:
    house.register(3)
    client = house.site()
    browser = house.browser()
    sign_in(browser, 3)
    with clock.telling(clock.now() + timedelta(minutes=5)):
        sent = browser.get("/api/identity/authorize", query_string=asked_of(client[0], **other))
        assert urlsplit(sent.location).path == "/api/identity/sign-in"
        back = sign_in(browser, 3, next=answered(sent)["next"])
        assert "code" in answered(browser.get(back.location))


def test_a_code_used_twice_ends_what_came_of_it(house: House) -> None:
    house.register(3)
    client = house.site()
    code = code_of(house, client[0])
    first = redeem(house, client, code).get_json()
    assert redeem(house, client, code).get_json()["error"] == "invalid_grant"
    assert house.refresh(client, first["refresh_token"]).get_json()["error"] == "invalid_grant"
