"""A person signs in at a site by way of identity: authorization code with PKCE."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.test import TestResponse

from shared import clock
from tests.api.identity.conftest import (
    HOME,
    SITE,
    House,
    answered,
    asked_of,
    code_of,
    redeem,
    sign_in,
)


def refused(answer: TestResponse) -> str:
    """The reason that a site hears at its own address."""
    assert answer.location.startswith(f"{SITE}?")
    said = answered(answer)
    assert (said["state"], said["iss"]) == ("xyz", HOME)
    return said["error"]


def test_without_the_scope_profile_no_token_holds_a_name(house: House) -> None:
    house.register(3)
    client = house.site()
    answer = redeem(house, client, code_of(house, client[0], scope="openid"))
    keys = KeySet.import_key_set(house.json("GET", "/keys"))
    assert "name" not in jwt.decode(answer.get_json()["id_token"], keys, algorithms=["ES256"]).claims


def test_who_is_signed_in_already_goes_straight_back_to_the_site(house: House) -> None:
    house.register(3)
    client = house.site()
    browser = house.browser()
    sign_in(browser, 3)
    returned = browser.get("/api/identity/authorize", query_string=asked_of(client[0], prompt="none"))
    assert redeem(house, client, answered(returned)["code"]).status_code == 200


def test_prompt_none_of_somebody_unknown_says_that_a_sign_in_is_needed(house: House) -> None:
    client = house.site()
    answer = house.browser().get("/api/identity/authorize", query_string=asked_of(client[0], prompt="none"))
    assert refused(answer) == "login_required"


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "9" * 5_000}, "invalid_request"),
        ({"nonce": "a\nb"}, "invalid_request"),
        ({"nonce": "n" * 201}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
def test_a_site_hears_at_its_address_what_it_asked_wrongly(house: House, other: dict[str, str], reason: str) -> None:
    client = house.site()
    answer = house.browser().get("/api/identity/authorize", query_string=asked_of(client[0], **other))
    assert refused(answer) == reason


def test_a_parameter_that_is_there_twice_is_refused(house: House) -> None:
    client = house.site()
    query = [*asked_of(client[0]).items(), ("scope", "openid")]
    answer = house.browser().get("/api/identity/authorize", query_string=dict_of(query))
    assert refused(answer) == "invalid_request"


@pytest.mark.parametrize("address", [f"{SITE}/", "https://evil.example/", "", "http://127.0.0.1:8080/signed-in?x=1"])
def test_nobody_is_sent_to_an_address_that_the_site_did_not_register(house: House, address: str) -> None:
    client = house.site()
    asked = asked_of(client[0], redirect_uri=address)
    answer = house.browser().get("/api/identity/authorize", query_string=asked)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize("client_id", ["nobody", "", "00000000-0000-7000-8000-00000000000a"])
def test_an_unknown_site_gets_a_page_and_no_redirect(house: House, client_id: str) -> None:
    answer = house.browser().get("/api/identity/authorize", query_string=asked_of(client_id))
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize(
    "other",
    [
        {"code_verifier": "another-verifier-of-at-least-forty-three-characters"},
        {"redirect_uri": "http://127.0.0.1:8080/elsewhere"},
        {"code": "never-given"},
    ],
)
def test_a_code_needs_its_verifier_and_its_address(house: House, other: dict[str, str]) -> None:
    house.register(3)
    client = house.site()
    answer = redeem(house, client, **{"code": code_of(house, client[0]), **other})
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_grant")


def test_a_code_is_too_old_after_a_minute(house: House) -> None:
    house.register(3)
    client = house.site()
    code = code_of(house, client[0])
    with clock.telling(clock.now() + timedelta(seconds=61)):
        assert redeem(house, client, code).get_json()["error"] == "invalid_grant"


def test_a_code_of_one_site_is_worth_nothing_to_another(house: House) -> None:
    house.register(3)
    code = code_of(house, house.site()[0])
    assert redeem(house, house.site(), code).get_json()["error"] == "invalid_grant"


def test_a_site_without_a_secret_is_bound_by_its_verifier_alone(house: House) -> None:
    house.register(3)
    client_id, _ = house.site(has_secret=False)
    code = code_of(house, client_id)
    answer = redeem(house, None, code, client_id=client_id)
    assert answer.status_code == 200, answer.text


def test_the_discovery_document_names_addresses_that_answer(house: House) -> None:
    found = house.json("GET", "/.well-known/openid-configuration")
    assert found["issuer"] == HOME
    assert found["code_challenge_methods_supported"] == ["S256"]
    rules = {rule.rule for rule in house.app.url_map.iter_rules()}
    addresses = [value for name, value in found.items() if name.endswith(("_endpoint", "_uri"))]
    assert {address.removeprefix(HOME) for address in addresses} <= rules
    assert len(addresses) == 5


def dict_of(query: list[tuple[str, str]]) -> dict[str, list[str]]:
    """A query string's names with all their values."""
    return {name: [value for other, value in query if other == name] for name, _ in query}


def test_a_form_from_a_site_is_read_like_a_query(house: House) -> None:
    house.register(3)
    client = house.site()
    browser = house.browser()
    sign_in(browser, 3)
    returned = browser.post("/api/identity/authorize", data=asked_of(client[0]))
    assert parse_qs(urlsplit(returned.location).query)["state"] == ["xyz"]
