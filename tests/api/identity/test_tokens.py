"""Refresh tokens, machines, and the keys that sign."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from services.identity.commands import clients
from services.identity.commands.keys import rotate_keys
from services.identity.commands.upkeep import drop_expired
from services.identity.model import BrowserSession, OneTimeCode, TokenFamily
from shared import clock
from shared.ids import NATIONAL
from tests.api.identity.conftest import House, answered, asked_of, code_of, fields_of, redeem, sign_in


@pytest.fixture
def client(house: House) -> tuple[str, str]:
    house.register(3)
    return house.site()


def machine(house: House, *roles: str, city: str | None = "SMG") -> tuple[str, str]:
    """The id and secret of a machine."""
    with house.database.writing() as session:
        secret, kept = clients.add_machine(session, name="demo", tenant_code=city, roles=roles, at=clock.now())  # type: ignore[arg-type]
    return str(kept.id), secret


def test_a_refresh_token_becomes_the_next_pair_once(house: House, client: tuple[str, str]) -> None:
    first = redeem(house, client, code_of(house, client[0])).get_json()
    second = house.refresh(client, first["refresh_token"]).get_json()
    assert second["refresh_token"] != first["refresh_token"]
    assert house.json("GET", "/me", second["access_token"])["id"] == str(house.person(3))
    assert house.refresh(client, second["refresh_token"]).status_code == 200


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


def test_a_refresh_token_of_one_site_is_worth_nothing_to_another(house: House, client: tuple[str, str]) -> None:
    given = redeem(house, client, code_of(house, client[0])).get_json()
    assert house.refresh(house.site(), given["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert house.refresh(client, given["refresh_token"]).status_code == 200


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


def test_a_machine_gets_a_token_with_its_roles_in_its_city(house: House) -> None:
    answer = house.browser().post(
        "/api/identity/token", data={"grant_type": "client_credentials"}, auth=machine(house, "administrator")
    )
    given = answer.get_json()
    assert set(given) == {"access_token", "token_type", "expires_in"}
    keys = KeySet.import_key_set(house.json("GET", "/keys"))
    claims = jwt.decode(given["access_token"], keys, algorithms=["ES256"]).claims
    assert claims["machine"] is True
    assert claims["tenant"] == str(house.city)
    assert claims["roles"] == [{"role": "administrator"}]
    assert house.call("GET", "/people", given["access_token"]).status_code == 200


def test_a_machine_with_the_role_operator_belongs_to_the_platform(house: House) -> None:
    with house.database.writing() as session:
        _, kept = clients.add_machine(session, name="ops", tenant_code=None, roles=["operator"], at=clock.now())
    assert kept.tenant == NATIONAL


@pytest.mark.parametrize(
    ("form", "reason", "status"),
    [
        ({"grant_type": "client_credentials", "client_secret": "wrong"}, "invalid_client", 401),
        ({"grant_type": "client_credentials", "client_secret": ""}, "invalid_client", 401),
        ({"grant_type": "client_credentials", "client_id": "nobody"}, "invalid_client", 401),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({}, "unsupported_grant_type", 400),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "unauthorized_client", 400),
    ],
)
def test_the_token_endpoint_says_why_a_machine_gets_nothing(
    house: House, form: dict[str, str], reason: str, status: int
) -> None:
    client_id, secret = machine(house, "analyst")
    sent = {"client_id": client_id, "client_secret": secret, **form}
    answer = house.browser().post("/api/identity/token", data=sent)
    assert (answer.status_code, answer.get_json()["error"]) == (status, reason)


@pytest.mark.parametrize("sent", [{}, {"refresh_token": ""}, {"refresh_token": "é"}])
def test_a_site_that_sends_no_refresh_token_hears_so(
    house: House, client: tuple[str, str], sent: dict[str, str]
) -> None:
    form = {"grant_type": "refresh_token", **sent}
    answer = house.browser().post("/api/identity/token", data=form, auth=client)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")


def test_a_site_can_not_speak_for_itself(house: House, client: tuple[str, str]) -> None:
    answer = house.browser().post("/api/identity/token", data={"grant_type": "client_credentials"}, auth=client)
    assert answer.get_json()["error"] == "unauthorized_client"


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


def test_an_expired_token_is_worth_nothing(house: House) -> None:
    token = house.token_of(3)
    with clock.telling(clock.now() + timedelta(minutes=11)):
        assert house.call("GET", "/me", token).status_code == 401


def test_what_nothing_can_use_any_more_is_thrown_away(house: House, client: tuple[str, str]) -> None:
    redeem(house, client, code_of(house, client[0]))
    house.code_for(4)
    with clock.telling(clock.now() + timedelta(days=15)), house.database.writing() as session:
        drop_expired(session)
        for kept in (BrowserSession, TokenFamily, OneTimeCode):
            assert session.query(kept).count() == 0
