"""A token from identity admits whom it names, and nothing else admits anyone."""

import base64
import hmac
import json
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import delete

from shared import clock
from shared.errors import Unauthenticated
from shared.ids import new_id
from shared.plumbing import token_keys
from shared.service import Service
from shared.web.api import Blueprint
from shared.web.app import create_app
from shared.web.auth import Grant, unguarded
from shared.web.keys import KeyRing
from shared.web.refusals import KeysUnknown
from tests.unit.web.tiny import CITY, KEY, OTHER_CITY, House, bearer, token


def test_a_token_names_its_subject_tenant_and_grants(quiet_house: House) -> None:
    person, unit = new_id(), new_id()
    roles = [{"role": "manager", "unit": str(unit)}, {"role": "learner"}, {"role": "astronaut"}]
    who = quiet_house.keys.verify(token(sub=str(person), tenant=str(OTHER_CITY), roles=roles, machine=True))

    assert (who.id, who.tenant, who.machine) == (person, OTHER_CITY, True)
    assert who.grants == (Grant("manager", unit), Grant("learner"))
    assert who.units("manager") == (unit,)
    assert not who.holds("administrator")


def test_a_caller_without_the_role_is_told_which_one_it_takes(house: House) -> None:
    answer = house.client.post("/items", json={"title": "a lamp"}, headers=bearer("learner"))

    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["parameters"] == {"roles": ["trainer", "administrator"]}
    assert house.titles() == []


def test_who_asks_is_settled_before_what_is_asked(quiet_house: House) -> None:
    assert quiet_house.client.post("/items", json={"nonsense": 1}).status_code == 401
    assert quiet_house.client.post("/items", json={"nonsense": 1}, headers=bearer("learner")).status_code == 403


def test_an_expired_token_is_refused(quiet_house: House) -> None:
    headers = bearer("trainer")
    with clock.telling(clock.now() + timedelta(minutes=11)):
        assert quiet_house.client.get("/items", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"iat": None},
        {"life": 601},
        {"sub": "not-an-id"},
        {"tenant": None},
        {"tenant": 7},
        {"roles": "administrator"},
        {"roles": [{"role": "manager", "unit": "everywhere"}]},
        {"exp": 1e300},
        {"key": ECKey.generate_key("P-256", {"kid": "one"})},
    ],
)
def test_a_token_that_is_not_quite_identitys_proves_nothing(quiet_house: House, wrong: dict[str, object]) -> None:
    with pytest.raises(Unauthenticated):
        quiet_house.keys.verify(token("administrator", **wrong))  # type: ignore[arg-type]


def test_a_token_signed_with_the_public_key_as_a_shared_secret_proves_nothing(quiet_house: House) -> None:
    header = urlsafe(json.dumps({"alg": "HS256", "kid": "one"}).encode())
    signed = f"{header}.{token('administrator').split('.')[1]}"
    for secret in (KEY.as_pem(private=False), json.dumps(KEY.as_dict(private=False)).encode()):
        signature = urlsafe(hmac.digest(secret, signed.encode(), "sha256"))
        with pytest.raises(Unauthenticated):
            quiet_house.keys.verify(f"{signed}.{signature}")


def test_a_token_that_nobody_signed_proves_nothing(quiet_house: House) -> None:
    claims = token("administrator").split(".")[1]
    header = urlsafe(json.dumps({"alg": "none", "kid": "one"}).encode())
    with pytest.raises(Unauthenticated):
        quiet_house.keys.verify(f"{header}.{claims}.")


@pytest.mark.parametrize("said", ["", "a.b.c", "....", "é", "e30.e30.", "W10.W10.e30", "e30.bnVsbA.e30"])
def test_what_is_no_token_at_all_proves_nothing(quiet_house: House, said: str) -> None:
    with pytest.raises(Unauthenticated):
        quiet_house.keys.verify(said)


def test_a_key_that_has_not_arrived_yet_asks_to_come_back(house: House) -> None:
    newer = ECKey.generate_key("P-256", {"kid": "one"})
    ring = KeyRing(house.database, house.settings, house.identity.fetch)
    with house.database.writing() as session:
        session.execute(delete(token_keys))
    with pytest.raises(KeysUnknown) as refused:
        ring.verify(token(key=newer))

    assert refused.value.retry_after == 1


def test_a_key_that_a_younger_key_set_no_longer_holds_proves_nothing(house: House) -> None:
    old = token("trainer")
    with clock.telling(clock.now() + timedelta(minutes=2)):
        house.identity.keys = [ECKey.generate_key("P-256", {"kid": "two"})]
        house.keys.refresh()
        with pytest.raises(Unauthenticated):
            house.keys.verify(old)


def test_keys_outlive_a_restart_and_an_absent_identity(house: House) -> None:
    house.identity.away = True
    restarted = KeyRing(house.database, house.settings, house.identity.fetch)

    assert restarted.verify(token("trainer")).id == CITY
    assert house.identity.asked == 1


def test_keys_more_than_a_day_old_are_no_reason_to_send_people_to_sign_in(house: House) -> None:
    with clock.telling(clock.now() + timedelta(hours=23)):
        assert house.client.get("/items", headers=bearer()).status_code == 200
    with clock.telling(clock.now() + timedelta(hours=25)):
        answer = house.client.get("/items", headers=bearer())

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["type"] == "/problems/keys-unknown"
    assert int(answer.headers["Retry-After"]) > 0


def test_the_background_refresh_brings_a_new_key_and_stops_when_told(house: House) -> None:
    newer = ECKey.generate_key("P-256", {"kid": "one"})
    house.identity.keys = [newer]
    ring = KeyRing(house.database, house.settings, house.identity.fetch).start()
    ring.stop()

    assert house.identity.asked == 2
    assert ring.verify(token(key=newer)).id == CITY


def test_a_key_set_without_a_usable_key_leaves_the_kept_ones_alone(house: House) -> None:
    house.identity.keys = []
    with pytest.raises(ValueError, match="ES256"):
        house.keys.refresh()

    assert house.keys.verify(token()).id == CITY


def test_a_view_that_nobody_marked_stops_the_start(house: House) -> None:
    careless = Blueprint("careless", __name__)
    careless.route("/secrets")(lambda: {"secret": 1})
    service = Service(name="careless", metadata=house.app.extensions["wiyata"].service.metadata, api=[careless])

    with pytest.raises(ValueError, match="GET careless"):
        create_app(service, house.settings, house.database, house.keys, schema_is_current=lambda _: True)


def test_every_view_of_the_edge_itself_is_marked(quiet_house: House) -> None:
    assert unguarded(quiet_house.app) == ["GET api-docs.openapi_json"]


def urlsafe(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
