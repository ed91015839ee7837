"""The shapes of classes."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range, Regexp

from shared.web.pagination import PageQuery

KINDS = ("self_paced", "dated")
CODE = Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z", error="1 to 40 letters, digits, dots, hyphens and underscores.")


class ClassRequest(Schema):
    """A class to plan."""

    code = fields.String(required=True, validate=CODE)
    course = fields.UUID(required=True)
    kind = fields.String(required=True, validate=OneOf(KINDS))
    opens = fields.Date(load_default=None, metadata={"description": "First day; dated classes only."})
    closes = fields.Date(load_default=None, metadata={"description": "Last day to learn; dated classes only."})
    capacity = fields.Integer(
        strict=True, load_default=None, validate=Range(1, 100_000), metadata={"description": "Places; null: no limit."}
    )
    trainers = fields.List(
        fields.UUID(), load_default=list, validate=Length(max=50), metadata={"description": "People of the city."}
    )


class ClassChange(Schema):
    """A class as it should be: its days can change as long as nobody has been enrolled."""

    opens = fields.Date(load_default=None, metadata={"description": "First day; dated classes only."})
    closes = fields.Date(load_default=None, metadata={"description": "Last day to learn; dated classes only."})
    capacity = fields.Integer(
        strict=True,
        required=True,
        allow_none=True,
        validate=Range(1, 100_000),
        metadata={"description": "Places, at least those taken; null: no limit."},
    )
    trainers = fields.List(
        fields.UUID(), required=True, validate=Length(max=50), metadata={"description": "People of the city."}
    )


class ClassSchema(Schema):
    """A class."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    course = fields.UUID(required=True)
    kind = fields.String(required=True, validate=OneOf(KINDS))
    opens = fields.Date(required=True, allow_none=True)
    closes = fields.Date(required=True, allow_none=True)
    capacity = fields.Integer(required=True, allow_none=True)
    state = fields.String(
        required=True,
        validate=OneOf(("open", "closing", "closed")),
        metadata={"description": "Closing while those who have not completed are let go."},
    )
    closed_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "The first day on which nobody goes on."}
    )
    trainers = fields.List(fields.UUID(), required=True)


class ClassQuery(PageQuery):
    """Which classes to list."""

    course = fields.UUID(load_default=None)
