"""The threads that tie a request to its log lines, its events and their handlers: correlation id and trace parent."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from uuid import UUID

from flask import Response, request

from shared import tracing
from shared.ids import new_id
from shared.logging import bound, log
from shared.web.edge import PLACE, Visit, edge, visit

_TRACE_PARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@contextmanager
def begun(environ: dict[str, Any]) -> Iterator[None]:
    """Take over the caller's request id and trace parent, or make new ones, and bind both to every log line."""
    fresh = Visit(id=_request_id(environ.get("HTTP_X_REQUEST_ID", "")))
    given = environ.get("HTTP_TRACEPARENT", "")
    environ[PLACE] = fresh
    with tracing.request(given if _TRACE_PARENT.fullmatch(given) else "") as parent:
        fresh.trace_parent = parent or _new_trace_parent()
        with bound(correlation=str(fresh.id), trace_parent=fresh.trace_parent):
            yield


def signed(answer: Response) -> None:
    """Return the request id to the caller."""
    answer.headers["X-Request-ID"] = str(visit().id)


def tell(answer: Response) -> None:
    """Write the access line: the route and never the path, because a path may name a person; no query, no caller."""
    problem = {"problem": visit().problem} if visit().problem else {}
    log("shared.web.access").info(
        "request",
        method=request.method,
        route=route(),
        status=answer.status_code,
        ms=round((perf_counter() - visit().started) * 1000, 1),
        **problem,
    )
    name = f"{request.method} {route()}"
    tracing.name_request(name, status=answer.status_code, correlation=str(visit().id), service=edge().service.name)


def route() -> str:
    """Give the rule that the request matched, or `(none)`."""
    return request.url_rule.rule if request.url_rule else "(none)"


def _request_id(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        return new_id()


def _new_trace_parent() -> str:
    return f"00-{new_id().hex}-{new_id().hex[16:]}-01"
