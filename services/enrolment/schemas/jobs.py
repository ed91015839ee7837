"""The shapes of jobs that enrol the people of a list."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf


class JobSchema(Schema):
    """A job, with how far it is."""

    id = fields.UUID(required=True)
    class_ = fields.UUID(required=True, attribute="class_id", data_key="class")
    asked_by = fields.UUID(required=True)
    asked_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True, validate=OneOf(("working", "done", "cancelled")))
    total = fields.Integer(required=True, metadata={"description": "Lines that name a person."})
    done = fields.Integer(required=True, metadata={"description": "Lines worked off: enrolled and refused."})
    enrolled = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)


class RefusedLineSchema(Schema):
    """A line that enrolled nobody."""

    line = fields.Integer(required=True, metadata={"description": "Its number in the file that was sent."})
    person = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Null for one who is not known here, or was erased."}
    )
    problem = fields.String(required=True, metadata={"description": "The type of the problem: `class-is-full`."})
