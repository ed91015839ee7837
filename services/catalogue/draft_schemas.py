"""What authors send and are answered: programmes, drafts, and what keeps a draft from being published."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.catalogue import values
from services.catalogue.model.drafts import AssessmentUse, CourseFacts, LessonContent
from services.catalogue.schemas import ROLES, LessonSchema, ProgrammeSchema

MOST_PARTS = 500
_PLACES = {"text": "body", "link": "url"}


class ProgrammeRequest(Schema):
    """A new programme."""

    code = values.code()
    title = values.text(200)


class ProgrammeTitle(Schema):
    """The title of a programme."""

    title = values.text(200)


class ProgrammeDetailSchema(ProgrammeSchema):
    """A programme, as those see it who group courses under it."""

    revision = fields.Integer(required=True, metadata={"description": "Counts its changes; also the ETag."})


class CourseFactsRequest(Schema):
    """What a draft says of the course as a whole."""

    title = values.text(200)
    summary = values.text(4_000, shortest=0)
    language = values.language()
    form = values.jp_form(metadata={"description": "Code of the form of development, such as C3."})
    scope = values.scope()
    programme = fields.UUID(required=True)

    @post_load
    def _as_facts(self, said: dict[str, Any], **_: object) -> dict[str, Any]:
        own = {name: said.pop(name) for name in CourseFacts.__dataclass_fields__}
        return {**said, "facts": CourseFacts(**own)}


class CourseRequest(CourseFactsRequest):
    """A new course; its version 1 is a draft."""

    code = values.code()
    summary = values.text(4_000, shortest=0, required=False, load_default="")
    language = values.language(load_default="id")
    scope = values.scope(load_default="domestic")


class LessonRequest(Schema):
    """What a lesson is: text in Markdown, a link, or a file that is uploaded afterwards."""

    title = values.text(200)
    minutes = values.integer(1, 6_000)
    required = values.yes_or_no()
    kind = fields.String(required=True, validate=validate.OneOf(["text", "file", "link"]))
    body = values.text(values.LONGEST_TEXT, required=False, metadata={"description": "Of a text: its Markdown."})
    url = values.web_address(metadata={"description": "Of a link: an address that begins with https:// or http://."})

    @validates_schema
    def _check_place(self, said: Mapping[str, Any], **_: object) -> None:
        wanted = _PLACES.get(said["kind"])
        for name in _PLACES.values():
            if name == wanted and name not in said:
                raise ValidationError(f"A lesson of kind {said['kind']} has one.", name)
            if name != wanted and name in said:
                raise ValidationError(f"A lesson of kind {said['kind']} has none.", name)

    @post_load
    def _as_content(self, said: dict[str, Any], **_: object) -> dict[str, Any]:
        own = {name: said.pop(name) for name in LessonContent.__dataclass_fields__ if name in said}
        return {**said, "content": LessonContent(**own)}


class NewLessonRequest(LessonRequest):
    """A new lesson, at the end of the course."""

    code = values.code(metadata={"description": "It never changes: the lesson is the same in each version with it."})


class LessonOrderRequest(Schema):
    """Every lesson of the draft, in its new place."""

    lessons = fields.List(fields.UUID(), required=True, validate=validate.Length(max=MOST_PARTS))


class OutcomeRequest(Schema):
    """A competency and the level that the course leads to."""

    competency = values.code()
    level = values.integer(1, 5)


class OutcomesRequest(Schema):
    """All that the course leads to."""

    outcomes = fields.List(fields.Nested(OutcomeRequest), required=True, validate=validate.Length(max=MOST_PARTS))

    @post_load
    def _by_competency(self, said: Mapping[str, Any], **_: object) -> dict[str, Any]:
        return {"levels": _by_code(said["outcomes"], "outcomes", "competency", "level")}


class AssessmentUseRequest(Schema):
    """What the course asks of an assessment."""

    code = values.code()
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    must_pass = values.yes_or_no()
    minimum = values.integer(0, 10_000)

    @post_load
    def _as_use(self, said: Mapping[str, Any], **_: object) -> AssessmentUse:
        return AssessmentUse(**said)


class CompletionRuleRequest(Schema):
    """What completes the course: the lessons to view, and what is asked of each assessment."""

    lessons = fields.List(fields.UUID(), required=True, validate=validate.Length(max=MOST_PARTS))
    assessments = fields.List(
        fields.Nested(AssessmentUseRequest), required=True, validate=validate.Length(max=MOST_PARTS)
    )

    @validates_schema
    def _each_once(self, said: Mapping[str, Any], **_: object) -> None:
        _by_code([vars(one) for one in said["assessments"]], "assessments", "code", "role")


class TrainersRequest(Schema):
    """Everybody who edits the course."""

    trainers = fields.List(fields.UUID(), required=True, validate=validate.Length(max=50))


class FileNameQuery(Schema):
    """How a file is called that comes as the whole body."""

    name = fields.String(
        load_default="",
        validate=validate.Length(max=400),
        metadata={"description": "The file's name; a multipart upload says it itself."},
    )


class DraftLessonSchema(LessonSchema):
    """A lesson of a draft, with the text as it was written."""

    body = fields.String(required=True, allow_none=True, metadata={"description": "Of a text: its Markdown."})


class ReasonSchema(Schema):
    """Something that keeps a draft from being published."""

    type = fields.String(required=True, metadata={"description": "`/problems/<code>`, stable for programs."})
    detail = fields.String(required=True)
    parameters = fields.Dict(required=True, metadata={"description": "The typed facts of this occurrence."})


class DraftProblemsSchema(Schema):
    """Everything that keeps a draft from being published; none, and it can be."""

    problems = fields.List(fields.Nested(ReasonSchema), required=True)


def _by_code(parts: list[Mapping[str, Any]], where: str, key: str, value: str) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for number, one in enumerate(parts):
        if one[key] in seen:
            raise ValidationError({where: {number: {key: [f"{one[key]} is there twice; keep one."]}}})
        seen[one[key]] = one[value]
    return seen
