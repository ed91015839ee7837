"""Signs a person in as a browser does: the first password by a one-time link, then OpenID Connect with PKCE."""

import base64
import hashlib
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from deploy.demo.origin import Origin, Refused, Visitor

_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


class Site:
    """A site that people sign in to: its client id, and the address that codes are sent to."""

    def __init__(self, origin: Origin, client_id: str, returns_to: str) -> None:
        self._origin, self._client_id, self._returns_to = origin, client_id, returns_to

    def first_sign_in(self, link: str, password: str) -> Visitor:
        """Set a password by a one-time link, and give the person who is then signed in."""
        browser = self._origin.browser()
        path = link.removeprefix(self._origin.address)
        page = browser.get(path)
        fields = _hidden_fields(page.text) | {"password": password, "again": password}
        _sent(browser.post(urlsplit(path).path, data=fields))
        return self._visitor(browser)

    def sign_in(self, name: str, password: str) -> Visitor:
        """Sign in with a name (a NIP) and a password."""
        browser = self._origin.browser()
        page = browser.get("/api/identity/sign-in")
        fields = _hidden_fields(page.text) | {"name": name, "password": password}
        _sent(browser.post("/api/identity/sign-in", data=fields))
        return self._visitor(browser)

    def _visitor(self, browser: httpx.Client) -> Visitor:
        return Visitor(self._origin, lambda: self._tokens(browser))

    def _tokens(self, browser: httpx.Client) -> dict[str, Any]:
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        wanted = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._returns_to,
            "scope": "openid",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        sent_on = _sent(browser.get("/api/identity/authorize", params=wanted)).headers["Location"]
        code = parse_qs(urlsplit(sent_on).query).get("code")
        if code is None:
            raise Refused("Identity gave no code: the sign-in did not last.")
        form = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "redirect_uri": self._returns_to,
            "code": code[0],
            "code_verifier": verifier,
        }
        answer = self._origin.http.post("/api/identity/token", data=form)
        if answer.is_error:
            raise Refused(f"Identity gave no token: {answer.status_code} {answer.text[:500]}")
        tokens: dict[str, Any] = answer.json()
        return tokens


def _hidden_fields(page: str) -> dict[str, str]:
    found = (dict(_ATTRIBUTE.findall(tag)) for tag in _HIDDEN.findall(page))
    return {one["name"]: one.get("value", "") for one in found if "name" in one}


def _sent(answer: httpx.Response) -> httpx.Response:
    if answer.status_code != 303:
        raise Refused(f"{answer.request.url.path}: {answer.status_code}, where a redirect was expected.")
    return answer
