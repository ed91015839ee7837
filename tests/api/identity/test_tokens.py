"""Refresh tokens, machines, and the keys that sign."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from services.identity.commands import clients
from shared import clock
from shared.ids import NATIONAL
from tests.api.identity.conftest import House, code_of, redeem


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


def test_a_refresh_token_of_one_site_is_worth_nothing_to_another(house: House, client: tuple[str, str]) -> None:
    given = redeem(house, client, code_of(house, client[0])).get_json()
    assert house.refresh(house.site(), given["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert house.refresh(client, given["refresh_token"]).status_code == 200


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


def test_an_expired_token_is_worth_nothing(house: House) -> None:
    token = house.token_of(3)
    with clock.telling(clock.now() + timedelta(minutes=11)):
        assert house.call("GET", "/me", token).status_code == 401
