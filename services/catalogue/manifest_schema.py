"""What `course.yaml` may say: YAML without its dangerous parts, and the form of every key."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import yaml
from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from services.catalogue import values
from services.catalogue.archive import Problem

_MAX_DEPTH = 20
_PLACES = {"text": ("body", "body_file"), "file": ("file",), "link": ("url",)}
_WORDING = {
    "Missing data for required field.": ("missing", "This key is missing; add it."),
    "Field may not be null.": ("empty", "This key has no value; fill it in."),
    "Unknown field.": ("unknown_key", "This key is not known; correct its spelling or take it out."),
    "Invalid input type.": ("type", "Keys such as code: belong here."),
    "Invalid type.": ("type", "Keys such as code: belong here."),
    "Not a valid boolean.": ("type", "It must be true or false."),
    "Not a valid integer.": ("type", "It must be a whole number, without quotes."),
    "Not a valid list.": ("type", "It must be a list; begin each of its lines with a dash."),
    "Not a valid string.": ("type", "It must be text; put it in quotes."),
    "Not a valid URL.": ("value", "It must be an address that begins with https:// or http://."),
}


def read_document(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return the checked content of course.yaml, or the problems found in it: paths are like `lessons[0].minutes`."""
    try:
        document = _load(text)
    except _Refused as refusal:
        return {}, [refusal.problem]
    if not isinstance(document, dict):
        return {}, [Problem("", "no_mapping", "course.yaml must begin with keys such as code: and title:.")]
    try:
        loaded: dict[str, Any] = _ManifestSchema(unknown=RAISE).load(document)
    except ValidationError as fault:
        return {}, list(_flatten("", fault.messages))
    return loaded, list(_repeated(loaded))


class _Refused(Exception):
    def __init__(self, code: str, detail: str, at: object = None) -> None:
        mark = getattr(at, "start_mark", None) or getattr(at, "problem_mark", None)
        super().__init__(detail)
        self.problem = Problem(f"line {mark.line + 1}" if mark else "", code, detail)


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases (ten of them can name billions of values), own tags, repeated keys and deep nests."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it untyped
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused("alias", "Anchors and aliases (& and *) are not taken; write the value out.", event)
        if getattr(event, "tag", None):
            raise _Refused("tag", "Tags (!) are not taken; write plain values.", event)
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _Refused("too_deep", f"Values are nested more than {_MAX_DEPTH} deep.", event)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise _Refused("key_twice", f"The key {key.value[:40]!r} is there twice; keep one.", key)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def _load(text: str) -> object:
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - the loader is a SafeLoader made stricter
    except yaml.MarkedYAMLError as fault:
        detail = f"This is not YAML: {fault.problem or 'it cannot be read'}."
        raise _Refused("yaml", detail, fault) from fault
    except (yaml.YAMLError, ValueError, OverflowError) as fault:
        # ValueError and OverflowError come from values that look like a date or a number and are none.
        raise _Refused("yaml", "This is not YAML, or a date or number in it does not exist; use quotes.") from fault


def _flatten(place: str, messages: object) -> Iterator[Problem]:
    """Yield marshmallow's nested messages as problems, each with the place of its value in course.yaml."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            step = f"[{key}]" if isinstance(key, int) else f".{key}" if place else str(key)
            yield from _flatten(place if key == "_schema" else place + step, inner)
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            code, detail = _WORDING.get(str(message), ("value", str(message)))
            yield Problem(place, code, detail)


def _repeated(document: Mapping[str, Any]) -> Iterator[Problem]:
    for part, key in (("lessons", "code"), ("assessments", "code"), ("outcomes", "competency")):
        seen: set[str] = set()
        for number, each in enumerate(document[part]):
            # A lesson's code names a file, and on many machines A.md and a.md are one file.
            if each[key].casefold() in seen:
                detail = f"{each[key]} is there twice; every one of the {part} has its own {key}."
                yield Problem(f"{part}[{number}].{key}", "code_twice", detail)
            seen.add(each[key].casefold())


class _ProgrammeSchema(Schema):
    code = values.code()
    title = values.text(200)


class _OutcomeSchema(Schema):
    competency = values.code()
    level = values.integer(1, 5)


class _LessonSchema(Schema):
    code = values.code()
    title = values.text(200)
    minutes = values.integer(1, 6_000)
    required = values.yes_or_no()
    kind = fields.String(required=True, validate=validate.OneOf(list(_PLACES)))
    body = values.text(values.LONGEST_TEXT, required=False)
    body_file = values.text(200, required=False)
    file = values.text(200, required=False)
    url = values.web_address()

    @validates_schema
    def _check_place(self, lesson: Mapping[str, Any], **_: object) -> None:
        given = [key for key in ("body", "body_file", "file", "url") if key in lesson]
        places = _PLACES[lesson["kind"]]
        if len(given) != 1 or given[0] not in places:
            raise ValidationError(f"A lesson of kind {lesson['kind']} has exactly one of: {', '.join(places)}.", "kind")


class _AssessmentSchema(Schema):
    code = values.code()
    role = fields.String(required=True, validate=validate.OneOf(["pre", "post", "quiz"]))
    must_pass = values.yes_or_no()
    minimum_bp = values.integer(0, 10_000)


class _ManifestSchema(Schema):
    programme = fields.Nested(_ProgrammeSchema(unknown=RAISE), required=True)
    code = values.code()
    title = values.text(200)
    summary = values.text(4_000, shortest=0)
    language = values.language()
    form = values.jp_form()
    scope = values.scope()
    outcomes = fields.List(fields.Nested(_OutcomeSchema(unknown=RAISE)), required=True)
    lessons = fields.List(fields.Nested(_LessonSchema(unknown=RAISE)), required=True)
    assessments = fields.List(fields.Nested(_AssessmentSchema(unknown=RAISE)), required=True)
