"""The way in to a suite under test: one address for all services, however many processes answer."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from deploy.background import wait_until

PATIENCE = 30.0

Place = Callable[[str], tuple[int, str]]
"""Gives the port, and the path there, for a path of the suite."""


@dataclass(frozen=True)
class Exchange:
    """A request that was answered."""

    method: str
    path: str
    status: int
    request_id: str


class Front(httpx.BaseTransport):
    """Sends requests on to the processes, and again while one of them is away; keeps what was asked.

    It is as patient as a browser whose user presses the button again, so a POST carries an Idempotency-Key.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._wire = httpx.HTTPTransport()
        self.exchanges: list[Exchange] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        answers: list[httpx.Response] = []
        failures: list[httpx.TransportError] = []

        def answered() -> bool:
            try:
                answer = self._wire.handle_request(self._forwarded(request))
                answer.read()
            except httpx.TransportError as away:
                failures.append(away)
                return False
            answers.append(answer)
            return True

        if not wait_until(answered, seconds=PATIENCE):
            raise failures[-1]
        (answer,) = answers
        said = answer.headers.get("X-Request-ID", "")
        self.exchanges.append(Exchange(request.method, request.url.path, answer.status_code, said))
        return answer

    def behind(self, service: str) -> str:
        """Give the address at which a service itself answers, for what must arrive just as it is sent."""
        port, path = self._place(f"/api/{service}/")
        return f"http://127.0.0.1:{port}{path}".rstrip("/")

    def close(self) -> None:
        self._wire.close()

    def _forwarded(self, request: httpx.Request) -> httpx.Request:
        port, path = self._place(request.url.path)
        headers = request.headers.copy()
        headers["X-Forwarded-For"], headers["X-Forwarded-Host"] = "127.0.0.1", headers["Host"]
        headers["X-Forwarded-Proto"] = request.url.scheme
        if request.method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
            request.headers["Idempotency-Key"] = headers["Idempotency-Key"]
        url = request.url.copy_with(scheme="http", host="127.0.0.1", port=port, path=path)
        return httpx.Request(
            request.method, url, headers=headers, content=request.content, extensions=request.extensions
        )


def behind_one_port(port: int) -> Place:
    """Every service answers at one port, under its own prefix."""
    return lambda path: (port, path)


def behind_nginx(ports: dict[str, int]) -> Place:
    """Each service answers at its own port; its prefix is taken off, as deploy/nginx.conf does."""

    def place(path: str) -> tuple[int, str]:
        service, _, inside = path.removeprefix("/api/").partition("/")
        return ports[service], f"/{inside}"

    return place
