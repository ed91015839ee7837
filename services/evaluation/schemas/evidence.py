"""The shapes of recording and withdrawing evidence."""

from typing import get_args

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from shared.events.evaluation import WithdrawalReason


class ResultsQuery(Schema):
    """How a file of results is to be taken."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "Say what would happen, and change nothing."})
    good_rows = fields.Boolean(
        load_default=False, metadata={"description": "Take the rows without errors and leave out the others."}
    )
    anew = fields.Boolean(
        load_default=False,
        metadata={"description": "Record again, as new evidence, what was withdrawn, with the same result or another."},
    )


class RowErrorSchema(Schema):
    """One thing to mend. Row 1 is the header."""

    row = fields.Integer(required=True)
    column = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class ResultsImportSchema(Schema):
    """What an import did, or in a dry run would do; `errors` are the first 200 of `error_count`."""

    dry_run = fields.Boolean(required=True)
    rows = fields.Integer(required=True, metadata={"description": "How many rows below the header could be read."})
    recorded = fields.Integer(required=True)
    known = fields.Integer(required=True, metadata={"description": "Recorded before with the same result."})
    withdrawn = fields.Integer(required=True, metadata={"description": "Withdrawn before; they stay so."})
    errors = fields.List(fields.Nested(RowErrorSchema), required=True)
    error_count = fields.Integer(required=True)


class WithdrawEvidenceSchema(Schema):
    """What to withdraw, and why."""

    competency = fields.String(
        load_default=None,
        allow_none=True,
        validate=Length(1, 40),
        metadata={"description": "Of which competency it no longer speaks; of all if it is left out."},
    )
    reason = fields.String(required=True, validate=OneOf(get_args(WithdrawalReason)))


class WithdrawalSchema(Schema):
    """That a piece of evidence no longer speaks of a competency of a person."""

    piece = fields.UUID(required=True)
    competency = fields.String(required=True)
    person = fields.UUID(required=True)
    reason = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True)


class WithdrawalsSchema(Schema):
    """What is withdrawn by now."""

    items = fields.List(fields.Nested(WithdrawalSchema), required=True)
