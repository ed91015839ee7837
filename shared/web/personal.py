"""What every service tells people about themselves: their rows, who looked at them, what changed, and single events."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from marshmallow.validate import Range
from sqlalchemy import Row, Select, select, tuple_

from shared import clock, exports
from shared.errors import Invalid, NotFound
from shared.events import Letter
from shared.plumbing import outbox
from shared.service import Export
from shared.web.accesses import Access, note_access, shows_people
from shared.web.api import Blueprint
from shared.web.auth import caller, require
from shared.web.caller import Caller
from shared.web.edge import edge
from shared.web.pagination import DEFAULT, MOST, Page, PageQuery, page, page_of
from shared.web.work import session

personal = Blueprint("personal", __name__, description="What is kept about the caller, who saw it, and what changed.")

FORMAT = 1
"""Counts up when the shape of an export changes in a way that a program would notice."""

PLUMBING: Mapping[str, Export] = {
    "accesses": exports.looks,
    "events": exports.said,
    "undelivered_events": exports.undelivered,
}
"""What every service keeps about people besides its own tables."""


class EventNotFound(NotFound):
    """There is no such event, or not for this caller."""


class AccessSchema(Schema):
    """A look at the caller's rows."""

    at = fields.AwareDateTime(required=True, format="iso")
    by = fields.UUID(required=True, attribute="reader", metadata={"description": "A person's id, or a machine's."})
    machine = fields.Boolean(required=True)
    role = fields.String(required=True, metadata={"description": "What let the reader see them."})
    operation = fields.String(required=True, metadata={"description": "The view that showed them."})
    correlation = fields.UUID(required=True, metadata={"description": "The id of the reader's request."})


class ExportSchema(Schema):
    """Everything that this service keeps about the caller."""

    format = fields.Integer(required=True, metadata={"description": "The version of this shape."})
    service = fields.String(required=True)
    person = fields.UUID(required=True)
    exported_at = fields.AwareDateTime(required=True, format="iso")
    sections = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Dict()),
        required=True,
        metadata={"description": "By kind, the rows with all their fields."},
    )


class ChangesQuery(Schema):
    """From where on to tell, and how much."""

    since = fields.String(load_default=None, metadata={"description": "The `mark` of the answer before."})
    limit = fields.Integer(load_default=DEFAULT, validate=Range(1, MOST))


class EventSchema(Schema):
    """An event, as it was said."""

    id = fields.UUID(required=True)
    type = fields.String(required=True)
    time = fields.String(
        required=True, metadata={"description": "When the fact happened, in UTC.", "format": "date-time"}
    )
    subject = fields.String(required=True, metadata={"description": "The aggregate: its kind and id."})
    sequence = fields.Integer(required=True, metadata={"description": "Counts the events of the aggregate."})
    correlation = fields.String(
        required=True, attribute="correlationid", metadata={"description": "The id of the request that caused it."}
    )
    data = fields.Dict(required=True, metadata={"description": "The fields of this type; see the catalogue of events."})


class ChangesSchema(Schema):
    """Events about the caller, oldest first."""

    items = fields.List(fields.Nested(EventSchema), required=True)
    mark = fields.String(required=True, metadata={"description": "Send it as `since` to get what comes next."})
    more = fields.Boolean(required=True, metadata={"description": "Whether there is more to get at once."})


@personal.route("/me/accesses")
@require()
@personal.arguments(PageQuery, location="query")
@personal.response(200, page_of(AccessSchema))
def list_accesses(query: Mapping[str, Any]) -> Page[Access]:
    """List who looked at the caller's rows in this service, newest first."""
    who = caller()
    own = select(Access).where(Access.tenant == who.tenant, Access.person == who.id)
    return page(session(), own, by=(Access.id,), descending=True, **query)


@personal.route("/me/data")
@require()
@personal.response(200, ExportSchema)
def export_data() -> dict[str, Any]:
    """Give everything that this service keeps about the caller, to take along (UU 27/2022, article 13)."""
    who, service = caller(), edge().service
    queries = {**service.exports, **PLUMBING}
    return {
        "format": FORMAT,
        "service": service.name,
        "person": who.id,
        "exported_at": clock.now(),
        "sections": {name: _rows(query(who.tenant, who.id)) for name, query in queries.items()},
    }


@personal.route("/me/changes")
@require()
@personal.arguments(ChangesQuery, location="query")
@personal.response(200, ChangesSchema)
def list_changes(query: Mapping[str, Any]) -> dict[str, Any]:
    """Tell what this service said about the caller since a mark, oldest first; without a mark, what it said last.

    No event is left out, however requests overtake each other. After a loss of the event log, events that were told
    before are told once more: an event that is known by its id is no news.
    """
    limit, since = query["limit"], query["since"]
    if since is None:
        newest = session().execute(_said_about(caller()).order_by(*_newest_first()).limit(limit)).all()
        return _changes(newest[::-1], NOTHING_SAID, more=False)
    later = _said_about(caller()).where(tuple_(*_PLACE) > tuple_(*_place(since))).order_by(*_PLACE)
    rows = session().execute(later.limit(limit + 1)).all()
    return _changes(rows[:limit], since, more=len(rows) > limit)


@personal.route("/events/<uuid:event_id>")
@require()
@shows_people
@personal.response(200, EventSchema)
@personal.also("NOT_FOUND")
def show_event(event_id: UUID) -> Mapping[str, Any]:
    """Show an event that this service said: to the person it is about, to their manager, analyst or administrator.

    An event that is about no person is shown to analysts and administrators.
    """
    who = caller()
    wanted = select(outbox.c.key, outbox.c.body).where(outbox.c.tenant == who.tenant, outbox.c.id == event_id)
    found = session().execute(wanted).one_or_none()
    person = found and _person_in(found.key)
    if found is None or not _may_see(who, person):
        raise EventNotFound("There is no such event.")
    note_access(*([person] if person else []))
    return Letter.open(found.body).envelope


def _rows(query: Select[Any]) -> list[dict[str, Any]]:
    rows = (dict(row) for row in session().execute(query).mappings())
    return [row | {"body": json.loads(row["body"])} if "body" in row else row for row in rows]


_PLACE = (outbox.c.batch, outbox.c.position)
"""Where an event stands in the order in which readers can have seen them: see `shared.messaging.relay`."""

NOTHING_SAID = "0-0"


def _said_about(who: Caller) -> Select[Any]:
    published = select(*_PLACE, outbox.c.body).where(outbox.c.batch.is_not(None))
    return published.where(outbox.c.tenant == who.tenant, outbox.c.key == str(who.id))


def _newest_first() -> Iterable[Any]:
    return [column.desc() for column in _PLACE]


def _changes(rows: Sequence[Row[Any]], mark: str, *, more: bool) -> dict[str, Any]:
    if rows:
        mark = f"{rows[-1].batch}-{rows[-1].position}"
    return {"items": [Letter.open(row.body).envelope for row in rows], "mark": mark, "more": more}


def _place(mark: str) -> tuple[int, int]:
    said = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,18})", mark)
    if not said:
        raise Invalid("There is no such place.", errors={"since": ["Send a mark that was answered before, or none."]})
    return int(said[1]), int(said[2])


def _person_in(key: str) -> UUID | None:
    """Read the key of an event's line: a person's id, or an aggregate of a tenant."""
    return None if "/" in key else UUID(key)


def _may_see(who: Caller, person: UUID | None) -> bool:
    if who.holds("analyst", "administrator"):
        return True
    if person is None:
        return False
    return (person == who.id and not who.machine) or edge().service.oversees(session(), who, person)
