"""Requests that may be sent twice and are done once: the answer is kept in the transaction of the effect."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import overload

from flask import Response, request
from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from shared import clock
from shared.database import insert_new
from shared.plumbing import requests
from shared.web.auth import caller
from shared.web.marks import View, marked, marks_at_hand
from shared.web.refusals import IdempotencyKeyMissing, IdempotencyKeyReused
from shared.web.work import session

KEPT_FOR = timedelta(hours=24)
_KEPT_HEADERS = ("Content-Type", "Location", "ETag")


@overload
def idempotent(view: View) -> View: ...
@overload
def idempotent(*, required: bool) -> Callable[[View], View]: ...
def idempotent(view: View | None = None, *, required: bool = False) -> View | Callable[[View], View]:
    """Mark a POST view that, asked again with the same `Idempotency-Key`, gives its first answer and does nothing.

    Two at once: the second waits for the first. An answer that refuses is not kept, because nothing was done.
    """
    mark = marked(idempotent="required" if required else "optional")
    return mark(view) if view is not None else mark


def once(answer: Callable[[], Response]) -> Response:
    """Answer the request at hand, or give the answer that it got before."""
    wish = marks_at_hand().get("idempotent")
    key = _key(required=wish == "required") if wish else None
    if key is None:
        return answer()
    return _claimed(key, answer) or _replayed(key)


def forget_old_requests(session: Session) -> None:
    """Delete kept answers that are more than 24 hours old: a timer of every service."""
    session.execute(delete(requests).where(requests.c.at < clock.now() - KEPT_FOR))


def _key(*, required: bool) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None and not required:
        return None
    if key is None or not re.fullmatch(r"[\x21-\x7e]{1,80}", key):
        raise IdempotencyKeyMissing(
            "Send an Idempotency-Key of 1 to 80 visible ASCII characters, the same one when you try again.",
            errors={"Idempotency-Key": ["1 to 80 visible ASCII characters."]},
        )
    return key


def _claimed(key: str, answer: Callable[[], Response]) -> Response | None:
    """Do it, if the key is new. Until this transaction ends, another one that claims the same key waits here."""
    row = {"tenant": caller().tenant, "subject": str(caller().id), "key": key, "fingerprint": _fingerprint()}
    claim = insert_new(requests, session()).values(**row, status=0, headers="{}", body="", at=clock.now())
    # RETURNING tells whether a row was written; the row count of an INSERT is -1 on PostgreSQL.
    if session().execute(claim.on_conflict_do_nothing().returning(requests.c.key)).first() is None:
        return None
    given = answer()
    kept = {name: given.headers[name] for name in _KEPT_HEADERS if name in given.headers}
    session().execute(
        update(requests)
        .where(_is_of(key))
        .values(status=given.status_code, headers=json.dumps(kept), body=given.get_data(as_text=True))
    )
    return given


def _replayed(key: str) -> Response:
    kept = session().execute(select(requests).where(_is_of(key))).one()
    if kept.fingerprint != _fingerprint():
        raise IdempotencyKeyReused("This Idempotency-Key was used for another request. Take a new one.")
    again = Response(kept.body, kept.status, json.loads(kept.headers))
    again.headers["Idempotency-Replayed"] = "true"
    return again


def _is_of(key: str) -> ColumnElement[bool]:
    who = caller()
    return and_(requests.c.tenant == who.tenant, requests.c.subject == str(who.id), requests.c.key == key)


def _fingerprint() -> str:
    asked = f"{request.method}\n{request.path}\n".encode() + request.query_string + b"\n" + request.get_data()
    return hashlib.sha256(asked).hexdigest()
