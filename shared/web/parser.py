"""Reads request bodies and query strings, and refuses texts that no database can hold before any rule sees them."""

import json
from typing import Any, cast

from flask import Request
from marshmallow import Schema, ValidationError
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

_UNREADABLE = "The body is not valid JSON."


class Parser(FlaskParser):
    """webargs' parser with an honest answer to a body of another type, or one that Python can't or must not read."""

    def _raw_load_json(self, req: Request) -> Any:
        if not req.is_json:
            if req.content_length or req.content_type:
                raise UnsupportedMediaType("Send the body as application/json.")
            return core.missing
        try:
            body = json.loads(req.get_data(cache=True))
        except (ValueError, RecursionError) as wrong:  # Also numbers and nestings that go on for ever.
            raise BadRequest(_UNREADABLE) from wrong
        if not is_storable(body):
            raise ValidationError({"body": ["Texts can't hold NUL characters or halves of characters."]})
        return body

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Give the query string, unless it holds characters that no database can."""
        if not is_storable(req.args.to_dict(flat=False)):
            raise ValidationError({"query": ["Texts can't hold NUL characters or halves of characters."]})
        return cast("Any", super()).load_querystring(req, schema)


def is_storable(value: Any) -> bool:
    """Tell whether every text in a JSON value can be stored: no NUL character and no half of a surrogate pair."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and ("\0" in one or any("\ud800" <= letter <= "\udfff" for letter in one)):
            return False
    return True
