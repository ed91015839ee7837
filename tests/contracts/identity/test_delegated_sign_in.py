"""Signing in with another provider: sent there, back with a code, and known by what its token says."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from services.identity.other_provider import OtherProvider
from services.identity.settings import Delegation, read_delegation
from services.identity.tokens import s256
from shared import clock
from shared.errors import WrongSetting
from tests.api.identity.conftest import House, answered, asked_of, nip

ISSUER = "https://sso.city.example"
BEGIN, BACK = "/api/identity/delegated-sign-in", "/api/identity/delegated-sign-in/return"
DELEGATION = Delegation(
    issuer=ISSUER, client_id="wiyata", client_secret="s", claim="nip", scope="openid profile", label="SSO Semarang"
)


@dataclass
class Elsewhere:
    """Another provider, which gives whoever asks a token with these claims."""

    claims: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", parameters={"kid": "elsewhere"}))
    signs_with: ECKey | None = None
    issuer: str = ISSUER
    asked: dict[str, str] = field(default_factory=dict)
    is_away: bool = False

    def app(self) -> Flask:
        app = Flask("elsewhere")
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        description = {name: f"{ISSUER}/{path}" for name, path in places.items()}
        app.add_url_rule(
            "/.well-known/openid-configuration", "description", lambda: {"issuer": self.issuer, **description}
        )
        app.add_url_rule("/keys", "keys", lambda: {"keys": [self.key.as_dict(private=False)]})
        app.add_url_rule("/token", "token", self._token, methods=["POST"])
        app.before_request(lambda: ("away", 502) if self.is_away else None)
        return app

    def _token(self) -> Any:
        self.asked = request.form.to_dict()
        if self.asked["code"] != "right":
            return {"error": "invalid_grant"}, 400
        at = int(clock.now().timestamp())
        claims = {"iss": ISSUER, "aud": "wiyata", "sub": "7", "iat": at, "exp": at + 60, **self.claims}
        key = self.signs_with or self.key
        return {"id_token": jwt.encode({"alg": "ES256", "kid": "elsewhere"}, claims, key, algorithms=["ES256"])}


@pytest.fixture
def elsewhere(house: House) -> Iterator[Elsewhere]:
    provider = Elsewhere()
    http = httpx.Client(transport=httpx.WSGITransport(app=provider.app()))
    house.app.extensions["other_provider"] = OtherProvider(DELEGATION, http)
    yield provider
    house.app.extensions["other_provider"] = None
    http.close()


def sent(browser: FlaskClient, **query: str) -> dict[str, str]:
    """Follow the link of the sign-in page; give what the provider is asked."""
    answer = browser.get(BEGIN, query_string=query)
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def come_back(
    elsewhere: Elsewhere, browser: FlaskClient, asked: dict[str, str], code: str = "right", **claims: Any
) -> TestResponse:
    """Return from the provider with a code that becomes these claims."""
    elsewhere.claims = {"nonce": asked["nonce"], "nip": nip(3), **claims}
    return browser.get(BACK, query_string={"code": code, "state": asked["state"]})


def test_somebody_signs_in_elsewhere_and_goes_on_to_the_site_that_asked(house: House, elsewhere: Elsewhere) -> None:
    client_id, _ = house.site()
    browser = house.browser()
    waiting = answered(browser.get("/api/identity/authorize", query_string=asked_of(client_id)))["next"]
    page = browser.get("/api/identity/sign-in", query_string={"next": waiting})
    assert "Masuk dengan SSO Semarang" in page.text
    asked = sent(browser, next=waiting)
    assert (asked["client_id"], asked["redirect_uri"]) == ("wiyata", f"http://127.0.0.1:8080{BACK}")
    back = come_back(elsewhere, browser, asked)
    assert elsewhere.asked["client_secret"] == "s"
    assert s256(elsewhere.asked["code_verifier"]) == asked["code_challenge"]
    assert answered(browser.get(back.location))["code"]
    assert "Citra Guru" in browser.get("/api/identity/signed-in").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"aud": "somebody-else"},
        {"aud": ["wiyata", "x"], "azp": "x"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"nip": None},
        {"nip": nip(777)},
        {"nip": "rina"},
        {"nip": ["' OR 1=1 --"]},
    ],
)
def test_a_token_that_proves_nothing_or_nobody_signs_nobody_in(
    house: House, elsewhere: Elsewhere, wrong: dict[str, Any]
) -> None:
    browser = house.browser()
    answer = come_back(elsewhere, browser, sent(browser), **wrong)
    assert (answer.status_code, "tidak terhubung dengan akun di sini" in answer.text) == (422, True)
    assert browser.get("/api/identity/signed-in").status_code == 303


def test_a_token_of_another_key_and_a_refused_code_sign_nobody_in(house: House, elsewhere: Elsewhere) -> None:
    browser = house.browser()
    assert come_back(elsewhere, browser, sent(browser), code="wrong").status_code == 422
    elsewhere.signs_with = ECKey.generate_key("P-256", parameters={"kid": "elsewhere"})
    assert come_back(elsewhere, browser, sent(browser)).status_code == 422
    elsewhere.key, elsewhere.signs_with = elsewhere.signs_with, None
    assert come_back(elsewhere, browser, sent(browser)).status_code == 303, "A provider may change its keys."


def test_a_return_counts_once_and_in_the_browser_that_was_sent_alone(house: House, elsewhere: Elsewhere) -> None:
    browser, other = house.browser(), house.browser()
    asked = sent(browser)
    sent(other)
    assert come_back(elsewhere, other, asked).status_code == 400
    assert come_back(elsewhere, house.browser(), asked).status_code == 400
    mixed = browser.get(BACK, query_string={"code": "right", "state": asked["state"], "iss": "https://evil.example"})
    assert mixed.status_code == 400
    asked = sent(browser)
    assert come_back(elsewhere, browser, asked).status_code == 303
    assert come_back(elsewhere, browser, asked).status_code == 400
    asked = sent(browser)
    with clock.telling(clock.now() + timedelta(minutes=11)):
        assert come_back(elsewhere, browser, asked).status_code == 400


def test_whoever_comes_back_without_a_code_sees_the_sign_in_page(house: House, elsewhere: Elsewhere) -> None:
    browser = house.browser()
    answer = browser.get(BACK, query_string={"error": "access_denied", "state": sent(browser)["state"]})
    assert (answer.status_code, "Anda belum masuk dengan SSO Semarang" in answer.text) == (422, True)


def test_a_provider_that_is_away_or_another_one_leaves_the_password(house: House, elsewhere: Elsewhere) -> None:
    elsewhere.is_away = True
    answer = house.browser().get(BEGIN)
    assert (answer.status_code, "masuk dengan kata sandi" in answer.text) == (503, True)
    elsewhere.is_away, elsewhere.issuer = False, "https://evil.example"
    assert house.browser().get(BEGIN).status_code == 503


def test_an_address_counts_only_if_the_provider_has_verified_it(house: House, elsewhere: Elsewhere) -> None:
    house.write_to(3, "citra@semarang.example")
    house.app.extensions["other_provider"].delegation = replace(DELEGATION, claim="email")
    browser, address = house.browser(), "Citra@semarang.example"
    assert come_back(elsewhere, browser, sent(browser), email=address).status_code == 422
    assert come_back(elsewhere, browser, sent(browser), email=address, email_verified=True).status_code == 303


def test_whoever_has_left_is_not_signed_in_from_elsewhere_either(house: House, elsewhere: Elsewhere) -> None:
    house.leave(3)
    browser = house.browser()
    assert come_back(elsewhere, browser, sent(browser)).status_code == 422


def test_without_the_settings_there_is_no_other_way_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert house.browser().get(BEGIN).status_code == 404
    assert "Masuk dengan" not in house.browser().get("/api/identity/sign-in").text
    assert read_delegation() is None
    monkeypatch.setenv("WIYATA_SIGN_IN_ISSUER", "http://sso.example")
    with pytest.raises(WrongSetting, match="WIYATA_SIGN_IN_ISSUER"):
        read_delegation()
    monkeypatch.setenv("WIYATA_SIGN_IN_ISSUER", ISSUER)
    with pytest.raises(WrongSetting, match="WIYATA_SIGN_IN_CLIENT_ID"):
        read_delegation()
