"""The shapes of answers and keys, under the tag of their kind."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates
from marshmallow.validate import Length, Range

KINDS = ("single_choice", "true_false", "multiple_choice", "matching", "numeric", "short_answer")
BASIS_POINTS = {"description": "In basis points: 10000 is all right."}
TAGS = frozenset(["option", "options", "number", "text", "pairs"])
"""Under which an answer stands, by the kind of its question."""


def in_order(tag: str, value: Any) -> Any:
    """Give an answer in one way of several: options and pairs have no order, and an option is chosen once."""
    if value is None or tag not in {"options", "pairs"}:
        return value
    return sorted(set(value)) if tag == "options" else sorted(value, key=lambda pair: pair["left"])


class AcceptedNumberSchema(Schema):
    """A number that is accepted, give or take a tolerance, and what it earns in basis points."""

    value = fields.Float(required=True)
    tolerance = fields.Float(required=True)
    credit = fields.Integer(required=True, metadata=BASIS_POINTS)


class AcceptedTextSchema(Schema):
    """A pattern of texts that are accepted, and what they earn in basis points."""

    pattern = fields.String(required=True, metadata={"description": r"`*`: any signs; `\*`: an asterisk."})
    credit = fields.Integer(required=True, metadata=BASIS_POINTS)


class PairSchema(Schema):
    """A prompt and the option that is matched with it, both by id."""

    left = fields.Integer(required=True, strict=True, validate=Range(1, 1_000))
    right = fields.Integer(required=True, strict=True, validate=Range(1, 1_000))


class RightSchema(Schema):
    """What is right, under one tag by the kind of the question."""

    option = fields.Integer()
    options = fields.List(fields.Integer())
    numbers = fields.List(fields.Nested(AcceptedNumberSchema))
    texts = fields.List(fields.Nested(AcceptedTextSchema))
    pairs = fields.List(fields.Nested(PairSchema))


class PromptSchema(Schema):
    """What a matching question wants an option for."""

    id = fields.Integer(required=True)
    text = fields.String(required=True)


class TaggedSchema(Schema):
    """An answer under the one tag of its question's kind; null under the tag: none any more."""

    option = fields.Integer(
        strict=True,
        allow_none=True,
        validate=Range(1, 1_000),
        metadata={"description": "To single_choice and true_false."},
    )
    options = fields.List(
        fields.Integer(strict=True, validate=Range(1, 1_000)),
        allow_none=True,
        validate=Length(0, 1_000),
        metadata={"description": "To multiple_choice."},
    )
    number = fields.Float(
        allow_nan=False, allow_none=True, validate=Range(-1e15, 1e15), metadata={"description": "To numeric."}
    )
    text = fields.String(allow_none=True, validate=Length(0, 500), metadata={"description": "To short_answer."})
    pairs = fields.List(
        fields.Nested(PairSchema),
        allow_none=True,
        validate=Length(0, 1_000),
        metadata={"description": "To matching; each prompt at most once."},
    )

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """Find the answer under its tag; the other tags are left out."""
        return obj.response.get(attr, default) if attr in TAGS else super().get_attribute(obj, attr, default)

    @validates("pairs")
    def _require_each_prompt_once(self, said: list[dict[str, int]] | None, data_key: str) -> None:  # noqa: ARG002
        prompts = [pair["left"] for pair in said or () if "left" in pair]  # A pair that is wrong comes in parts.
        if len(set(prompts)) < len(prompts):
            raise ValidationError("A prompt is matched once.")
