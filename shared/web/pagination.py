"""Lists in pages: the next page starts after the last row seen, so rows that come and go never shift it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range
from sqlalchemy import Select, TypeDecorator, bindparam, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.errors import Invalid

T = TypeVar("T")

DEFAULT, MOST = 50, 200

_SORTABLE: Mapping[type, Callable[[str], Any]] = {
    int: int,
    str: str,
    UUID: UUID,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursor of the page that follows, if one does."""

    items: Sequence[T]
    next: str | None


class PageQuery(Schema):
    """The part of a query string that chooses a page. Lists with filters derive their own from it."""

    limit = fields.Integer(
        load_default=DEFAULT, validate=Range(1, MOST), metadata={"description": "How many items at most."}
    )
    after = fields.String(
        load_default=None, validate=Length(1, 600), metadata={"description": "The `next` of the page before."}
    )


@cache
def page_of(schema: type[Schema]) -> type[Schema]:
    """Make the schema of a page of `schema`: `page_of(CourseSchema)` is documented as `CoursePage`."""
    members: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(schema), required=True),
        "next": fields.String(
            required=True,
            allow_none=True,
            metadata={"description": "Send it as `after`; null at the end."},
        ),
    }
    return Schema.from_dict(members, name=f"{schema.__name__.removesuffix('Schema')}Page")


def page(
    session: Session,
    statement: Select[T],
    *,
    by: Sequence[InstrumentedAttribute[Any]],
    limit: int = DEFAULT,
    after: str | None = None,
    descending: bool = False,
) -> Page[T]:
    """Read one page of a select over a mapped class, sorted by columns that together are unique and never null.

    `by` usually ends with the id: `by=(Course.title, Course.id)`. Raises `Invalid` for a cursor that is none of this
    list's.
    """
    _check(by)
    if after is not None:
        place = tuple_(*by)
        seen = tuple_(*[bindparam(None, value, type_=column.type) for value, column in _place(after, by)])
        statement = statement.where(place < seen if descending else place > seen)
    order = [column.desc() if descending else column.asc() for column in by]
    rows = session.execute(statement.order_by(None).order_by(*order).add_columns(*by).limit(limit + 1)).all()
    shown = rows[:limit]
    return Page([row[0] for row in shown], _cursor(shown[-1][1:]) if len(rows) > limit else None)


def _check(by: Sequence[InstrumentedAttribute[Any]]) -> None:
    if any(getattr(column.expression, "nullable", False) for column in by):
        raise ValueError("A page can't be sorted by a column that may be null: its rows would be lost between pages.")
    if any(_kind(column) not in _SORTABLE for column in by):
        raise ValueError("A page is sorted by numbers without fractions, texts, days, moments or ids.")


def _kind(column: InstrumentedAttribute[Any]) -> type:
    stored = column.type
    return stored.impl_instance.python_type if isinstance(stored, TypeDecorator) else stored.python_type


def _cursor(values: Sequence[Any]) -> str:
    said = [value.isoformat() if isinstance(value, date) else str(value) for value in values]
    return urlsafe_b64encode(json.dumps(said, ensure_ascii=False).encode()).decode().rstrip("=")


def _place(cursor: str, by: Sequence[InstrumentedAttribute[Any]]) -> list[tuple[Any, InstrumentedAttribute[Any]]]:
    try:
        said = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [_typed(one, _kind(column)) for one, column in zip(said, by, strict=True)]
    except (ValueError, TypeError, RecursionError) as wrong:
        sentence = "This is no cursor of this list. Start at its first page."
        raise Invalid("The page can't be found.", errors={"after": [sentence]}) from wrong
    return list(zip(values, by, strict=True))


def _typed(said: Any, kind: type) -> Any:
    if not isinstance(said, str) or "\0" in said:
        raise TypeError("a cursor holds texts")
    said.encode()  # Half a surrogate pair is a text for JSON and none for a database.
    value = _SORTABLE[kind](said)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("no database holds this number")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a moment has a zone")
    return value
