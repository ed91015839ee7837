"""Talks to a running suite as a stranger would: over HTTP, at one address, with tokens of identity."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared import clock

PATIENCE = 60.0
"""How many seconds to go on asking for a fact that is still under way."""


class Refused(Exception):
    """The suite refused a request; the sentence is its own."""


@contextmanager
def spoken_to(origin: "Origin") -> Iterator[None]:
    """End the program with a sentence when the suite refuses something, or does not answer."""
    try:
        yield
    except Refused as refusal:
        sys.exit(f"Stopped: {refusal}")
    except httpx.TransportError as silence:
        sys.exit(f"No suite answers at {origin.address} ({type(silence).__name__}). `make run` starts one.")


def suite_address(environment: Mapping[str, str] = os.environ) -> str:
    """Give the address at which the suite of this environment is reached, as the services work it out."""
    host, port = environment.get("WIYATA_HOST") or "127.0.0.1", environment.get("WIYATA_PORT") or "8080"
    return environment.get("WIYATA_PUBLIC_URL") or f"http://{host}:{port}"


class Origin:
    """A suite at one address; `transport` reaches it another way than that address says."""

    def __init__(self, address: str, transport: httpx.BaseTransport | None = None) -> None:
        self.address = address.rstrip("/")
        self._transport = transport
        self.http = self.browser()

    def browser(self) -> httpx.Client:
        """Give a client with cookies of its own."""
        return httpx.Client(base_url=self.address, timeout=60.0, transport=self._transport)

    def machine(self, client_id: str, secret: str) -> "Visitor":
        """Give a machine that speaks for itself (client credentials)."""
        return Visitor(self, lambda: dict(_accepted(self._token_for(client_id, secret)).json()))

    def require_suite(self) -> None:
        """Do nothing where a suite answers. Raises `httpx.TransportError` or `Refused` where none does."""
        _accepted(self.http.get("/api/identity/keys"))

    def knows(self, client_id: str, secret: str) -> bool:
        """Tell whether this suite gives the machine a token. Raises `Refused` when it answers neither way."""
        answer = self._token_for(client_id, secret)
        return answer.status_code not in (400, 401) and _accepted(answer).is_success

    def _token_for(self, client_id: str, secret: str) -> httpx.Response:
        form = {"grant_type": "client_credentials"}
        return self.http.post("/api/identity/token", data=form, auth=(client_id, secret))


class Visitor:
    """Somebody with an access token, which is asked for anew before it expires by this process's clock."""

    def __init__(self, origin: Origin, ask: Callable[[], dict[str, Any]]) -> None:
        self._origin, self._ask = origin, ask
        self._token, self._until = "", datetime.min.replace(tzinfo=UTC)

    def get(self, path: str, **options: Any) -> Any:
        """Get a resource at `/api/…`."""
        return self._send("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        """Post to a collection at `/api/…`."""
        return self._send("POST", path, **options)

    def put(self, path: str, **options: Any) -> Any:
        """Put a state at `/api/…`."""
        return self._send("PUT", path, **options)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request to `/api/…` once, and give the answer, whatever it says."""
        headers = options.pop("headers", {}) | {"Authorization": f"Bearer {self.token()}"}
        return self._origin.http.request(method, f"/api/{path}", headers=headers, **options)

    def token(self) -> str:
        """Give an access token that is good for at least half a minute more."""
        if clock.now() >= self._until:
            given = self._ask()
            self._token = given["access_token"]
            self._until = clock.now() + timedelta(seconds=given["expires_in"] - 30)
        return self._token

    def tag_of(self, path: str) -> str:
        """Give the ETag of a resource, for a change that must meet it as it was."""
        return str(self._sent("GET", path).headers["ETag"])

    def all_of(self, path: str) -> list[Any]:
        """Get every item of a collection, page by page."""
        found, after = [], None
        while True:
            page = self.get(path, params={"limit": 200} | ({"after": after} if after else {}))
            found += page["items"]
            after = page["next"]
            if after is None:
                return found

    def _send(self, method: str, path: str, **options: Any) -> Any:
        answer = self._sent(method, path, **options)
        return answer.json() if answer.content else None

    def _sent(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send, and send again while the answer is "not yet" or "busy"."""
        give_up = time.monotonic() + PATIENCE
        while True:
            answer = self.ask(method, path, **options)
            wait = answer.headers.get("Retry-After")
            if wait is None or answer.status_code not in (409, 429, 503) or time.monotonic() > give_up:
                return _accepted(answer)
            time.sleep(min(float(wait), 0.2))


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    raise Refused(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:2000]}")
