"""The shapes of activities outside the courses and of their certificates."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, post_load
from marshmallow.validate import Length, OneOf, Range

from services.evaluation.model.activities import MINUTES_OF_A_DAY, MOST_DAYS, ActivityState
from services.evaluation.model.rule_sets import Scope
from services.evaluation.model.tables.activities import LONGEST_NAME, LONGEST_REASON
from shared.events.evaluation import WithdrawalReason
from shared.web.pagination import PageQuery

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class CertificateSchema(Schema):
    """A file that proves an activity."""

    id = fields.UUID(required=True)
    content_type = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "In bytes."})


class DayIn(Schema):
    """A local day of an activity."""

    day = fields.Date(required=True)
    minutes = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=Range(1, MINUTES_OF_A_DAY),
        metadata={"description": "Needed where the form counts minutes."},
    )


def _one_line(text: str) -> None:
    if not text.strip() or _CONTROL.search(text):
        raise ValidationError("Give one line of text.")


class ActivityIn(Schema):
    """What somebody did: `days` as the form asks for them, `certificate` as it was uploaded."""

    form = fields.String(required=True, validate=Length(1, 20), metadata={"description": "A code of the JP table."})
    scope = fields.String(required=True, validate=OneOf(get_args(Scope)))
    title = fields.String(required=True, validate=[Length(1, LONGEST_NAME), _one_line])
    organiser = fields.String(required=True, validate=[Length(1, LONGEST_NAME), _one_line])
    days = fields.List(fields.Nested(DayIn), required=True, validate=Length(1, MOST_DAYS))
    certificate = fields.UUID(required=True)

    @post_load
    def by_day(self, said: Mapping[str, Any], **_: object) -> dict[str, Any]:
        """Give the minutes by day. Raises `ValidationError` for a day that is told twice."""
        days: dict[date, int | None] = {one["day"]: one["minutes"] for one in said["days"]}
        if len(days) < len(said["days"]):
            raise ValidationError({"days": ["A day is told twice."]})
        return {**said, "days": days, "title": said["title"].strip(), "organiser": said["organiser"].strip()}


class DaySchema(Schema):
    """A local day with its minutes."""

    day = fields.Date(required=True)
    minutes = fields.Integer(required=True)


class ActivitySchema(Schema):
    """An activity, what proves it and what became of it. `reason` is why it was returned or revoked."""

    id = fields.UUID(required=True, attribute="activity.id")
    person = fields.UUID(required=True, attribute="activity.person")
    form = fields.String(required=True, attribute="activity.form")
    form_name = fields.String(required=True, allow_none=True)
    scope = fields.String(required=True, attribute="activity.scope", validate=OneOf(get_args(Scope)))
    title = fields.String(required=True, attribute="activity.title")
    organiser = fields.String(required=True, attribute="activity.organiser")
    days = fields.List(fields.Nested(DaySchema), required=True)
    dated_on = fields.Date(required=True, attribute="activity.dated_on", metadata={"description": "Its last day."})
    worth_jp = fields.Decimal(
        required=True, as_string=True, metadata={"description": "In JP, before caps that other activities use up."}
    )
    certificate = fields.Nested(CertificateSchema, required=True, allow_none=True)
    state = fields.String(required=True, attribute="activity.state", validate=OneOf(get_args(ActivityState)))
    reason = fields.String(required=True, allow_none=True, attribute="activity.reason")
    submitted_at = fields.AwareDateTime(required=True, attribute="activity.submitted_at")
    decided_at = fields.AwareDateTime(required=True, allow_none=True, attribute="activity.decided_at")
    piece = fields.UUID(
        required=True,
        allow_none=True,
        attribute="activity.piece",
        metadata={"description": "The evidence that its verification recorded."},
    )


class ActivitiesQuery(PageQuery):
    """Which activities to list."""

    state = fields.String(load_default=None, validate=OneOf(get_args(ActivityState)))


class ReturnActivityIn(Schema):
    """What has to be corrected: the person reads it."""

    reason = fields.String(required=True, validate=Length(1, LONGEST_REASON))


class RevokeActivityIn(Schema):
    """Why the hours are taken back, for programs and in words for the person."""

    reason = fields.String(required=True, validate=OneOf(get_args(WithdrawalReason)))
    note = fields.String(required=True, validate=Length(1, LONGEST_REASON))
