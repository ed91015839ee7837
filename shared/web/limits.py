"""How much and how often: requests at once, the size of a body, rate limits for the few views that invite guessing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from flask import Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import LengthRequired

from shared.errors import TooLarge
from shared.settings import Settings
from shared.web.edge import edge
from shared.web.marks import View, marked, marks_at_hand
from shared.web.refusals import Overloaded

limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)
"""Counts per web process and client address: `@limiter.limit("10 per minute")` below `@bp.route`."""


ALWAYS_ANSWERED = frozenset({"livez", "readyz", "metrics"})
"""The views that pass every gate: a process that is busy is not ill, and says how busy it is."""

PATIENCE = 5.0
"""For how many seconds a request waits for its turn: longer than that, whoever sent it has gone or asks again."""


class Gate:
    """Lets so many requests be worked on at once and so many more wait for their turn; what comes then is refused."""

    def __init__(self, *, at_once: int, waiting: int, patience: float = PATIENCE) -> None:
        self._places = threading.Semaphore(at_once + waiting)
        self._turns = threading.Semaphore(at_once)
        self._patience = patience

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Work on the request at hand within the block. Raises `Overloaded` before anything of it was done."""
        if request.endpoint in ALWAYS_ANSWERED:
            yield
            return
        with _held(self._places, 0.0), _held(self._turns, self._patience):
            yield


@contextmanager
def _held(places: threading.Semaphore, patience: float) -> Iterator[None]:
    if not places.acquire(timeout=patience):
        raise overloaded()
    try:
        yield
    finally:
        places.release()


def overloaded() -> Overloaded:
    """Say that nothing was done and that it may be asked again."""
    return Overloaded("Too many requests are under way. Try again in a second.", retry_after=1)


_WAITS = frozenset({HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def takes_upload(limit: str = "upload_limit") -> Callable[[View], View]:
    """Mark a view that takes files; `limit` names the setting with the bytes that it takes at most."""
    if limit not in Settings.__dataclass_fields__:
        raise ValueError(f"There is no setting {limit!r}.")
    return marked(upload=limit)


def check_size() -> None:
    """Refuse a body that is too large, or that does not say how large it is, before any of it is read."""
    setting = marks_at_hand().get("upload")
    most = getattr(edge().settings, setting) if setting else edge().settings.json_limit
    request.max_content_length = most
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        # Werkzeug would cut a chunked body at the limit without a word, and half an upload would pass for a whole one.
        raise LengthRequired("Send the body with its Content-Length.")
    if (request.content_length or 0) > most:
        raise too_large(most)


def drop_idle_wait(answer: Response) -> None:
    """Take `Retry-After` off where nobody has to wait: the limiter adds it to every answer of a view that it counts."""
    if answer.status_code not in _WAITS:
        answer.headers.pop("Retry-After", None)


def too_large(most: int | None) -> TooLarge:
    """Say how much would have been taken."""
    return TooLarge(f"At most {most or 0:,} bytes are taken here.", limit=most)
