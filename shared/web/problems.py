"""Refusals and surprises as problem details (RFC 9457): the one place that turns a rule's no into a status code."""

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty
from werkzeug.exceptions import HTTPException

from shared.errors import (
    Busy,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotYetKnown,
    Refusal,
    Stale,
    TooLarge,
    Unauthenticated,
)
from shared.logging import log
from shared.waiting import is_waiting
from shared.web.edge import visit
from shared.web.limits import overloaded, too_large
from shared.web.refusals import IfMatchMissing, Unavailable

PROBLEM_JSON = "application/problem+json"

# The first kind that fits decides, so a kind stands before the kind it is derived from.
STATUSES: Mapping[type[Refusal], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    NotYetKnown: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    IfMatchMissing: HTTPStatus.PRECONDITION_REQUIRED,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    Busy: HTTPStatus.TOO_MANY_REQUESTS,
    Conflict: HTTPStatus.CONFLICT,
    Refusal: HTTPStatus.CONFLICT,
}

# What the edge or the framework refuses before any rule of ours is asked.
_OF_THE_PROTOCOL = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.LENGTH_REQUIRED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.TOO_MANY_REQUESTS,
)


class WrittenAtOnce(Conflict):
    """Somebody else wrote something with the same unique code at the same moment."""


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem that an API answers with; the portal owns its Indonesian and its English sentence."""

    code: str
    status: int
    title: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One occurrence of a problem."""

    code: str
    status: int
    detail: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> Response:
        """Make the answer, and note the code for the access log."""
        visit().problem = self.code
        members = {
            "type": f"/problems/{self.code}",
            "title": _title(self.code),
            "status": self.status,
            "detail": self.detail,
            "instance": visit().id.urn,
            "parameters": self.parameters,
            "errors": self.errors,
        }
        body = current_app.json.dumps({name: value for name, value in members.items() if value})
        return Response(body, self.status, self.headers, mimetype=PROBLEM_JSON)


def problem_types() -> list[ProblemType]:
    """List every problem type that can be answered, as far as the modules that define refusals are imported."""
    named = {kind.code(): int(_status_of(kind)) for kind in _refusals(Refusal) if not _is_said_by_its_parent(kind)}
    named |= {_code_of(status): int(status) for status in _OF_THE_PROTOCOL}
    named["unexpected"] = int(HTTPStatus.INTERNAL_SERVER_ERROR)
    return [ProblemType(code, named[code], _title(code)) for code in sorted(named)]


def register(app: Flask) -> None:
    """Let the app answer every error with a problem."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(ValidationError, _not_valid)
    app.register_error_handler(HTTPException, _not_possible)
    app.register_error_handler(DBAPIError, _not_stored)
    app.register_error_handler(PoolIsEmpty, _no_connection)
    app.register_error_handler(Exception, surprised)


def surprised(error: Exception) -> Response:
    """Answer with the request id and nothing else, and log where it happened."""
    log_surprise(error)
    return Problem(code="unexpected", status=500).answer()


def log_surprise(error: BaseException, said: str = "unexpected error") -> None:
    """Log an error's kinds and places. Its message is left out: it may quote what a person typed."""
    rule = request.url_rule
    log(__name__).error(
        said,
        error=[f"{type(one).__module__}.{type(one).__qualname__}" for one in _causes(error)],
        places=[f"{at.filename}:{at.lineno} {at.name}" for one in _causes(error) for at in _frames(one)],
        method=request.method,
        route=rule.rule if rule else "",
    )


def _refused(refusal: Refusal) -> Response:
    headers = {}
    if isinstance(refusal, Unauthenticated):
        proof_failed = "Authorization" in request.headers
        headers["WWW-Authenticate"] = 'Bearer realm="wiyata"' + (', error="invalid_token"' if proof_failed else "")
    if isinstance(refusal, NotYetKnown):
        headers["Retry-After"] = "1"
    if isinstance(refusal, Busy):
        headers["Retry-After"] = str(refusal.retry_after)
    return Problem(
        code=NotYetKnown.code() if isinstance(refusal, NotYetKnown) else refusal.code(),
        status=_status_of(type(refusal)),
        detail=refusal.detail,
        parameters=refusal.parameters,
        errors=refusal.errors if isinstance(refusal, Invalid) else {},
        headers=headers,
    ).answer()


def _not_valid(error: ValidationError) -> Response:
    return _refused(Invalid("Some fields can't be used.", errors=_fields(error)))


def _not_possible(error: HTTPException) -> Response:
    if error.response is not None or error.code is None:
        return current_app.make_response(error.get_response())
    if error.code == HTTPStatus.INTERNAL_SERVER_ERROR:
        return Problem(code="unexpected", status=500).answer()
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _refused(too_large(request.max_content_length))
    said = getattr(error, "data", None) or {}
    if error.code == HTTPStatus.UNPROCESSABLE_ENTITY and "messages" in said:
        return _refused(Invalid("Some fields can't be used.", errors=_by_field(said["messages"])))
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    return Problem(
        code=_code_of(HTTPStatus(error.code)),
        status=error.code,
        detail=str(error.description or ""),
        headers=headers | dict(said.get("headers") or {}),
    ).answer()


def _not_stored(error: DBAPIError) -> Response:
    if is_waiting(error):
        log(__name__).warning("database is waiting", error=type(error.orig).__name__)
        return _refused(Unavailable("The database is busy. Try again in a second.", retry_after=1))
    if isinstance(error, IntegrityError) and _is_about_uniqueness(error):
        log_surprise(error, "two wrote the same at once")
        return _refused(WrittenAtOnce("Somebody else wrote the same at this moment. Read it again."))
    return surprised(error)


def _no_connection(_: PoolIsEmpty) -> Response:
    log(__name__).warning("every database connection is in use")
    return _refused(overloaded())


def _is_about_uniqueness(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlstate", "") == "23505" or str(error.orig).startswith("UNIQUE constraint")


def _fields(error: ValidationError) -> Mapping[str, Any]:
    return error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}


def _by_field(messages: Mapping[str, Any]) -> Mapping[str, Any]:
    # webargs groups by place (`json`, `query`); a request is refused for one place at a time.
    inner: Any = next(iter(messages.values()), {})
    return inner if isinstance(inner, Mapping) else {"body": inner}


def _status_of(kind: type[Refusal]) -> HTTPStatus:
    return next(status for parent, status in STATUSES.items() if issubclass(kind, parent))


def _is_said_by_its_parent(kind: type[Refusal]) -> bool:
    return issubclass(kind, NotYetKnown) and kind is not NotYetKnown


def _refusals(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for refusal in kind.__subclasses__():
        yield refusal
        yield from _refusals(refusal)


def _code_of(status: HTTPStatus) -> str:
    return status.phrase.lower().replace(" ", "-")


def _title(code: str) -> str:
    return code.replace("-", " ").capitalize()


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _frames(error: BaseException) -> traceback.StackSummary:
    return traceback.extract_tb(error.__traceback__)
