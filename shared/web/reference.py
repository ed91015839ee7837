"""The browsable API page at `/reference`: made on the server from the OpenAPI document, without script or network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Flask, Response, make_response, render_template

from shared.web.auth import public
from shared.web.edge import edge

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

_METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 5


@dataclass(frozen=True)
class Line:
    """One parameter, or one field of a body: `members[].id`."""

    name: str
    kind: str
    required: bool = False
    note: str = ""
    place: str = ""


@dataclass(frozen=True)
class Answer:
    """What may come back, and its fields."""

    status: str
    title: str
    media: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    who: str
    parameters: list[Line]
    body: list[Line]
    answers: list[Answer]


@dataclass(frozen=True)
class Group:
    """The operations under one tag."""

    name: str
    description: str
    operations: list[Operation]


def register(app: Flask, document: Mapping[str, Any]) -> None:
    """Serve the page for an OpenAPI document that is complete."""
    groups = list(read(document))
    pages = Blueprint(
        "reference", __name__, template_folder="templates", static_folder="static", static_url_path="/reference/static"
    )

    @pages.get("/reference")
    @public
    def reference() -> Response:
        page = render_template("reference/page.html", service=edge().service.name, groups=groups, mount=edge().mount)
        answer = make_response(page)
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    app.register_blueprint(pages)


def read(document: Mapping[str, Any]) -> Iterator[Group]:
    """Turn an OpenAPI document into what the page shows, in the order of its tags."""
    for tag in document.get("tags", []):
        operations = [
            _operation(document, path, method, item)
            for path, item in document["paths"].items()
            for method in _METHODS
            if method in item and tag["name"] in item[method].get("tags", [])
        ]
        yield Group(tag["name"], tag.get("description", ""), operations)


def _operation(document: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any]) -> Operation:
    said = item[method]
    body = _resolved(document, said.get("requestBody", {}))
    return Operation(
        anchor=f"{method}-{path}".replace("/", "-").replace("{", "").replace("}", "").replace("--", "-"),
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        description=said.get("description", ""),
        who=_who(said),
        parameters=[_parameter(document, one) for one in [*item.get("parameters", []), *said.get("parameters", [])]],
        body=list(_content(document, body)[1]),
        answers=[_answer(document, status, one) for status, one in sorted(said.get("responses", {}).items())],
    )


def _who(said: Mapping[str, Any]) -> str:
    if said.get("security") == []:
        return "Anyone"
    return "Any signed-in caller" if not said.get("x-roles") else f"Role {' or '.join(said['x-roles'])}"


def _parameter(document: Mapping[str, Any], said: Mapping[str, Any]) -> Line:
    said = _resolved(document, said)
    schema = said.get("schema", {})
    note = _note({**schema, "description": said.get("description", "")})
    return Line(said["name"], _kind(document, schema), said.get("required", False), note, said["in"])


def _answer(document: Mapping[str, Any], status: str, said: Mapping[str, Any]) -> Answer:
    said = _resolved(document, said)
    media, lines = _content(document, said)
    # The fields of a problem are the same everywhere, and the page explains them once.
    shown = [] if media == "application/problem+json" else list(lines)
    return Answer(status, said.get("description", ""), media, shown)


def _content(document: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[str, Iterator[Line]]:
    for media, content in said.get("content", {}).items():
        return media, _lines(document, content.get("schema", {}), "", _DEEPEST)
    return "", iter(())


def _lines(document: Mapping[str, Any], schema: Mapping[str, Any], prefix: str, depth: int) -> Iterator[Line]:
    schema = _resolved(document, schema)
    if "items" in schema:
        yield from _lines(document, schema["items"], f"{prefix}[]", depth)
        return
    for name, member in schema.get("properties", {}).items():
        full, whole = f"{prefix}.{name}" if prefix else name, _resolved(document, member)
        required = name in schema.get("required", [])
        yield Line(full, _kind(document, member), required, _note(member) or _note(whole))
        if depth:
            yield from _lines(document, whole, full, depth - 1)


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    schema = _resolved(document, schema)
    types = schema.get("type", "any")
    names = list(types) if isinstance(types, list) else [types]
    if "array" in names:
        names[names.index("array")] = f"list of {_kind(document, schema.get('items', {}))}"
    said = " or ".join(str(name) for name in names)
    return f"{said} ({schema['format']})" if "format" in schema else said


def _note(schema: Mapping[str, Any]) -> str:
    limits = {
        "minimum": "at least",
        "exclusiveMinimum": "more than",
        "maximum": "at most",
        "exclusiveMaximum": "less than",
        "minLength": "characters at least",
        "maxLength": "characters at most",
        "default": "otherwise",
    }
    said = [schema["description"]] if schema.get("description") else []
    if "enum" in schema:
        said.append("One of " + ", ".join(str(one) for one in schema["enum"] if one is not None) + ".")
    bounds = [f"{word} {schema[name]}" for name, word in limits.items() if schema.get(name) is not None]
    return " ".join([*said, (", ".join(bounds) + ".").capitalize() if bounds else ""]).strip()


def _resolved(document: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in said:
        found: Any = document
        for step in said["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        said = found
    for alternative in said.get("anyOf", said.get("allOf", ())):
        if "$ref" in alternative:
            return _resolved(document, alternative)
    return said
