"""Dead letters and what is parked behind them, over the API of every service: looked at, handled again, given up.

An administrator works on the letters of the own tenant, an operator of the platform on all, and alone on those whose
envelope can't be read. No handler runs here: what is decided is written down, and the consumer carries it out.
"""

import json
from collections.abc import Mapping
from typing import Any, get_args
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Range, Regexp
from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Mapped, Session

from shared.database import Base
from shared.ids import NATIONAL
from shared.messaging import mending
from shared.messaging.letters import OPEN, STATES, LetterIsNotNext, LetterNotFound
from shared.operators import open_to_operator
from shared.plumbing import letters as letter_table
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.auth import caller, require
from shared.web.pagination import Page, PageQuery, page, page_of
from shared.web.work import session

letters = Blueprint("letters", __name__, description="Events that could not be handled, and those that wait behind.")

LOCK_PATIENCE = 3_000
"""For how many milliseconds a request waits for those who handle events of the same partitions."""

MOST_AT_ONCE = 1_000


class KeptLetter(Base):
    """An event that could not be handled, or waits behind one. Broken envelopes have no tenant."""

    __table__ = letter_table

    position: Mapped[int]
    event_id: Mapped[UUID]
    tenant: Mapped[UUID | None]
    key: Mapped[str]
    state: Mapped[str]
    body: Mapped[str]


class LetterSchema(Schema):
    """A letter: an event that was not handled."""

    event = fields.UUID(required=True, attribute="event_id")
    tenant = fields.UUID(required=True, allow_none=True, metadata={"description": "Null where it can't be read."})
    type = fields.String(required=True)
    key = fields.String(required=True, metadata={"description": "Its line: a person's id, or an aggregate."})
    state = fields.String(
        required=True,
        validate=OneOf(STATES),
        metadata={"description": "`due`: will be handled again soon; `parked`: waits behind another one."},
    )
    reason = fields.String(required=True, metadata={"description": "What went wrong, or what it waits for."})
    tries = fields.Integer(required=True, metadata={"description": "How often it was tried in vain."})
    at = fields.AwareDateTime(required=True, format="iso", metadata={"description": "When it was put aside."})


class LetterDetailSchema(LetterSchema):
    """A letter with the event itself."""

    envelope = fields.Dict(
        required=True, allow_none=True, metadata={"description": "The event as it travels; null where it is no JSON."}
    )
    raw = fields.String(
        required=True, allow_none=True, metadata={"description": "What came instead of an event; null where one came."}
    )
    trace = fields.String(required=True, metadata={"description": "The places in the program where it failed."})
    behind = fields.Integer(required=True, metadata={"description": "How many wait behind it."})


class _Narrowing(Schema):
    type = fields.String(load_default=None, validate=Length(1, 120))
    key = fields.String(load_default=None, validate=Length(1, 200), metadata={"description": "One line."})


class LettersQuery(PageQuery, _Narrowing):
    """Which letters, and which page of them."""

    state = fields.String(
        load_default=None,
        validate=OneOf(STATES),
        metadata={"description": "Left out: those that wait for something (dead, due, parked)."},
    )


class ReplaysSchema(_Narrowing):
    """Which dead letters to handle again: at least one of type, key and reason."""

    reason = fields.String(load_default=None, validate=Length(1, 200), metadata={"description": "As it is listed."})
    limit = fields.Integer(load_default=100, validate=Range(1, MOST_AT_ONCE))

    @validates_schema
    def narrow(self, sent: Mapping[str, Any], **_: Any) -> None:
        """Refuse a wish that names nothing."""
        if not any(sent.get(name) for name in ("type", "key", "reason")):
            raise ValidationError("Name a type, a key or a reason.")


class ReplaysAskedSchema(Schema):
    """The letters that will be handled again."""

    events = fields.List(fields.UUID(), required=True)
    more = fields.Boolean(required=True, metadata={"description": "Whether there may be more: ask again."})


class DiscardSchema(Schema):
    """Why an event is given up. The audit log keeps it for ever, hence codes and no sentence."""

    reason = fields.String(required=True, validate=OneOf(get_args(mending.Reason)))
    ticket = fields.String(
        load_default="",
        validate=Regexp(f"({mending.TICKET})?\\Z"),
        metadata={"description": "The number of the case, where more is told."},
    )


@letters.route("/letters")
@require("administrator", "operator")
@shows_people
@letters.arguments(LettersQuery, location="query")
@letters.response(200, page_of(LetterSchema))
def list_letters(wanted: Mapping[str, Any]) -> Page[KeptLetter]:
    """List letters, the newest last."""
    states = [wanted["state"]] if wanted["state"] else OPEN
    listed = select(KeptLetter).where(letter_table.c.state.in_(states), *_of_caller(), *_named(wanted, "type", "key"))
    found = page(_opened(), listed, by=(KeptLetter.position,), limit=wanted["limit"], after=wanted["after"])
    note_access()
    for letter in found.items:
        _note_look(letter)
    return found


@letters.route("/letters/<uuid:event_id>")
@require("administrator", "operator")
@shows_people
@letters.response(200, LetterDetailSchema)
def show_letter(event_id: UUID) -> dict[str, Any]:
    """Show a letter with its event, and why it was not handled. Ask here what became of a replay."""
    return _shown(_letter(event_id))


@letters.route("/letters/<uuid:event_id>/replay", methods=["PUT"])
@require("administrator", "operator")
@shows_people
@letters.response(202, LetterDetailSchema)
@letters.also("CONFLICT", "SERVICE_UNAVAILABLE")
def replay_letter(event_id: UUID) -> dict[str, Any]:
    """Let a dead letter be handled again, then what is parked behind it; its state tells when that has happened."""
    letter = _decided(event_id)
    mending.ask_for_replay(session(), event_id)
    return _read_again(letter)


@letters.route("/letters/replays", methods=["POST"])
@require("administrator", "operator")
@letters.arguments(ReplaysSchema)
@letters.response(202, ReplaysAskedSchema)
@letters.also("SERVICE_UNAVAILABLE")
def replay_letters(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Let many dead letters be handled again: those that came first, of a type, a line or a reason."""
    chosen = (*_of_caller(), *_named(wanted, "type", "key", "reason"))
    asked = mending.ask_for_replays(_hurried(_opened()), *chosen, most=wanted["limit"])
    return {"events": asked, "more": len(asked) == wanted["limit"]}


@letters.route("/letters/<uuid:event_id>/discard", methods=["PUT"])
@require("administrator", "operator")
@shows_people
@letters.arguments(DiscardSchema)
@letters.response(200, LetterDetailSchema)
@letters.also("CONFLICT", "SERVICE_UNAVAILABLE")
def discard_letter(sent: Mapping[str, Any], event_id: UUID) -> dict[str, Any]:
    """Give a dead letter up for good; what is parked behind it goes on."""
    letter = _decided(event_id)
    mending.give_up(session(), event_id, reason=sent["reason"], ticket=sent["ticket"])
    return _read_again(letter)


def is_operator() -> bool:
    """Tell whether an operator of the platform asks."""
    who = caller()
    return who.holds("operator") and who.tenant == NATIONAL


def _opened() -> Session:
    if is_operator():
        open_to_operator(session())
    return session()


def _of_caller() -> list[ColumnElement[bool]]:
    return [] if is_operator() else [letter_table.c.tenant == caller().tenant]


def _named(wanted: Mapping[str, Any], *columns: str) -> list[ColumnElement[bool]]:
    return [letter_table.c[name] == wanted[name] for name in columns if wanted[name] is not None]


def _letter(event_id: UUID) -> KeptLetter:
    wanted = select(KeptLetter).where(letter_table.c.event_id == event_id, *_of_caller())
    letter = _opened().scalars(wanted).one_or_none()
    if letter is None:
        raise LetterNotFound("There is no letter of this event.", event=str(event_id))
    return letter


def _decided(event_id: UUID) -> KeptLetter:
    """Give a letter that can be decided on: another one of its line, hidden from an administrator, may come before."""
    letter = _letter(event_id)
    if letter.state not in ("dead", "due"):
        raise LetterIsNotNext(f"This event is {letter.state}; only a dead one can be replayed or discarded.")
    _hurried(session())
    return letter


def _hurried(bound: Session) -> Session:
    """Let nobody wait for long: a rebuild that is about to exchange its tables holds every partition."""
    if bound.get_bind().dialect.name == "postgresql":
        bound.execute(text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": str(LOCK_PATIENCE)})
    return bound


def _read_again(letter: KeptLetter) -> dict[str, Any]:
    session().refresh(letter)
    return _shown(letter)


def _shown(letter: KeptLetter) -> dict[str, Any]:
    note_access()
    _note_look(letter)
    envelope = _json_object(letter.body)
    return {
        **{column.name: getattr(letter, column.name) for column in letter_table.columns},
        "envelope": envelope,
        "raw": None if envelope is not None else letter.body,
        "behind": _count_behind(letter),
    }


def _count_behind(letter: KeptLetter) -> int:
    later = (letter_table.c.key == letter.key, letter_table.c.position > letter.position)
    counted = select(func.count()).where(*later, letter_table.c.state.in_(OPEN), *_of_caller())
    return session().scalar(counted) or 0


def _json_object(body: str) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _note_look(letter: KeptLetter) -> None:
    """Note a look at a person's rows: the line of a person's events has the person's id for its key."""
    try:
        person = UUID(letter.key)
    except ValueError:
        return
    if letter.tenant is not None:
        note_access(person, tenant=letter.tenant)
