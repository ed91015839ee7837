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


class SessionEnded(Refused):
    """A browser in which nobody is signed in (any more) gets no code for a site."""


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
        return Visitor(self._origin, _Grants(self, browser).next)

    def sign_in(self, name: str, password: str) -> Visitor:
        """Sign in with a name (a NIP) and a password, and again whenever the browser's session has ended."""
        grants = _Grants(self, self.browser_of(name, password))

        def ask() -> dict[str, Any]:
            try:
                return grants.next()
            except SessionEnded:
                grants.begin(self.browser_of(name, password))
                return grants.next()

        return Visitor(self._origin, ask)

    def browser_of(self, name: str, password: str) -> httpx.Client:
        """Give a browser in which somebody has just signed in."""
        browser = self._origin.browser()
        page = browser.get("/api/identity/sign-in")
        fields = _hidden_fields(page.text) | {"name": name, "password": password}
        _sent(browser.post("/api/identity/sign-in", data=fields))
        return browser

    def tokens(self, browser: httpx.Client) -> dict[str, Any]:
        """Give tokens for whoever is signed in with a browser. Raises `SessionEnded`."""
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
            raise SessionEnded("Identity gave no code: the sign-in did not last.")
        return self._given(
            {
                "grant_type": "authorization_code",
                "redirect_uri": self._returns_to,
                "code": code[0],
                "code_verifier": verifier,
            }
        )

    def refreshed(self, token: str) -> dict[str, Any]:
        """Give the tokens that follow from a refresh token. Raises `SessionEnded`."""
        return self._given({"grant_type": "refresh_token", "refresh_token": token})

    def _given(self, form: dict[str, str]) -> dict[str, Any]:
        """Give the tokens for a grant. Raises `SessionEnded` when it is worth nothing any more."""
        answer = self._origin.http.post("/api/identity/token", data={"client_id": self._client_id} | form)
        if answer.is_error:
            sentence = f"Identity gave no token: {answer.status_code} {answer.text[:500]}"
            raise (SessionEnded if answer.status_code == 400 else Refused)(sentence)
        tokens: dict[str, Any] = answer.json()
        return tokens


class _Grants:
    """The tokens of one browser: each by the refresh token before it, or by a code where that is worth nothing."""

    def __init__(self, site: Site, browser: httpx.Client) -> None:
        self._site = site
        self.begin(browser)

    def begin(self, browser: httpx.Client) -> None:
        self._browser, self._refresh = browser, ""

    def next(self) -> dict[str, Any]:
        tokens = self._refreshed() or self._site.tokens(self._browser)
        self._refresh = str(tokens["refresh_token"])
        return tokens

    def _refreshed(self) -> dict[str, Any] | None:
        token, self._refresh = self._refresh, ""
        try:
            return self._site.refreshed(token) if token else None
        except SessionEnded:
            return None


def _hidden_fields(page: str) -> dict[str, str]:
    found = (dict(_ATTRIBUTE.findall(tag)) for tag in _HIDDEN.findall(page))
    return {one["name"]: one.get("value", "") for one in found if "name" in one}


def _sent(answer: httpx.Response) -> httpx.Response:
    if answer.status_code != 303:
        raise Refused(f"{answer.request.url.path}: {answer.status_code}, where a redirect was expected.")
    return answer
