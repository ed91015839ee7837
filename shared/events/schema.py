"""Derives a marshmallow schema from the annotations of a frozen dataclass.

Known are str, int, bool, float, UUID, date, datetime, Literal, nested frozen dataclasses, `tuple[X, ...]`, and each
of them or None. A field whose name is a Python keyword has a trailing underscore that does not go on the wire.
"""

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from marshmallow import EXCLUDE, Schema, fields, post_load, validate


class _Derived(Schema):
    class Meta:
        unknown = EXCLUDE


class _Tuple(fields.List[Any]):
    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(*args, **kwargs))


_SCALARS: dict[Any, Callable[..., fields.Field[Any]]] = {
    str: fields.String,
    bool: lambda **options: fields.Boolean(truthy={True}, falsy={False}, **options),
    int: lambda **options: fields.Integer(strict=True, **options),
    float: fields.Float,
    UUID: fields.UUID,
    date: fields.Date,
    datetime: lambda **options: fields.AwareDateTime(format="iso", **options),
}


def wire_name(name: str) -> str:
    """Give the name a field has on the wire."""
    return name.rstrip("_")


def schema_of(cls: type, *, leave_out: frozenset[str] = frozenset()) -> Schema:
    """Give the schema of a dataclass without the fields of `leave_out`.

    Loading gives a dictionary of constructor arguments; nested dataclasses come as instances.
    """
    return _Derived.from_dict(_fields(cls, leave_out), name=f"{cls.__name__}Schema")()


def _fields(cls: type, leave_out: frozenset[str]) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {
        one.name: _field(hints[one.name], _options(one)) for one in dataclasses.fields(cls) if one.name not in leave_out
    }


def _options(one: "dataclasses.Field[Any]") -> Mapping[str, Any]:
    options: dict[str, Any] = {"data_key": wire_name(one.name)}
    if one.default is not dataclasses.MISSING:
        return {**options, "load_default": one.default}
    if one.default_factory is not dataclasses.MISSING:
        return {**options, "load_default": one.default_factory}
    return {**options, "required": True}


def _field(hint: Any, options: Mapping[str, Any]) -> fields.Field[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and type(None) in arguments:
        (inner,) = (one for one in arguments if one is not type(None))
        return _field(inner, {**options, "allow_none": True})
    if origin is tuple and arguments[1:] == (...,):
        return _Tuple(_field(arguments[0], {}), **options)
    if origin is Literal:
        return fields.String(validate=validate.OneOf(arguments), **options)
    if dataclasses.is_dataclass(hint):
        return fields.Nested(_nested(hint), **options)  # type: ignore[arg-type]  # is_dataclass also narrows instances
    if hint in _SCALARS:
        return _SCALARS[hint](**options)
    raise TypeError(f"An event can't carry {hint!r}.")


@cache
def _nested(cls: type) -> Schema:
    class Nested(_Derived):
        @post_load
        def build(self, read: dict[str, Any], **_kwargs: Any) -> Any:
            return cls(**read)

    return Nested.from_dict(_fields(cls, frozenset()), name=f"{cls.__name__}Schema")()
