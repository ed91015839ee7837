"""What was done by operating and administering, over the API of every service: to read, and never to change."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from marshmallow.validate import Length
from sqlalchemy import select
from sqlalchemy.orm import Mapped

from shared.database import Base
from shared.operators import open_to_operator
from shared.plumbing import audit
from shared.web.api import Blueprint
from shared.web.auth import caller, require
from shared.web.letters import is_operator
from shared.web.pagination import Page, PageQuery, page, page_of
from shared.web.work import session

acts = Blueprint("acts", __name__, description="The audit log: who did what by operating and administering.")


class Act(Base):
    """A link of the chain of acts."""

    __table__ = audit

    position: Mapped[int]
    tenant: Mapped[UUID]
    act: Mapped[str]
    subject: Mapped[str]


class ActSchema(Schema):
    """An act. Its hash seals all of it, and the act before."""

    position = fields.Integer(required=True, metadata={"description": "Counts the acts of this service."})
    at = fields.AwareDateTime(required=True, format="iso")
    tenant = fields.UUID(required=True, metadata={"description": "In whose tenant it was done."})
    actor = fields.UUID(
        required=True, allow_none=True, metadata={"description": "A person or machine; null for the command line."}
    )
    role = fields.String(required=True, metadata={"description": "What allowed it."})
    act = fields.String(required=True)
    subject = fields.String(required=True, metadata={"description": "What it was done to: a kind and an id."})
    details = fields.Function(
        lambda row: json.loads(row.details), required=True, metadata={"type": "object", "description": "Codes and ids."}
    )
    correlation = fields.String(required=True, metadata={"description": "The id of the request or command."})
    previous = fields.String(required=True)
    hash = fields.String(required=True)


class ActsQuery(PageQuery):
    """Which acts, and which page of them."""

    act = fields.String(load_default=None, validate=Length(1, 60))
    subject = fields.String(load_default=None, validate=Length(1, 120))


@acts.route("/audit")
@require("administrator", "operator")
@acts.arguments(ActsQuery, location="query")
@acts.response(200, page_of(ActSchema))
def list_acts(wanted: Mapping[str, Any]) -> Page[Act]:
    """List acts, newest first: those of the own tenant, and all of them to an operator."""
    chosen = {name: wanted[name] for name in ("act", "subject") if wanted[name] is not None}
    listed = select(Act).filter_by(**chosen)
    if is_operator():
        open_to_operator(session())
    else:
        listed = listed.where(Act.tenant == caller().tenant)
    return page(session(), listed, by=(Act.position,), limit=wanted["limit"], after=wanted["after"], descending=True)
