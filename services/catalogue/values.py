"""The form of single values, the same in a manifest and over HTTP: codes, texts, whole numbers, web addresses."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

LONGEST_TEXT = 400_000
LONGEST_ADDRESS = 2_000


def has_control_sign(text: str) -> bool:
    """Say whether the text holds a control character besides tab and line ends, or half of a character.

    YAML can write the latter down (as a surrogate), and no database takes it.
    """
    return bool(_CONTROL.search(text))


def text(longest: int, *, shortest: int = 1, required: bool = True, **options: Any) -> fields.String:
    """A text of so many characters that is not blank; `shortest=0` lets it be empty."""
    return fields.String(required=required, validate=[validate.Length(shortest, longest), _printable], **options)


def code(**options: Any) -> fields.String:
    """A code by which people know something."""
    return matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", "a code of letters, digits and . _ -, at most 40", **options)


def language(**options: Any) -> fields.String:
    """A language, as browsers name it."""
    return matching("[a-z]{2,3}(?:-[A-Z]{2})?", "a language code such as id or en", **options)


def jp_form(**options: Any) -> fields.String:
    """A form of development, by the code that the table of learning hours has for it."""
    return matching("[A-Z][0-9]{1,2}", "the code of a form of development such as C3", **options)


def scope(**options: Any) -> fields.String:
    """Where the learning takes place."""
    return fields.String(**_required(options), validate=validate.OneOf(["domestic", "international"]))


def web_address(**options: Any) -> fields.Url:
    """An address that a browser opens as a page: never one that it would run."""
    return fields.Url(schemes={"http", "https"}, validate=validate.Length(max=LONGEST_ADDRESS), **options)


def integer(least: int, most: int) -> fields.Integer:
    """A whole number that is written as one."""
    return fields.Integer(required=True, strict=True, validate=validate.Range(least, most))


def yes_or_no() -> fields.Boolean:
    """True or false, and nothing that means them."""
    return fields.Boolean(required=True, truthy={True}, falsy={False})


def matching(form: str, means: str, **options: Any) -> fields.String:
    """A text of a certain form, which `means` describes."""
    rule = validate.Regexp(rf"\A(?:{form})\Z", error=f"It must be {means}.")
    return fields.String(**_required(options), validate=rule)


def _required(options: dict[str, Any]) -> dict[str, Any]:
    return options if "load_default" in options else {"required": True, **options}


def _printable(said: str) -> None:
    if has_control_sign(said):
        raise ValidationError("It holds a control character; remove it.")
    if said and not said.strip():
        raise ValidationError("It is blank; fill it in.")
