"""The OpenAPI side of an app: flask-smorest with our problems, our marks and what apispec leaves out put right."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from flask import Blueprint as FlaskBlueprint
from flask import Flask, request
from flask_smorest import Api as SmorestApi
from flask_smorest.blueprint import Blueprint as SmorestBlueprint
from marshmallow import Schema, fields
from marshmallow.validate import Range
from werkzeug.exceptions import UnsupportedMediaType

from shared.web.marks import View
from shared.web.parser import Parser
from shared.web.problems import PROBLEM_JSON

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "1 to 80 visible ASCII characters. A retry with the same key gets the first answer again.",
    "schema": {"type": "string", "maxLength": 80},
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag that was read before this change.",
    "schema": {"type": "string"},
}
ETAG = {"description": "The version that was read; send it as If-Match.", "schema": {"type": "string"}}


class ProblemSchema(Schema):
    """A problem (RFC 9457)."""

    type = fields.String(required=True, metadata={"description": "`/problems/<code>`, stable for programs."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(metadata={"description": "What happened this time, in English."})
    instance = fields.String(required=True, metadata={"description": "The id of the request."})
    parameters = fields.Dict(metadata={"description": "The typed facts of this occurrence."})
    errors = fields.Dict(metadata={"description": "By field, what to mend."})


class Blueprint(SmorestBlueprint):
    """A group of views of an API, documented as they are declared."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, import_name: str, *, description: str = "", url_prefix: str | None = None) -> None:
        _untyped(super().__init__)(name, import_name, description=description, url_prefix=url_prefix)
        cast("list[Any]", self._prepare_doc_cbks).append(_document_marks)

    def route(self, rule: str, *, methods: Sequence[str] = ("GET",), **options: Any) -> Callable[[View], View]:
        """Register a view for a path; put this decorator on top. A path with ids may lead to nothing."""
        register = cast("Callable[[View], View]", _untyped(super().route)(rule, methods=list(methods), **options))
        not_found = self.also("NOT_FOUND")
        return lambda view: register(not_found(view) if "<" in rule else view)

    def arguments(
        self, schema: type[Schema] | Schema, *, location: str = "json", **rest: Any
    ) -> Callable[[View], View]:
        """Load the body (or `location="query"`) by a schema and hand it to the view as its first argument."""
        return cast("Callable[[View], View]", _untyped(super().arguments)(schema, location=location, **rest))

    def response(
        self, status_code: int, schema: type[Schema] | Schema | None = None, **rest: Any
    ) -> Callable[[View], View]:
        """Dump what the view returns by a schema and answer with a status."""
        return cast("Callable[[View], View]", _untyped(super().response)(status_code, schema, **rest))

    def also(self, *problems: str, **answers: type[Schema]) -> Callable[[View], View]:
        """Document further answers by the names of their statuses; `OK=Schema` documents one with a body of its own."""

        def document(view: View) -> View:
            further: Any = self.alt_response
            for name in problems:
                view = further(HTTPStatus[name].value, name)(view)
            for name, schema in answers.items():
                view = further(HTTPStatus[name].value, schema=schema)(view)
            return view

        return document

    def body(self, *content_types: str) -> Callable[[View], View]:
        """Let a view read `request.get_data()` itself: document a body of such a type and refuse any other with 415."""
        content = {content_type: {"schema": {"type": "string"}} for content_type in content_types}

        def document(view: View) -> View:
            @wraps(view)
            def checked(*args: Any, **kwargs: Any) -> Any:
                if request.mimetype not in content_types:
                    raise UnsupportedMediaType(f"Send the body as {' or '.join(content_types)}.")
                return view(*args, **kwargs)

            documented = _untyped(self.doc)(requestBody={"required": True, "content": content})(checked)
            return cast("View", self.also("UNSUPPORTED_MEDIA_TYPE")(documented))

        return document


def _untyped(function: Any) -> Any:
    # flask-smorest has no types: the signatures here are ours, and what it gives back is cast to them.
    return function


class Api(SmorestApi):
    """The OpenAPI document of one service, whose errors are problems."""

    def __init__(self, app: Flask, service: str) -> None:
        app.config.update(
            API_TITLE=f"Wiyata {service}", API_VERSION="1", OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX="/"
        )
        below = {"servers": [{"url": f"/api/{service}"}], "security": [{"bearer": []}]}
        _untyped(super().__init__)(app, spec_kwargs=below)
        bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        cast("Any", self.spec).components.security_scheme("bearer", bearer)

    def publish(self, blueprint: FlaskBlueprint) -> None:
        """Serve the views of a blueprint and document them."""
        _untyped(self.register_blueprint)(blueprint)

    def document(self) -> dict[str, Any]:
        """Give the whole document."""
        return cast("dict[str, Any]", cast("Any", self.spec).to_dict())

    def _register_error_handlers(self) -> None:
        """Leave every error to `shared.web.problems`, which keeps headers such as `Allow`."""

    def _register_responses(self) -> None:
        cast("Any", self.ma_plugin.converter).add_attribute_function(_what_apispec_leaves_out)
        self.spec.components.schema("Problem", schema=ProblemSchema)
        for status in HTTPStatus:
            self.spec.components.response(status.name, _answer(status.phrase, is_problem=status >= 400), lazy=True)
        self.spec.components.response("DEFAULT_ERROR", _answer("A problem.", is_problem=True), lazy=True)


def _answer(description: str, *, is_problem: bool) -> dict[str, Any]:
    content = {"content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}} if is_problem else {}
    return {"description": description, **content}


def _document_marks(doc: dict[str, Any], noted: Mapping[str, Any], *, method: str, **_: Any) -> dict[str, Any]:
    marks = noted.get("marks", {})
    answers, parameters = doc.setdefault("responses", {}), doc.setdefault("parameters", [])
    if marks.get("public"):
        doc["security"] = []
    if "roles" in marks:
        answers |= {401: "UNAUTHORIZED"}
    if marks.get("roles"):
        answers |= {403: "FORBIDDEN"}
        doc["x-roles"] = list(marks["roles"])
    if marks.get("idempotent"):
        parameters.append({**IDEMPOTENCY_KEY, "required": marks["idempotent"] == "required"})
    if marks.get("versioned"):
        _document_version(answers, parameters, method)
    return doc


def _document_version(answers: dict[int, Any], parameters: list[Any], method: str) -> None:
    for status, answer in answers.items():
        if str(status).startswith("2") and isinstance(answer, dict):
            answer.setdefault("headers", {})["ETag"] = ETAG
    if method in {"put", "patch", "delete"}:
        parameters.append(IF_MATCH)
        answers |= {412: "PRECONDITION_FAILED", 428: "PRECONDITION_REQUIRED"}


def _what_apispec_leaves_out(_: Any, field: fields.Field[Any], ret: dict[str, Any], **__: Any) -> dict[str, Any]:
    """Give exclusive bounds as such, and decimals that are dumped as texts as texts."""
    said: dict[str, Any] = {}
    for bound in (one for one in field.validators if isinstance(one, Range)):
        if bound.min is not None and not bound.min_inclusive:
            ret.pop("minimum", None)
            said["exclusiveMinimum"] = bound.min
        if bound.max is not None and not bound.max_inclusive:
            ret.pop("maximum", None)
            said["exclusiveMaximum"] = bound.max
    if isinstance(field, fields.Decimal) and field.as_string:
        said |= {"type": ["string", "null"] if field.allow_none else "string", "format": "decimal"}
    return said
